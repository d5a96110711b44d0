// A live feed of an instrument that nothing is stored of, on a stand-in of Binance's spot market.
import { TIMEFRAME_US, US_PER_MS, US_PER_SECOND } from '@algo/model';
import { BinanceStandIn, SPOT_DIALECT } from '@algo/testkit/venues';
import { expect, test } from 'vitest';
import { FeedRun } from './feed-run.ts';
import { MemorySpeech } from './testing/memory-speech.ts';
import {
  history,
  knowing,
  LTC,
  spotFeed,
  started,
  T0_MS,
  tradeAt,
  until,
  wall,
} from './testing/warming-run.ts';

const isKline = (url: URL, interval: string) =>
  url.pathname.endsWith('/klines') && url.searchParams.get('interval') === interval;

test('bars come before the first trade, and trades since the last bar join those heard', async () => {
  let isHeard = false;
  // While the last bars are read, trades go on: some are heard only, the first two are in the history too.
  await using life = await started(1, (url) => {
    if (!isHeard && isKline(url, '1h')) {
      isHeard = true;
      life.standIn.tell('LTCUSDT', [tradeAt(651, life.nowMs()), tradeAt(652, life.nowMs() + 1)]);
    }
    return undefined;
  });
  const { run, speech, standIn, stored, nowMs } = life;
  await until('it is connected', () => run.reasons().length === 0);
  expect(run.notes()[0]).toMatch(/^warm-up 1 of 1(, binance.spot.LTCUSDT \d+ %| waits for a connection)$/);
  await until('it says how far it is', () => /LTCUSDT \d+ %$/.test(run.notes()[0] ?? ''));
  await until('it is warm', () => run.counters().warmed === 1);
  standIn.tell('LTCUSDT', [tradeAt(653, nowMs()), tradeAt(654, nowMs() + 1)]);
  await until('the last trade is in', () => stored.ids.includes(654));
  await speech.flush();

  const names = stored.facts
    .map(({ name }) => name)
    .filter((name) => name === 'WarmBars' || name === 'TradeBatch');
  expect(names.lastIndexOf('WarmBars')).toBeLessThan(names.indexOf('TradeBatch'));
  const untilUs = stored.warmBars[0]!.untilUs;
  expect(untilUs).toBe(1_750_507_200_000_000 + 30 * US_PER_SECOND);
  const since = history().filter(({ timeUs }) => timeUs >= untilUs);
  expect(stored.ids).toEqual([...since.map(({ id }) => id), 651, 652, 653, 654]);
  expect(stored.batches[0]!.origin).toBe('warm-up');
  expect(stored.batches.at(-1)).toMatchObject({ origin: 'live', complete: true });
  expect(stored.events).toEqual(['FeedConnected']);
  expect(run.counters()).toMatchObject({ gaps: 0, duplicates: 0, warmUpFailures: 0, barsRefused: 0 });
  expect(run.notes()).toEqual([]);
  stored.expectSound();

  for (const timeframe of ['15s', '1m', '5m', '15m', '1h'] as const) {
    const lengthUs = TIMEFRAME_US[timeframe];
    const bars = stored.warmBars.filter((each) => each.timeframe === timeframe).flatMap(({ bars }) => bars);
    const endUs = Math.floor(untilUs / lengthUs) * lengthUs;
    expect(bars.at(-1)!.openTimeUs).toBe(endUs - lengthUs);
    const traded = history().filter(({ timeUs }) => timeUs >= bars[0]!.openTimeUs && timeUs < endUs);
    expect(bars.reduce((sum, { trades }) => sum + trades, 0)).toBe(traded.length);
    const volume = traded.reduce((sum, { quantity }) => sum + Number(quantity), 0);
    expect(bars.reduce((sum, bar) => sum + bar.volume, 0)).toBeCloseTo(volume, 6);
    const bought = traded.filter(({ isBuyerMaker }) => !isBuyerMaker);
    const taken = bought.reduce((sum, { quantity }) => sum + Number(quantity), 0);
    expect(bars.reduce((sum, { takerBuyVolume }) => sum + takerBuyVolume!, 0)).toBeCloseTo(taken, 6);
    expect(bars.at(-1)!.close).toBe(Number(history().findLast(({ timeUs }) => timeUs < endUs)!.price));
  }
}, 60_000);

test('a read that fails, contradicts another or holds no bar is told and tried again', async () => {
  let reads = 0;
  const row = (high: string) => [
    [T0_MS - 47_000 - 60_000, '80', high, '80', '80', '1', T0_MS - 47_001, '80', 1, '1', '80', '0'],
  ];
  await using life = await started(20, (url) => {
    if (!isKline(url, '1m')) return undefined;
    reads++;
    if (reads === 1) return { status: 503 };
    if (reads === 2) return { status: 200, body: JSON.stringify(row('79')) };
    if (reads === 3) return { status: 200, body: JSON.stringify(row('81')) };
    return undefined;
  });
  const { run, warnings } = life;
  await until('it is warm', () => run.counters().warmed === 1);
  expect(warnings).toEqual([
    expect.stringContaining('HTTP 503'),
    expect.stringContaining('a bar of binance.spot.LTCUSDT is refused, its range is none'),
    expect.stringContaining('two reads of the 1m bars of binance.spot.LTCUSDT differ'),
  ]);
  expect(run.counters()).toMatchObject({ barsRefused: 1, warmUpFailures: 3 });
}, 60_000);

test('a history of trades that is older than the stream is asked for again', async () => {
  await using life = await started(1);
  const { run, standIn, stored, warnings, nowMs } = life;
  await until('it is connected', () => run.reasons().length === 0);
  let lags = true;
  standIn.historyEnd = () => (lags ? 651 : Number.POSITIVE_INFINITY);
  standIn.tell('LTCUSDT', [tradeAt(651, nowMs())]);
  await until('it has asked', () => warnings.length > 0);
  expect(warnings[0]).toContain('older than the stream');
  lags = false;
  await until('the trade is in', () => stored.ids.at(-1) === 651);
  expect(stored.bodies('GapOpened')).toEqual([]);
}, 60_000);

test('without an answer it begins cold in time, says so, and no trade is lost', async () => {
  await using life = await started(100, (url) => (isKline(url, '1h') ? { status: 503 } : undefined));
  const { run, speech, standIn, stored, nowMs } = life;
  await until('it is connected', () => run.reasons().length === 0);
  const heard = Array.from({ length: 100 }, (_, i) => tradeAt(651 + i, nowMs() + i));
  standIn.tell('LTCUSDT', heard);
  await until('it says that it is cold', () => run.notes().some((note) => note.includes('is cold')));
  expect(run.notes()[0]).toMatch(
    /^binance.spot.LTCUSDT is cold, level 1 speaks from 2025-06-\d\dT\d\d:00Z on$/,
  );
  await until('the trades are in', () => stored.ids.length === heard.length);
  await speech.flush();
  expect(stored.ids).toEqual(heard.map(({ id }) => id));
  expect(stored.warmBars).toEqual([]);
  expect(stored.bodies('PriceSeen').length).toBeGreaterThan(0);
}, 60_000);

test('away for too long and without bars it goes on cold: all between is told as lost', async () => {
  const noBars = (url: URL) => (url.pathname.endsWith('/klines') ? { status: 503 } : undefined);
  const speech = knowing();
  await speech.flush();
  await using life = await started(100, noBars, speech);
  const { run, standIn, stored, nowMs } = life;
  await until('it is connected', () => run.reasons().length === 0);
  const first = 651 + 100_000;
  standIn.tell('LTCUSDT', [tradeAt(first - 1, nowMs())]);
  await until('it warms up', () => run.notes().some((note) => note.startsWith('warm-up 1 of 1')));
  standIn.tell('LTCUSDT', [tradeAt(first, nowMs()), tradeAt(first + 1, nowMs())]);
  await until('a price is seen', () => stored.bodies('PriceSeen').length > 0);
  await until('it says that it is cold', () => run.notes().some((note) => note.includes('is cold')));
  await until('trades go on', () => stored.ids.length === 3);
  expect(stored.ids).toEqual([650, first, first + 1]);
  expect(stored.bodies('GapUnfillable')).toMatchObject([
    { code: 'TOO_OLD', missing: first - 651, ids: { fromTradeId: 651, toTradeId: first - 1 } },
  ]);
  expect(stored.batches.map(({ complete }) => complete)).toEqual([true, false]);
  expect(run.counters()).toMatchObject({ gaps: 1, missing: first - 651 });
}, 60_000);

test('bars that are ours already are not asked of the venue, and each is marked by its source', async () => {
  const speech = new MemorySpeech();
  const whole = { timeframe: '1h', instrument: LTC.id, sellVolume: 1, buyTrades: 1, sellTrades: 1 } as const;
  const hourUs = TIMEFRAME_US['1h'];
  const lastUs = Math.floor((T0_MS * US_PER_MS) / hourUs) * hourUs - 3 * hourUs;
  for (let i = 2_297; i >= 0; i--)
    speech.stored.candles.push({
      ...{ ...whole, openTimeUs: lastUs - i * hourUs, open: 80, high: 81, low: 79, close: 80 },
      ...{ volume: 2, buyVolume: 1, trades: 2, complete: true },
    });
  await using life = await started(1, undefined, speech);
  await until('it is warm', () => life.run.counters().warmed === 1);
  const hours = life.stored.warmBars.filter(({ timeframe }) => timeframe === '1h');
  expect(hours.map(({ source, bars }) => [source, bars.length])).toEqual([
    ['own candles', 1_000],
    ['own candles', 1_000],
    ['own candles', 298],
    ['binance klines 3600s', 2],
  ]);
  const asked = life.standIn.asked.filter((url) => isKline(url, '1h'));
  expect(asked.map(({ searchParams }) => Number(searchParams.get('startTime')))).toEqual([
    (lastUs + hourUs) / US_PER_MS,
    (lastUs + hourUs) / US_PER_MS,
  ]);
}, 60_000);

test('an instrument that trades are stored of is not warmed up', async () => {
  const { clock, monotonicMs } = wall(1);
  await using standIn = await BinanceStandIn.start({
    dialect: SPOT_DIALECT,
    symbols: ['LTCUSDT'],
    nowMs: clock.nowMs,
  });
  standIn.happen('LTCUSDT', history());
  const speech = knowing();
  await speech.flush();
  const feed = spotFeed(standIn, monotonicMs);
  const options = { name: 'binance', speech, clock, monotonicMs, speed: 1 };
  await using run = await FeedRun.live(options, feed, [LTC], { warn: () => undefined });
  await until('it is connected', () => run.reasons().length === 0);
  standIn.tell('LTCUSDT', [tradeAt(651, clock.nowMs())]);
  await until('the trade is in', () => speech.stored.ids.includes(651));
  expect(standIn.asked.filter(({ pathname }) => pathname.endsWith('/klines'))).toEqual([]);
});
