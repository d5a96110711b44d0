// Writes docs/order-life.md; `--check` writes nothing and fails when the page isn't what the code does.
import { readFileSync } from 'node:fs';
import { writeGenerated } from './generated-file.ts';
import { orderLifePage } from './order-life-page.ts';

const introduction = readFileSync(new URL('order-life-introduction.md', import.meta.url), 'utf8');
writeGenerated(new URL('../../../../docs/order-life.md', import.meta.url), orderLifePage(introduction));
