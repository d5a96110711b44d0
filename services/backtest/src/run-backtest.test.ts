import { createHash } from 'node:crypto';
import { encodeFact, type Fact } from '@algo/contracts';
import { JournalHash } from '@algo/read-models';
import { SeededRandom } from '@algo/simulation';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { USUAL_CUTS } from './backtest-run.ts';
import { stateIn } from './lane-cursor.ts';
import { type BacktestSettings, runBacktest } from './run-backtest.ts';
import { MergedTape } from './tape.ts';
import { SyntheticLane, TEST_ENVIRONMENT, TEST_INSTRUMENTS } from './testing/synthetic-lane.ts';

const HOURS = 1;

/**
 * What a run says, in two figures: its journal, and all its facts but those that the tape brings, and but the
 * sign that the guard lives: how often that is said depends on how often somebody takes something. What
 * execution makes of it (denials, `EntryStanding`) is among the facts.
 */
interface Outcome {
  readonly journal: string;
  readonly facts: string;
  readonly closed: number;
}

async function outcome(
  settings: Omit<BacktestSettings, 'environment'> & { readonly more?: Readonly<Record<string, string>> } = {},
  rowsPerRead = 1_000,
): Promise<Outcome> {
  const { more, observe, ...rest } = settings;
  const lines: string[] = [];
  const tape = new MergedTape(TEST_INSTRUMENTS.map((id) => new SyntheticLane(id, HOURS, rowsPerRead)));
  const journal = new JournalHash();
  const { summary } = await runBacktest(tape, {
    ...rest,
    async onTold({ line }) {
      if (line !== null) journal.take(line);
    },
    environment: { ...TEST_ENVIRONMENT, ...more },
    observe(fact) {
      if (fact.name !== 'GuardAlive') lines.push(lineOf(fact));
      observe?.(fact);
    },
  });
  const facts = createHash('sha256').update(lines.toSorted().join('\n')).digest('hex');
  return { journal: journal.end(), facts, closed: summary.positions.closed };
}

function lineOf(fact: Fact): string {
  const state = fact.name === 'SignalGenerated' ? undefined : stateIn(fact);
  if (state !== undefined) {
    // By wire a state is told by what changed: what each says is in both.
    const { instrument, timeUs, trades, cvd } = state;
    const steps = 'priceSteps' in state ? state.priceSteps : Math.round(state.price / state.priceStep);
    return `state ${instrument} ${timeUs} ${trades} ${steps} ${cvd}`;
  }
  return `${fact.name} ${Buffer.from(encodeFact(fact.name, fact.body)).toString('base64')}`;
}

/** How many inputs each process took in the usual run. */
const inputs = new Map<string, number>();
const usual = outcome({
  restoreBefore(identity, input) {
    inputs.set(identity, input);
    return false;
  },
});

describe('a backtest', () => {
  test('opens and closes positions, and does so alike in two runs', async () => {
    expect((await usual).closed).toBeGreaterThan(1);
    expect(await outcome()).toEqual(await usual);
  }, 120_000);

  test.each(['config_1', 'config_3'])(
    'tells the same by %s whatever else analytics computes',
    async (name) => {
      const more = { ALGO_TRADING_CONFIG: name };
      const { journal } = await outcome({ more });
      expect(await outcome({ more, everything: true })).toMatchObject({ journal });
    },
    120_000,
  );

  test('gives the same facts however analytics takes the tape and however it is read', async () => {
    const expected = await usual;
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 5_000 }),
        fc.integer({ min: 1, max: 20_000 }),
        fc.constantFrom('1', '2'),
        async (rowsMax, rowsPerRead, shards) => {
          const cuts = { rowsMax, always: false };
          expect(await outcome({ cuts, more: { ALGO_ANALYTICS_INSTANCES: shards } }, rowsPerRead)).toEqual(
            expected,
          );
        },
      ),
      { numRuns: 3, endOnFailure: true },
    );
  }, 180_000);

  test('gives the same facts when it cuts at each trade and says each time of the grid', async () => {
    expect(await outcome({ cuts: { ...USUAL_CUTS, always: true } })).toEqual(await usual);
  }, 120_000);

  test('gives the same facts when machines are torn down and restored at 50 places', async () => {
    const random = SeededRandom.seeded(11).stream('restores');
    const expected = await usual;
    const identities = [...inputs.keys()];
    const places = new Set(
      Array.from({ length: 50 }, (_, i) => {
        const identity = identities[i % identities.length]!;
        return `${identity} ${1 + Math.floor(random.uniform() * inputs.get(identity)!)}`;
      }),
    );
    let restored = 0;
    const torn = await outcome({
      restoreBefore(identity, input) {
        if (!places.has(`${identity} ${input}`)) return false;
        restored++;
        return true;
      },
    });
    expect(restored).toBe(places.size);
    expect(torn).toEqual(expected);
  }, 120_000);

  test('gives the same facts when each is encoded and decoded on its way', async () => {
    expect(await outcome({ byWire: true })).toEqual(await usual);
  }, 120_000);

  test('lets nobody write into a fact that somebody else may hold', async () => {
    expect(await outcome({ observe: (fact) => freeze(fact) })).toEqual(await usual);
  }, 120_000);
});

/** Freezes a value all the way down; columns of numbers can't be frozen. */
function freeze(value: unknown): void {
  if (value === null || typeof value !== 'object' || ArrayBuffer.isView(value) || Object.isFrozen(value))
    return;
  Object.freeze(value);
  for (const inner of Object.values(value)) freeze(inner);
  // What a state reads only when asked stands behind accessors.
  const made: unknown = Object.getPrototypeOf(value);
  if (made === Object.prototype || made === null) return;
  for (const { get } of Object.values(Object.getOwnPropertyDescriptors(made))) freeze(get?.call(value));
}
