// Writes generated/codecs.ts and words.ts; `--check` writes nothing and fails when they aren't what the
// protos give.
import { codecTables } from './codec-tables.ts';
import { writeGenerated } from './generated-file.ts';
import { currentSources } from './proto-files.ts';
import { wordTables } from './word-tables.ts';

writeGenerated(new URL('../generated/words.ts', import.meta.url), wordTables(currentSources()));
writeGenerated(new URL('../generated/codecs.ts', import.meta.url), codecTables(currentSources()));
