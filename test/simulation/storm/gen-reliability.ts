// Writes docs/reliability.md; `--check` writes nothing and fails when the page isn't what its sources give.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeGenerated } from '../../../libs/contracts/src/testing/generated-file.ts';
import { bugNames } from './bug-patches.ts';
import { reliabilityPage } from './reliability-page.ts';
import { readResults } from './storm-results.ts';

const files = readdirSync(import.meta.dirname).filter((file) => file.endsWith('.ts'));
const judge = new Map(files.map((file) => [file, readFileSync(join(import.meta.dirname, file), 'utf8')]));
const page = reliabilityPage({ bugs: bugNames(), results: readResults(), judge });
writeGenerated(new URL('../../../docs/reliability.md', import.meta.url), page);
