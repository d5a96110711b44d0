import { BUGS_SEEDS, bugText } from './bug-patches.ts';
import { COVERED_POINTS } from './covered-points.ts';
import { GATE_FORGETS, ODDITIES, RARE, VICES } from './exchange-vices.ts';
import { FAULT_WORDS, STEP_WORDS, VICE_WORDS } from './fault-words.ts';
import { INVARIANTS } from './invariants.ts';
import { OF_REAL, SOMETIMES, STANDS } from './judge-notes.ts';
import type { StormResults } from './storm-results.ts';
import { VENUE_FAULT_WORDS } from './venue-faults.ts';

/** What the page is made of, beside the tables in words. */
export interface PageSources {
  readonly bugs: readonly string[];
  readonly results: StormResults;
  /** The judge's own source, by file. */
  readonly judge: ReadonlyMap<string, string>;
}

/** Returns docs/reliability.md. */
export function reliabilityPage({ bugs, results, judge }: PageSources): string {
  const tables = [faults(), invariants(judge), bugTable(bugs, results), points(), lastRun(results, judge)];
  tables.push(realRuns(results, judge));
  return `${[INTRODUCTION, ...tables].join('\n\n')}\n`;
}

const INTRODUCTION = `<!-- Written by \`npm run gen\` from test/simulation/storm. Edit the words there. -->
# How reliability is tested

**A storm** runs the real execution, position-risk and reconcile and the paper exchange in one process, on
virtual time. A seed draws what the market, the strategy and people do, and what fails and when
(\`test/simulation/storm/scenario.ts\`). A **judge** that shares no code with them keeps its own books,
from the words on the bus, what leaves execution, and the exchange’s own ledger, and holds them against
the rules below after every input.

- \`npm test\` runs seeds 1 to 300. A seed that fails prints the line that runs it again; it always fails
  in the same way.
- \`npm run test:soak\` runs 100,000 seeds and goes on where it was stopped.
  \`npm run test:soak -- --from 7 --count 1\` runs seed 7 alone. What fails is made smaller and printed:
  the fewest faults and steps that still break the same rule. \`npm run test:soak -- --trace 7\` prints all
  that is said in it.
- \`npm run test:bugs\` puts bugs into a copy of the code, one at a time, and looks whether the seeds find
  them.

**Over a real adapter** the same storm runs with an adapter of Binance in the place of the paper exchange. It
talks to the stand-in of its market in memory, on virtual time: the text of requests, answers and frames
passes, and nothing above it is played (\`test/simulation/simulated-transport.ts\`). The stand-in’s books are
the judge’s. \`npm test\` runs 100 seeds of each market, \`npm run test:soak -- binance-spot\` or
\`-- binance-usdm\` 1,000; \`--from\`, \`--count\` and \`--trace\` are as above. In one of
seven seeds requests may go by ccxt too, the real one on the same transport: it is not there at all, or most
of its answers take up to 14 s.

**Chaos** (\`test/chaos\`) is the same on real processes, which trade on a stand-in of the exchange at 20
times the clock, with a second execution and position-risk that stand by. While orders are under way or
positions open, single processes, nats-server and all at once are killed by kill -9; execution and
position-risk stand still (SIGSTOP) for longer than their lease and wake up beside who took their place;
ingest stands still while trades wait in its connections; somebody reads a DuckDB file while analytics
starts; nobody can write a byte to the disk for 3 s (a tmpfs, where the user may mount one). Afterwards
every trade is stored once, candles and signals are those of analytics that nothing befell, our books are
the exchange’s ledger, no order went out twice, halts hold, and \`algo replay\` says *identical*. \`npm test\`
does it once, \`npm run test:soak -- chaos\` with five seeds, twice each, with every process killed by itself
and more that stand still. A clock that jumps is left to the storms.`;

function faults(): string {
  const used = new Set(
    [...VICES, ...ODDITIES, ...RARE.flat(), GATE_FORGETS].flatMap((vices) =>
      [...vices.matchAll(/(\w+)=/g)].map(([, name]) => name!),
    ),
  );
  const vices = Object.entries(VICE_WORDS).filter(([, words]) => words !== null);
  const where = (name: string) => (used.has(name) ? 'storm' : '`libs/simulation/src`');
  return [
    '## What goes wrong',
    table(['fault', 'what it does'], Object.entries(FAULT_WORDS)),
    'What goes wrong with an exchange behind a real adapter, and on the way to it:',
    table(['fault', 'what it does'], Object.entries(VENUE_FAULT_WORDS)),
    'What the market, the strategy and people do meanwhile:',
    table(['step', 'what it is'], Object.entries(STEP_WORDS)),
    'What the exchange may be like (`libs/simulation/src/paper-vices.ts`):',
    table(
      ['vice', 'what it does', 'met in'],
      vices.map(([name, words]) => [name, words!, where(name)]),
    ),
  ].join('\n\n');
}

function invariants(judge: PageSources['judge']): string {
  const filesOf = (name: string) =>
    [...judge].flatMap(([file, source]) =>
      source.includes('broken(') && source.includes(`'${name}'`) ? [`\`${file}\``] : [],
    );
  return [
    '## What must hold',
    table(
      ['rule', 'in plain words', 'judged in'],
      Object.entries(INVARIANTS).map(([name, words]) => [name, words, filesOf(name).join(', ')]),
    ),
  ].join('\n\n');
}

function bugTable(bugs: readonly string[], { bugs: caught }: StormResults): string {
  const row = (bug: string) => {
    const by = caught[bug];
    if (by === undefined) return [bug, bugText(bug), 'not hunted yet', ''];
    return [
      bug,
      bugText(bug),
      by?.invariant ?? `not caught within ${BUGS_SEEDS} seeds`,
      by === null ? '' : `${by.seed}`,
    ];
  };
  return [
    '## Bugs that were made by hand',
    'Each is a patch in `test/simulation/storm/bugs`; the first seed that broke a rule is named with it.',
    table(['bug', 'what is wrong', 'caught by', 'seed'], bugs.map(row)),
  ].join('\n\n');
}

function points(): string {
  return [
    '## Faults of the first review, and what holds them',
    table(
      ['', 'fault', 'what is right', 'tests'],
      COVERED_POINTS.map(({ point, fault, right, tests }) => [
        `${point}`,
        fault,
        right,
        tests.map(({ file, name }) => `${name} (\`${file}\`)`).join('; '),
      ]),
    ),
  ].join('\n\n');
}

function lastRun({ soak }: StormResults, judge: PageSources['judge']): string {
  const { from, seeds, failed, sometimes, met } = soak;
  const pinned = judge.get('pinned.test.ts') ?? '';
  const rows = Object.keys(FAULT_WORDS).toSorted();
  return [
    '## The last soak',
    seeds === 0 ? 'None yet.' : `Seeds ${from} to ${from + seeds - 1}: ${failed.length} failed.`,
    ...(failed.length === 0 ? [] : [failed.map((one) => failureLine(one, pinned)).join('\n')]),
    'In how many seeds a fault fell while an order stood there; *exit* is one that leaves a position:',
    table(
      ['fault', ...STANDS],
      rows.map((fault) => [fault, ...STANDS.map((stand) => `${met[`${fault} × ${stand}`] ?? 0}`)]),
    ),
    'In how many seeds what is rare happened:',
    table(
      ['what', 'seeds'],
      SOMETIMES.filter((what) => !OF_REAL.has(what)).map((what) => [what, `${sometimes[what] ?? 0}`]),
    ),
  ].join('\n\n');
}

/** What failed once and was mended is run by each `npm test`. */
function failureLine({ seed, invariant }: StormResults['soak']['failed'][number], pinned: string): string {
  const isPinned = pinned.includes(seed.toString().replace(/\B(?=(\d{3})+$)/g, '_'));
  return `- seed ${seed}: ${invariant}${isPinned ? '; mended since, and pinned in `pinned.test.ts`' : ''}`;
}

function realRuns({ real }: StormResults, judge: PageSources['judge']): string {
  const pinned = judge.get('pinned.test.ts') ?? '';
  const one = ([exchange, { seeds, failed, met, sometimes }]: [string, StormResults['real'][string]]) => {
    const faults = [...new Set(Object.keys(met).map((key) => key.split(' × ')[0]!))];
    const cells = (fault: string) => STANDS.map((stand) => `${met[`${fault} × ${stand}`] ?? 0}`);
    const rare = Object.entries(sometimes).map(([what, n]) => `${what} ${n}`);
    return [
      `### ${exchange}`,
      `Seeds 1 to ${seeds}: ${failed.length} failed.`,
      ...failed.map((one) => failureLine(one, pinned)),
      table(
        ['fault', ...STANDS],
        faults.map((fault) => [fault, ...cells(fault)]),
      ),
      `In so many seeds what is rare happened: ${rare.join(', ')}.`,
    ].join('\n\n');
  };
  return ['## The last soaks over real adapters', ...Object.entries(real).map(one)].join('\n\n');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
