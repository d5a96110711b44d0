// Writes the codes of spot into docs/venues.md; `--check` writes nothing and fails when they are others.
import { readFileSync, writeFileSync } from 'node:fs';
import type { Meaning } from '../../binance/verdict.ts';
import { SPOT_CODES, SPOT_WORDS } from '../spot-codes.ts';

const PAGE = new URL('../../../../../docs/venues.md', import.meta.url);
const [BEGIN, END] = ['<!-- codes of spot: npm run gen -->', '<!-- end of the codes of spot -->'];

const MEANINGS: Readonly<Record<Meaning, string>> = {
  refused: 'not done, and it never will be',
  not_now: 'not done; a later one may be',
  fault: 'not done; ours to mend: the request, the key or the configuration',
  unknown: 'nobody knows: it is looked up, and never sent again',
};

const codes = Object.entries(SPOT_CODES)
  .map(([code, [name, meaning]]) => ({ code: Number(code), name, meaning }))
  .toSorted((a, b) => b.code - a.code);
const rows = Object.entries(MEANINGS).map(([meaning, words]) => {
  const named = codes.filter((row) => row.meaning === meaning).map(({ code, name }) => `${code} ${name}`);
  const by = SPOT_WORDS.filter(([, , means]) => means === meaning).map(
    ([on, text]) => `${on.join(', ')} with "${text}"`,
  );
  return `| ${words} | ${[...by, ...named].join('; ')} |`;
});
const table = [
  BEGIN,
  '| what follows | code; words go before the code alone |',
  '|---|---|',
  ...rows,
  END,
].join('\n');

const page = readFileSync(PAGE, 'utf8');
const [before, rest] = page.split(BEGIN);
const after = rest?.split(END)[1];
if (after === undefined) throw new Error(`docs/venues.md lacks ${BEGIN} and ${END}; put them back`);
const wanted = `${before}${table}${after}`;
if (!process.argv.includes('--check')) writeFileSync(PAGE, wanted);
else if (wanted !== page) {
  console.error(
    'docs/venues.md does not have the codes of spot as they are. Run: npm run gen, and commit it.',
  );
  process.exitCode = 1;
}
