// Writes docs/reliability.md; `--check` writes nothing and fails when the page isn't what its sources give.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bugNames, ROOT } from './bug-patches.ts';
import { reliabilityPage } from './reliability-page.ts';
import { readResults } from './storm-results.ts';

const files = readdirSync(import.meta.dirname).filter((file) => file.endsWith('.ts'));
const judge = new Map(files.map((file) => [file, readFileSync(join(import.meta.dirname, file), 'utf8')]));
const page = reliabilityPage({ bugs: bugNames(), results: readResults(), judge });
const target = join(ROOT, 'docs/reliability.md');
if (!process.argv.includes('--check')) writeFileSync(target, page);
else if (readFileSync(target, 'utf8') !== page) {
  console.error('docs/reliability.md is not what its sources give. Run: npm run gen, and commit the result.');
  process.exitCode = 1;
}
