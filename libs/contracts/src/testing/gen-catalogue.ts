// Writes proto/README.md; `--check` writes nothing and fails when the page isn't what its sources give.
import { readFileSync, writeFileSync } from 'node:fs';
import { cataloguePage } from './catalogue-page.ts';
import { sourcesByName } from './proto-files.ts';

const proto = new URL('../../../../proto/', import.meta.url);
const target = new URL('README.md', proto);
const page = cataloguePage(readFileSync(new URL('introduction.md', proto), 'utf8'), sourcesByName());

if (!process.argv.includes('--check')) writeFileSync(target, page);
else if (readFileSync(target, 'utf8') !== page) {
  console.error('proto/README.md is not what the topology, the tables and the protos give.');
  console.error('Run: npm run gen, and commit the result.');
  process.exitCode = 1;
}
