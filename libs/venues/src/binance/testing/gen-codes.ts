// Writes the codes of both markets into docs/venues.md; `--check` writes nothing, and fails where they are
// others.
import { readFileSync, writeFileSync } from 'node:fs';
import { SPOT_TABLE } from '../../binance-spot/spot-codes.ts';
import { USDM_TABLE } from '../../binance-usdm/usdm-codes.ts';
import type { CodeTable, Meaning } from '../verdict.ts';

const PAGE = new URL('../../../../../docs/venues.md', import.meta.url);
const MEANINGS: Readonly<Record<Meaning, string>> = {
  refused: 'not done, and it never will be',
  not_now: 'not done; a later one may be',
  fault: 'not done; ours to mend: the request, the key or the configuration',
  unknown: 'nobody knows: it is looked up, and never sent again',
};

let page = readFileSync(PAGE, 'utf8');
const before = page;
page = replaced(page, 'spot', SPOT_TABLE);
page = replaced(page, 'USD-M', USDM_TABLE);
if (!process.argv.includes('--check')) writeFileSync(PAGE, page);
else if (before !== page) {
  console.error("docs/venues.md does not have Binance's codes as they are. Run: npm run gen, and commit it.");
  process.exitCode = 1;
}

function replaced(text: string, market: string, table: CodeTable): string {
  const [begin, end] = [`<!-- codes of ${market}: npm run gen -->`, `<!-- end of the codes of ${market} -->`];
  const [head, rest] = text.split(begin);
  const tail = rest?.split(end)[1];
  if (tail === undefined) throw new Error(`docs/venues.md lacks ${begin} and ${end}; put them back`);
  const title = ['| what follows | code; words go before the code alone |', '|---|---|'];
  return `${head}${[begin, ...title, ...rowsOf(table), end].join('\n')}${tail}`;
}

function rowsOf({ codes, words, failures = [] }: CodeTable): readonly string[] {
  const sorted = Object.entries(codes).toSorted(([a], [b]) => Number(b) - Number(a));
  return Object.entries(MEANINGS).map(([meaning, follows]) => {
    const named = sorted.filter(([, row]) => row[1] === meaning).map(([code, [name]]) => `${code} ${name}`);
    const by = words
      .filter(([, , means]) => means === meaning)
      .map(([on, text]) => `${on.join(', ')} with "${text}"`);
    const down = meaning === 'not_now' ? failures.map((text) => `HTTP 503 with "${text}"`) : [];
    return `| ${follows} | ${[...down, ...by, ...named].join('; ')} |`;
  });
}
