// Writes generated/codecs.ts; `--check` writes nothing and fails when it isn't what the protos give.
import { codecTables } from './codec-tables.ts';
import { writeGenerated } from './generated-file.ts';
import { currentSources } from './proto-files.ts';

writeGenerated(new URL('../generated/codecs.ts', import.meta.url), codecTables(currentSources()));
