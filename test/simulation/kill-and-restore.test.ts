import { type BacktestSettings, runBacktest } from '@algo/backtest';
import { encodeFact, type Fact } from '@algo/contracts';
import { accountId } from '@algo/model';
import { SeededRandom } from '@algo/simulation';
import { expect, test } from 'vitest';
import { ENVIRONMENT } from './environment.ts';
import { expectSameBooks, expectStops } from './expect-books.ts';
import { SimulatedEngine } from './simulated-engine.ts';
import { StoredTape } from './stored-tape.ts';

const ACCOUNT = accountId('paper-main');
/** *Units*: virtual wall ms; the feed runs 60 times as fast. */
const TRADING_MS = 45_000;
const HALTED_MS = 10_000;
const ENTRIES_MIN = 10;

/** Lets time pass, with kills at moments that the seed names; everybody lives in the end. */
async function passWithKills(engine: SimulatedEngine, random: SeededRandom, ms: number): Promise<number> {
  const endMs = engine.clock.nowMs() + ms;
  const pick = (bound: number) => Math.floor(random.uniform() * bound);
  let kills = 0;
  while (engine.clock.nowMs() < endMs) {
    await engine.pass(200 + pick(4_000));
    const what = pick(10);
    const dead = what === 0 ? engine.identities : [engine.identities[pick(engine.identities.length)]!];
    if (what === 1) engine.server.lose();
    else for (const identity of dead) engine.kill(identity);
    kills++;
    await engine.pass(pick(1_500));
    await Promise.all(
      dead
        .filter((identity) => !engine.lives(identity))
        .map((identity) => engine.passing(engine.begin(identity))),
    );
  }
  return kills;
}

const entriesOf = (engine: SimulatedEngine) =>
  engine.said('ORDERS', 'OrderSubmitted').filter(({ intent }) => intent === 'entry');

async function halt(engine: SimulatedEngine): Promise<void> {
  const scope = { kind: 'account', account: ACCOUNT } as const;
  const body = {
    commandId: 'halt-1',
    scope,
    mode: 'halted',
    reason: 'lunch',
    by: 'anna',
    timeUs: 0,
    expiresWallUs: 0,
  } as const;
  engine.command(ACCOUNT, { name: 'SetTradingMode', body: { type: 'SetTradingMode', ...body } });
  await engine.until(() => engine.said('RISK', 'TradingModeChanged').length > 0);
  await engine.pass(500);
}

test.each([1, 2])(
  'an engine that is killed again and again trades as if it never were (seed %d)',
  async (seed) => {
    const engine = new SimulatedEngine({
      ...{ seed, delays: true },
      environment: {
        ...ENVIRONMENT,
        ALGO_SEED: String(seed),
        ALGO_SPEED: '60',
        ALGO_SNAPSHOT_INTERVAL_MS: '2000',
      },
    });
    const random = SeededRandom.seeded(seed).stream('kills');
    await engine.start(...engine.identities);
    let kills = await passWithKills(engine, random, TRADING_MS);
    while (entriesOf(engine).length < ENTRIES_MIN) kills += await passWithKills(engine, random, 5_000);
    await halt(engine);
    const entries = entriesOf(engine).length;
    kills += await passWithKills(engine, random, HALTED_MS);
    await engine.pass(5_000);

    expect(kills).toBeGreaterThan(10);
    expect(new Set(engine.submitted).size).toBe(engine.submitted.length);
    expect(entriesOf(engine)).toHaveLength(entries);
    const words = engine.said('RISK', 'TradingModeChanged').filter(({ scope }) => scope.kind === 'account');
    expect(words.map(({ mode, by }) => [mode, by])).toEqual([['halted', 'anna']]);
    expectSameBooks(engine);
    expectStops(engine);
    await expectSameAnalytics(engine);
    expect(engine.divergences).toEqual([]);
    for (const { identity, difference } of await engine.replayed())
      expect([identity, difference]).toEqual([identity, undefined]);
  },
  120_000,
);

/** Bytes, not values: not a bit may differ. */
function lineOf({ name, body }: Fact): string {
  return `${name} ${Buffer.from(encodeFact(name, body)).toString('base64')}`;
}

/** Candles and states are those of the backtest over the trades that are stored, each once. */
async function expectSameAnalytics(engine: SimulatedEngine): Promise<void> {
  const tape = new StoredTape(engine.said('MARKET', 'TradeBatch').map(({ trades }) => trades));
  expect(tape.ids.findIndex((id, i) => id !== i + 1)).toBe(-1);
  const lines: string[] = [];
  const observe: BacktestSettings['observe'] = (fact) => void lines.push(lineOf(fact));
  await runBacktest(tape, { environment: ENVIRONMENT, everything: true, byWire: true, observe });
  for (const [stream, names] of [
    ['CANDLES', ['CandleClosed']],
    ['ANALYTICS', ['MarketStateUpdated', 'MarketStateChanged']],
  ] as const) {
    const said = engine.facts(stream).filter((fact) => names.some((name) => name === fact.name));
    const expected = lines.filter((line) => names.some((name) => line.startsWith(`${name} `)));
    expect(said.length).toBeGreaterThan(100);
    // The state of the last trade is told with a later time, which a backtest of the trades may not reach.
    expect(said.length).toBeLessThanOrEqual(expected.length + 1);
    const both = (all: readonly string[]) => all.slice(0, Math.min(said.length, expected.length)).join('\n');
    expect(both(said.map(lineOf))).toBe(both(expected));
  }
}
