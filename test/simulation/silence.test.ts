import { runBacktest } from '@algo/backtest';
import { encodeFact, type Fact, type FactName } from '@algo/contracts';
import {
  instrumentId,
  type TimeUs,
  type TradeColumns,
  US_PER_HOUR,
  US_PER_MINUTE,
  US_PER_MS,
  US_PER_SECOND,
} from '@algo/model';
import { instrumentOf, readInstrumentCatalog } from '@algo/runtime';
import { SyntheticMarket } from '@algo/simulation';
import { expect, test } from 'vitest';
import { ENVIRONMENT } from './environment.ts';
import { SimulatedEngine } from './simulated-engine.ts';
import { StoredTape } from './stored-tape.ts';

const INSTRUMENT = instrumentId('synthetic.spot.ALGOUSD');
const START_US = 1_735_689_600_000_000;
const SILENCE_US = 30 * US_PER_HOUR;
/** A feed says its time on this grid; one that runs 1,000 times as fast, at most every 20 s of it. */
const GRID_US = 250 * US_PER_MS;
const FAST_US = 20 * US_PER_SECOND;
/** A bar of each timeframe, and the state that follows. */
const OPEN_AT_END_MAX = 5;
/** The silence begins and ends at the pace of the market. */
const SLOW_US = 2 * US_PER_MINUTE;

test('a silence of 30 h in the feed: candles and states are those of the backtest, bar for bar', async () => {
  const engine = new SimulatedEngine({ seed: 1, environment: ENVIRONMENT });
  await engine.start('analytics.0');
  const ingest = await engine.speaker('ingest.synthetic', '', ['md.trades', 'md.time']);
  const market = new SyntheticMarket({
    ...{ instrument: instrumentOf(readInstrumentCatalog('config/instruments.yaml'), INSTRUMENT) },
    ...{ seed: 1, startUs: START_US, startPrice: 100 },
  });
  const said: Promise<void>[] = [];
  const trade = (trades: TradeColumns) => {
    if (trades.count > 0)
      said.push(
        ingest.say('TradeBatch', { trades, receivedUs: 0, complete: true, origin: 'live', sides: 'told' }),
      );
  };
  const tell = (toldUs: TimeUs) =>
    said.push(
      ingest.say('TimeAdvanced', {
        ...{ type: 'TimeAdvanced', feed: 'synthetic', toldUs, sureUs: toldUs, behind: [] },
        ...{ wallUs: toldUs, speed: 1, warm: false },
      }),
    );
  const minutes = 12;
  const breakUs = START_US + minutes * US_PER_MINUTE;
  const endUs = breakUs + SILENCE_US + minutes * US_PER_MINUTE;
  const resumeUs = breakUs + SILENCE_US;
  let stepUs = GRID_US;
  for (let toldUs = START_US + GRID_US; toldUs <= endUs; toldUs += stepUs) {
    const isSilent = toldUs > breakUs && toldUs <= resumeUs;
    stepUs = toldUs > breakUs + SLOW_US && toldUs < resumeUs - SLOW_US ? FAST_US : GRID_US;
    if (!isSilent)
      trade(shifted(market.next(toldUs > breakUs ? toldUs - SILENCE_US : toldUs), toldUs > breakUs));
    tell(toldUs);
    if (said.length % 1_000 < 2) await engine.pass(1);
  }
  await Promise.all(said);
  await engine.pass(10);

  const expected: { readonly name: FactName; readonly bytes: Buffer }[] = [];
  // Nothing is traded here: an exit that waits for a trade through 30 h would only cost time.
  const environment = { ALGO_TRADING_CONFIGS_DIR: 'config/trading', ALGO_TRADING_CONFIG: 'config_1' };
  const tape = new StoredTape(engine.said('MARKET', 'TradeBatch').map(({ trades }) => trades));
  await runBacktest(tape, {
    environment,
    everything: true,
    byWire: true,
    observe: (fact) => void expected.push({ name: fact.name, bytes: bytesOf(fact) }),
  });
  const candles = engine.facts('CANDLES').filter(({ name }) => name === 'CandleClosed');
  const states = engine.facts('ANALYTICS').filter(({ name }) => name.startsWith('MarketState'));
  expect(candles.length).toBeGreaterThan(SILENCE_US / (15 * US_PER_SECOND));
  expect(firstDifference(candles, expected)).toBe(-1);
  expect(states.length).toBeGreaterThan(1_000);
  expect(firstDifference(states, expected)).toBe(-1);
}, 120_000);

/** Trades behind the silence happen that much later than the market made them. */
function shifted(trades: TradeColumns, isLater: boolean): TradeColumns {
  return isLater ? { ...trades, timeUs: trades.timeUs.map((timeUs) => timeUs + SILENCE_US) } : trades;
}

/**
 * Returns the number of the first fact that isn't byte for byte what was expected at its place; -1 when all
 * are. A feed that lives on closes by time alone what is open behind its last trade; a recording ends there.
 */
function firstDifference(
  said: readonly Fact[],
  all: readonly { readonly name: FactName; readonly bytes: Buffer }[],
): number {
  const names = new Set(said.map(({ name }) => name));
  const expected = all.filter(({ name }) => names.has(name));
  expect(said.length - expected.length).toBeLessThanOrEqual(OPEN_AT_END_MAX);
  return said.slice(0, expected.length).findIndex((fact, i) => !expected[i]!.bytes.equals(bytesOf(fact)));
}

function bytesOf({ name, body }: Fact): Buffer {
  return Buffer.from(encodeFact(name, body));
}
