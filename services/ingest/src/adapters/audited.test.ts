// A live feed whose ids are names, and the venue's own bars beside it, out of a stand-in that loses trades.
import { US_PER_MINUTE, US_PER_MS } from '@algo/model';
import {
  type BinanceDialect,
  BinanceStandIn,
  SPOT_DIALECT,
  type TapeTrade,
  USDM_DIALECT,
} from '@algo/testkit/venues';
import {
  type FeedSettings,
  spotFeedOn,
  unboundedBudget,
  usdmFeedOn,
  usdmRawFeedOn,
} from '@algo/venues/binance/testing';
import { expect, test } from 'vitest';
import { FeedRun } from './feed-run.ts';
import { instrument } from './testing/instruments.ts';
import { hastyClock } from './testing/manual-clock.ts';
import { MemorySpeech, StoredFeed } from './testing/memory-speech.ts';

/** How many times as fast as the machine's clock all goes on. */
const HASTE = 15;
const M0_MS = 1_750_507_440_000;
const MINUTE_MS = US_PER_MINUTE / US_PER_MS;

async function until(what: string, holds: () => boolean): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`not within a minute: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** A market at a stand-in that stands 10 s before a minute until ingest's first life is connected. */
async function market(dialect: BinanceDialect, feedOn: typeof spotFeedOn, id: string) {
  let startMs: number | undefined;
  const nowMs = () =>
    M0_MS - 10_000 + Math.floor((performance.now() - (startMs ?? performance.now())) * HASTE);
  const standIn = await BinanceStandIn.start({ dialect, symbols: ['LTCUSDT'], nowMs, weightMax: 1e9 });
  const stored = new StoredFeed();
  const LTC = instrument(id);
  const clock = { ...hastyClock(HASTE), nowMs };
  const monotonicMs = () => performance.now() * HASTE;
  let lastId = 0;
  const trade = (quantity = '1'): TapeTrade => {
    lastId++;
    return {
      id: lastId,
      timeUs: nowMs() * US_PER_MS,
      price: '80.00',
      quantity,
      isBuyerMaker: lastId % 2 === 0,
    };
  };
  return {
    ...{ standIn, stored, trade, nowMs },
    tell: (...trades: readonly TapeTrade[]) => standIn.tell('LTCUSDT', trades),
    /** Resolves when a minute has begun, counted from the first. */
    minute: (n: number, ms = 0) => until(`minute ${n}`, () => nowMs() >= M0_MS + n * MINUTE_MS + ms),
    async live(settings: FeedSettings = {}) {
      const speech = new MemorySpeech(stored);
      const feed = feedOn(standIn, { hearsBars: true, monotonicMs, budget: unboundedBudget(), ...settings });
      const options = { name: feed.name, speech, clock, monotonicMs, speed: 1 };
      const run = await FeedRun.live(options, feed, [LTC]);
      const bars = () => standIn.open.filter(({ streams }) => streams.has('ltcusdt@kline_1m'));
      await until('all is connected', () => run.reasons().length === 0 && bars().length === 1);
      startMs ??= performance.now();
      return run;
    },
    async [Symbol.asyncDispose]() {
      await standIn[Symbol.asyncDispose]();
    },
  };
}

const RAW = [USDM_DIALECT, usdmRawFeedOn, 'binance.perp.LTCUSDT'] as const;
const KINDS = [
  ['USD-M trade by trade', ...RAW],
  ['USD-M merged', USDM_DIALECT, usdmFeedOn, 'binance.perp.LTCUSDT'],
  ['spot', SPOT_DIALECT, spotFeedOn, 'binance.spot.LTCUSDT'],
] as const;

/** Tells a trade now and then until a minute has begun. */
async function trading({ nowMs, tell, trade }: Awaited<ReturnType<typeof market>>, minute: number) {
  await until(`minute ${minute}`, () => {
    tell(trade(), trade(), trade('0.3'));
    return nowMs() >= M0_MS + minute * MINUTE_MS;
  });
}

test.each(KINDS)('%s: a clean stream is like the bars of the venue, minute by minute', async (...named) => {
  const [, dialect, feedOn, id] = named;
  await using of = await market(dialect, feedOn, id);
  await using run = await of.live();
  await trading(of, 2);
  await until('two bars are compared', () => run.counters().barsCompared === 2);
  expect(run.counters()).toMatchObject({ barsDiffer: 0, gaps: 0, malformed: 0, duplicates: 0 });
  expect(of.stored.events).toEqual(['FeedConnected']);
  expect(run.notes()).toEqual([]);
});

test('one trade that the stream withholds makes its minute incomplete, and a person reads it', async () => {
  await using of = await market(...RAW);
  await using run = await of.live();
  await trading(of, 0);
  of.tell(of.trade('2'));
  of.standIn.happen('LTCUSDT', [of.trade('0.5')]);
  await trading(of, 1);
  await until('it is told', () => of.stored.bodies('GapUnfillable').length === 1);
  const [gap] = of.stored.bodies('GapUnfillable');
  const fromUs = M0_MS * US_PER_MS;
  expect(gap).toMatchObject({ kind: 'bar', code: 'BAR_DIFFERS', fromUs, toUs: fromUs + US_PER_MINUTE - 1 });
  expect(run.counters()).toMatchObject({ barsDiffer: 1 });
  expect(run.notes()).toEqual([
    expect.stringContaining(
      "binance.perp.LTCUSDT: bars that differ from the venue's: 1, the last at 2025-06-21T12:04Z",
    ),
  ]);
  // The bar of five minutes is still open: it was told before the feed was sure of what follows.
  const place = of.stored.facts.findIndex(({ name }) => name === 'GapUnfillable');
  const sureBefore = of.stored.facts.slice(0, place).findLast((fact) => fact.name === 'TimeAdvanced')!
    .body as { readonly sureUs: number };
  expect(sureBefore.sureUs).toBeLessThan(fromUs + US_PER_MINUTE);
});

test('trades beside the book are no trades, and leave no hole', async () => {
  await using of = await market(...RAW);
  await using run = await of.live();
  of.tell({ ...of.trade('9'), kind: 'INSURANCE_FUND', price: '1' });
  await trading(of, 1);
  await until('a bar is compared', () => run.counters().barsCompared === 1);
  expect(run.counters()).toMatchObject({ barsDiffer: 0, malformed: 0, refused: 0 });
  expect(of.stored.batches.every(({ trades }) => !(trades.ids.values as string[]).includes('1'))).toBe(true);
});

test('a history that hides a trade is believed, until the bar of the venue tells of it', async () => {
  await using of = await market(SPOT_DIALECT, spotFeedOn, 'binance.spot.LTCUSDT');
  await using run = await of.live();
  await trading(of, 0);
  const hidden = [of.trade(), of.trade(), of.trade()];
  of.standIn.lost.add(hidden[1]!.id);
  of.standIn.happen('LTCUSDT', hidden);
  of.tell(of.trade());
  await until('the hole is closed', () => of.stored.bodies('GapFilled').length === 1);
  expect(of.stored.bodies('GapFilled')).toMatchObject([{ recovered: 2, absent: 1 }]);
  await of.minute(1);
  await until('it is told', () => of.stored.bodies('GapUnfillable').length === 1);
  expect(run.counters()).toMatchObject({ barsDiffer: 1 });
  expect(of.stored.bodies('GapUnfillable')).toMatchObject([{ kind: 'bar', code: 'BAR_DIFFERS' }]);
});

test('a connection, and a life, is joined to the one before by the newest page', async () => {
  await using of = await market(...RAW);
  const first = await of.live();
  of.tell(of.trade(), of.trade());
  await until('two are in', () => of.stored.batches.length > 0);
  of.standIn.open.find(({ path }) => path.startsWith('/public'))!.cut();
  of.standIn.happen('LTCUSDT', [of.trade(), of.trade()]);
  await until('it is connected again', () => of.stored.bodies('FeedConnected').length === 2);
  of.tell(of.trade());
  await until('what was missed is in', () => first.counters().accepted === 5);
  await first[Symbol.asyncDispose]();
  await until('its connections are gone', () => of.standIn.open.length === 0);
  of.standIn.happen('LTCUSDT', [of.trade(), of.trade()]);
  await using second = await of.live();
  of.tell(of.trade());
  const ids = () => of.stored.batches.flatMap(({ trades }) => trades.ids.values as string[]);
  // What is accepted is stored a moment later.
  await until('all are stored', () => second.counters().accepted === 3 && ids().length >= 8);
  expect(ids()).toEqual(['1', '2', '3', '4', '5', '6', '7', '8']);
  expect(of.stored.bodies('GapOpened')).toEqual([]);
  expect(of.stored.batches.map(({ origin }) => origin)).toContain('back-fill');
});

test('a page without a trade of ours is a gap in time, and the batch behind it is incomplete', async () => {
  await using of = await market(...RAW);
  await using run = await of.live();
  of.tell(of.trade());
  await until('one is in', () => run.counters().accepted === 1);
  const missed = Array.from({ length: 1_200 }, () => of.trade());
  of.standIn.open.find(({ path }) => path.startsWith('/public'))!.cut();
  of.standIn.happen('LTCUSDT', missed);
  await until('the page is in', () => run.counters().accepted === 1_001);
  expect(of.stored.bodies('GapUnfillable')).toMatchObject([{ kind: 'time', code: 'NO_OVERLAP', missing: 0 }]);
  expect(of.stored.batches.map(({ complete }) => complete)).toEqual([true, false]);
});
