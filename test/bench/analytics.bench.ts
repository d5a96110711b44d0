import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { LIMIT_FOLDER, LTC_TAPE } from './config.ts';
import { type BenchOptions, type BenchResult, type Figure, median, paired, single } from './figures.ts';

/** What the script prints of a round; it opens the engine's own folder, so nothing of it is imported here. */
interface Round {
  readonly trades: number;
  readonly ns_per_trade: number;
  readonly due: number;
  readonly bytes: number;
  readonly bytesMax: number;
  readonly snapshotBytes: number;
  readonly snapshotMs: number;
  readonly rss: number;
}

/** Each kind of work, how often the tape is repeated for it, and what its ratio should be. */
const KINDS = [
  { kind: 'not-read', tiles: 10, rounds: 5, words: 'states not read', least: 0.9 },
  { kind: 'read', tiles: 5, rounds: 4, words: 'every due state read in place', least: 0.6 },
  { kind: 'encoded', tiles: 1, rounds: 3, words: 'read and encoded', least: 0.35 },
  { kind: 'with-rows', tiles: 5, rounds: 3, words: 'not read, with the rows of the store' },
  { kind: 'not-read-robust', tiles: 5, rounds: 3, words: 'robust, not read' },
  { kind: 'read-robust', tiles: 2, rounds: 3, words: 'robust, read' },
] as const;
/** Processes of each kind. */
const TURNS = 3;
/** So many times quicker the dense tape is than the recorded one: some 67 trades a second. */
const SQUEEZED = 60;
const SLICE = 256;
const SCRIPT = fileURLToPath(
  new URL('../../services/analytics/bench/analytics-engine.bench.ts', import.meta.url),
);

export const name = 'analytics';
export const description =
  'the analytics engine alone, in process, warm; floor: the bare loop of the limit folder (`batch`)';

export async function run({ scale, say }: BenchOptions): Promise<BenchResult> {
  if (!existsSync(LTC_TAPE)) return { figures: [], notes: ['skipped: no recorded tape beside the checkout'] };
  const folder = mkdtempSync(join(tmpdir(), 'algo-bench-'));
  try {
    const dense = join(folder, 'dense.csv.gz');
    writeFileSync(dense, squeezed(LTC_TAPE));
    const recorded = measure('LTC', LTC_TAPE, KINDS, scale, say);
    const squeezedTape = measure('dense', dense, KINDS.slice(0, 3), scale, say);
    const [many] = lines(SCRIPT, [LTC_TAPE, 'many', '1', '1']);
    const resident = single('resident, 1,000 instruments', 'MiB', many!.rss / 2 ** 20, {
      ...{ of: 'value', most: 1_536 },
    });
    return {
      figures: [...recorded.figures, ...squeezedTape.figures, resident],
      notes: [
        'asked: classic, all features of 1m, 5m and 15m, the profile of an hour; quickest warm rounds',
        `dense: the recorded tape in a ${SQUEEZED}th of its time`,
        ...recorded.notes,
        ...squeezedTape.notes,
      ],
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Measures each kind of work beside the bare loop, which take turns. */
function measure(
  tape: string,
  path: string,
  kinds: readonly (typeof KINDS)[number][],
  scale: number,
  say: (line: string) => void,
): BenchResult {
  const hasLimit = existsSync(join(LIMIT_FOLDER, 'limit.mjs'));
  const figures: Figure[] = [];
  const notes: string[] = [];
  for (const { kind, tiles, rounds, words, ...target } of kinds) {
    say(`${tape}, ${words}: ${TURNS} processes, taking turns with the bare loop`);
    const some = Math.max(1, Math.round(tiles * scale));
    const pairs: { ours: number; floor: number }[] = [];
    const rates: number[] = [];
    let last: Round | undefined;
    for (let i = 0; i < TURNS; i++) {
      const ours = lines(SCRIPT, [path, kind, `${some}`, `${rounds}`]);
      last = ours.at(-1)!;
      rates.push(1e9 / quickest(ours));
      if (!hasLimit) continue;
      const args = [path, `${some}`, `${rounds + 2}`, '--engine=batch', `--batch=${SLICE}`];
      const floor = lines(join(LIMIT_FOLDER, 'limit.mjs'), args);
      pairs.push({ ours: rates.at(-1)!, floor: 1e9 / quickest(floor) });
    }
    const label = `${tape}: ${words}`;
    const least = 'least' in target && tape === 'LTC' ? { of: 'ratio' as const, ...target } : undefined;
    figures.push(
      hasLimit ? paired(label, 'trades/s', pairs, least) : single(label, 'trades/s', median(rates)),
    );
    if (kind === 'not-read') figures.push(...snapshotOf(tape, last!));
    if (kind === 'encoded') {
      figures.push(
        single(`${tape}: a state on the wire, mean`, 'B', last!.bytes, { of: 'value', most: 400 }),
      );
      figures.push(single(`${tape}: the largest`, 'B', last!.bytesMax, { of: 'value', most: 1_500 }));
      notes.push(`${tape}: a state is due at ${(100 * last!.due).toFixed(1)} % of trades`);
    }
  }
  return { figures, notes };
}

function snapshotOf(tape: string, { snapshotBytes, snapshotMs }: Round): Figure[] {
  const isDense = tape !== 'LTC';
  return [
    single(
      `${tape}: snapshot`,
      'kB',
      snapshotBytes / 1_000,
      isDense ? { of: 'value', most: 200 } : undefined,
    ),
    single(`${tape}: snapshot`, 'ms', snapshotMs, isDense ? { of: 'value', most: 1 } : undefined),
  ];
}

function lines(script: string, args: readonly string[]): Round[] {
  const said = execFileSync(process.execPath, [script, ...args], { encoding: 'utf8' });
  return said
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Round);
}

/** Returns ns a trade of the quickest round but the first: neighbours only ever make one slower. */
function quickest(rounds: readonly Round[]): number {
  return Math.min(...rounds.slice(1).map(({ ns_per_trade }) => ns_per_trade));
}

/** Returns the tape with its times drawn together. */
function squeezed(path: string): Uint8Array {
  const [head, ...rows] = gunzipSync(readFileSync(path)).toString('latin1').trim().split('\n');
  const firstMs = Number(rows[0]!.split(',', 1)[0]);
  const quicker = rows.map((row) => {
    const comma = row.indexOf(',');
    const ms = firstMs + Math.round((Number(row.slice(0, comma)) - firstMs) / SQUEEZED);
    return `${ms}${row.slice(comma)}`;
  });
  return gzipSync(`${[head, ...quicker].join('\n')}\n`);
}
