// Writes proto/README.md; `--check` writes nothing and fails when the page isn't what its sources give.
import { readFileSync } from 'node:fs';
import { cataloguePage } from './catalogue-page.ts';
import { writeGenerated } from './generated-file.ts';
import { sourcesByName } from './proto-files.ts';

const proto = new URL('../../../../proto/', import.meta.url);
const page = cataloguePage(readFileSync(new URL('introduction.md', proto), 'utf8'), sourcesByName());
writeGenerated(new URL('README.md', proto), page);
