// Ingest is away for longer than its venue's allowance can bring back: bars are warmed up again, and
// analytics behind it reads as if it had seen the whole tape.
import { type ShardInput, ShardMachine } from '@algo/analytics/domain';
import { systemClock } from '@algo/bus';
import { decodeFact, encodeFact, type Fact, type MessageOf, tellStates, typeOf } from '@algo/contracts';
import { FeedRun, type FeedSpeech, lastTradeIn } from '@algo/ingest';
import {
  Decimal,
  type Instrument,
  type InstrumentId,
  instrumentId,
  type MarketState,
  type MarketStateChanged,
  type MarketStateUpdated,
  type TimeUs,
  ToldStates,
  type TradeColumns,
  US_PER_MS,
  US_PER_SECOND,
} from '@algo/model';
import { BinanceStandIn, SPOT_DIALECT, type TapeTrade } from '@algo/testkit/venues';
import { MARKET_DATA } from '@algo/venues';
import { expect, test } from 'vitest';

const HASTE = 10;
const T0_MS = 1_750_507_230_000;
const MINUTE_MS = 60_000;
const HISTORY_MINUTES = 3 * 24 * 60;
/** More than the spot market lets be fetched in a minute. */
const MISSED = 96_001;
const AWAY_MS = 47 * MINUTE_MS;
const LTC: Instrument = {
  ...{ id: instrumentId('binance.spot.LTCUSDT'), venue: 'binance', market: 'spot', symbol: 'LTCUSDT' },
  ...{ base: 'LTC', quote: 'USDT', assetClass: 'regular' },
  ...{ priceTick: Decimal.of('0.01'), quantityStep: Decimal.of('0.001') },
  ...{ minQuantity: Decimal.of('0.001'), minNotional: Decimal.of('5'), minNotionalBindsExits: true },
};

async function until(what: string, holds: () => boolean): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`not within 30 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** What ingest's lives say, as its readers get it. */
class Stored implements FeedSpeech {
  readonly facts: ShardInput[] = [];

  bodies<Name extends ShardInput['name']>(wanted: Name): MessageOf<Name>[] {
    return this.facts.flatMap(({ name, body }) => (name === wanted ? [body as MessageOf<Name>] : []));
  }

  async say<Name extends ShardInput['name']>(name: Name, body: MessageOf<Name>): Promise<void> {
    this.facts.push(decodeFact(typeOf(name), encodeFact(name, body)) as ShardInput);
  }

  async ready(): Promise<void> {}

  async flush(): Promise<void> {}

  async lastTrade(_instrument: InstrumentId) {
    const last = this.bodies('TradeBatch').at(-1);
    return last === undefined ? undefined : lastTradeIn(last.trades);
  }

  /** Analytics begins anew here: nothing is ours but what was warmed up by. */
  async ownBars(_instrument: InstrumentId, wanted: string) {
    return this.bodies('WarmBars')
      .filter(({ timeframe }) => timeframe === wanted)
      .flatMap(({ source, bars }) => bars.map((bar) => ({ source, bar })));
  }

  async lastTime() {
    return this.bodies('TimeAdvanced').at(-1);
  }
}

/** A market whose price wanders, from T0_MS on as fast as the wall, and later by leaps. */
function wandering() {
  let [leapMs, id, ticks, seed] = [0, 0, 8_000, 7];
  const startMs = performance.now();
  const tape: TapeTrade[] = [];
  const nowMs = () => T0_MS + leapMs + Math.floor((performance.now() - startMs) * HASTE);
  return {
    ...{ nowMs, tape },
    leap: (ms: number) => {
      leapMs += ms;
    },
    trade: (atMs = nowMs()): TapeTrade => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fff_ffff;
      ticks = Math.max(1_000, ticks + (seed % 31) - 15);
      const [price, quantity] = [(ticks / 100).toFixed(2), `${1 + (seed % 5)}`];
      id++;
      const trade = {
        id,
        timeUs: Math.floor(atMs * US_PER_MS),
        price,
        quantity,
        isBuyerMaker: seed % 2 === 0,
      };
      tape.push(trade);
      return trade;
    },
  };
}

function columnsOf(trades: readonly TapeTrade[]): TradeColumns {
  const of = (value: (trade: TapeTrade) => number) => Float64Array.from(trades, value);
  return {
    ...{ instrument: LTC.id, count: trades.length },
    ...{ timeUs: of(({ timeUs }) => timeUs), price: of(({ price }) => Number(price)) },
    quantity: of(({ quantity }) => Number(quantity)),
    side: Uint8Array.from(trades, ({ isBuyerMaker }) => (isBuyerMaker ? 0 : 1)),
    ids: { kind: 'counted', values: of(({ id }) => id) },
  };
}

/** A shard of analytics, and the last state that it said. */
function shard() {
  const machine = new ShardMachine(new Map([[LTC.id, LTC]]), undefined, tellStates);
  const states = new ToldStates();
  let state: MarketState | undefined;
  const speak = (name: Fact['name'], body: unknown) => {
    if (name === 'MarketStateUpdated') state = states.whole(body as MarketStateUpdated);
    if (name === 'MarketStateChanged') state = states.after(body as MarketStateChanged)!;
  };
  const say = Object.assign(speak, { input: 1, request: () => undefined }) as never;
  const take = (input: ShardInput) => machine.take(input, say);
  return {
    ...{ take, state: () => state! },
    trades: (trades: TradeColumns) => {
      const how = { receivedUs: 0, complete: true, origin: 'live', sides: 'told' } as const;
      take({ name: 'TradeBatch', body: { trades, ...how } });
    },
    time: (timeUs: TimeUs) => {
      const time = { feed: 'binance', toldUs: timeUs, sureUs: timeUs, behind: [], wallUs: 0 };
      take({ name: 'TimeAdvanced', body: { type: 'TimeAdvanced', ...time, speed: 1, warm: false } });
    },
  };
}

test('away for too long, it warms up again, is complete again, and reads as if it had seen all', async () => {
  const market = wandering();
  const { nowMs, tape, trade } = market;
  const symbols = ['LTCUSDT'];
  await using standIn = await BinanceStandIn.start({ dialect: SPOT_DIALECT, symbols, nowMs });
  const happen = (...trades: readonly TapeTrade[]) => standIn.happen('LTCUSDT', trades);
  const tell = () => standIn.tell('LTCUSDT', [trade()]);
  for (let minute = HISTORY_MINUTES; minute > 0; minute--) happen(trade(T0_MS - minute * MINUTE_MS));
  const stored = new Stored();
  const monotonicMs = () => performance.now() * HASTE;
  const sleep = (ms: number) => systemClock.sleep(ms / HASTE);
  const clock = { ...systemClock, nowMs, monotonicMs, sleep };
  const { url: binanceUrl, restUrl: binanceRestUrl } = standIn;
  const live = async () => {
    const feed = MARKET_DATA.binance!.open({
      ...{ binanceUrl, binanceRestUrl, binanceUsdmUrl: binanceUrl, binanceUsdmRestUrl: binanceRestUrl },
      ...{ monotonicMs, random: () => 0.5 },
    });
    const options = { name: 'binance', speech: stored, clock, monotonicMs, speed: 1 };
    return FeedRun.live(options, feed, [LTC], { warn: () => undefined });
  };
  const warmed = async (run: FeedRun) => {
    await until('it is connected', () => run.reasons().length === 0);
    await until('it is warm', () => {
      tell();
      return run.counters().warmed === 1;
    });
    tell();
    const last = tape.at(-1)!.id;
    await until('all that it heard is in', () =>
      stored
        .bodies('TradeBatch')
        .at(-1)!
        .trades.ids.values.includes(last as never),
    );
    await run[Symbol.asyncDispose]();
  };

  await warmed(await live());
  const firstLife = stored.bodies('WarmBars').length;
  const stopMs = nowMs();
  const stoppedAt = tape.at(-1)!.id;
  for (let i = 0; i < MISSED; i++) happen(trade(stopMs + 10 + i / 10));
  for (let ms = 20_000; ms < AWAY_MS - MINUTE_MS; ms += 25_000) happen(trade(stopMs + ms));
  market.leap(AWAY_MS);
  await warmed(await live());

  const again = stored.bodies('WarmBars').slice(firstLife);
  expect(new Set(again.map(({ timeframe }) => timeframe)).size).toBe(5);
  const since = stored.bodies('TradeBatch').findLast(({ origin }) => origin === 'warm-up')!.trades;
  expect(since.timeUs[0]).toBeGreaterThanOrEqual(again[0]!.untilUs);
  const [lost] = stored.bodies('GapUnfillable');
  const toTradeId = Number(since.ids.values[0]) - 1;
  expect(lost).toMatchObject({ code: 'TOO_OLD', ids: { fromTradeId: stoppedAt + 1, toTradeId } });
  expect(stored.bodies('GapUnfillable')).toHaveLength(1);
  const ids = stored.bodies('TradeBatch').flatMap(({ trades }) => [...(trades.ids.values as Float64Array)]);
  expect(ids.findIndex((id, i) => i > 0 && id <= ids[i - 1]!)).toBe(-1);

  const [told, whole] = [shard(), shard()];
  for (const fact of stored.facts) told.take(fact);
  whole.trades(columnsOf(tape));
  // 21 minutes more, until all windows are full again.
  const fromMs = tape.at(-1)!.timeUs / US_PER_MS;
  for (let s = 7; s < 21 * 60; s += 7) {
    const more = columnsOf([trade(fromMs + s * 1_000)]);
    for (const each of [told, whole]) {
      each.trades(more);
      each.time(more.timeUs[0]! + US_PER_SECOND);
    }
  }
  const [ours, theirs] = [told.state(), whole.state()];
  expect(ours).toMatchObject({ complete: true, timeUs: theirs.timeUs, price: theirs.price });
  expect(ours.bars.map(({ values }) => values.length)).toEqual(
    theirs.bars.map(({ values }) => values.length),
  );
  const numbersOf = ({ last, values }: MarketState['bars'][number]) => [
    ...values,
    ...Object.values(last ?? {}),
  ];
  for (const [f, reading] of theirs.bars.entries())
    for (const [i, value] of numbersOf(reading).entries()) {
      const other = numbersOf(ours.bars[f]!)[i];
      if (typeof value !== 'number') expect([f, i, other]).toEqual([f, i, value]);
      else expect([f, i, Math.abs(Number(other) - value) <= 1e-9 * Math.abs(value)]).toEqual([f, i, true]);
    }
}, 120_000);
