// Writes docs/asyncapi.json; `--check` writes nothing and fails when the file isn't what its sources give.
import { asyncApi } from './async-api.ts';
import { writeGenerated } from './generated-file.ts';
import { sourcesByName } from './proto-files.ts';

writeGenerated(new URL('../../../../docs/asyncapi.json', import.meta.url), asyncApi(sourcesByName()));
