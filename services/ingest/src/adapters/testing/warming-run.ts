import { US_PER_MS } from '@algo/model';
import { BinanceStandIn, type ReadFault, SPOT_DIALECT, type TapeTrade } from '@algo/testkit/venues';
import { MARKET_DATA } from '@algo/venues';
import { FeedRun } from '../feed-run.ts';
import { instrument } from './instruments.ts';
import { hastyClock } from './manual-clock.ts';
import { MemorySpeech } from './memory-speech.ts';

export const LTC = instrument('binance.spot.LTCUSDT');
/** When the stand-in's market and our wall begin. */
export const T0_MS = 1_750_507_200_000 + 47_000;
const HISTORY_TRADES = 600;

/** Wall and stand-in go on together, `haste` times as fast as the machine's clock. */
export function wall(haste: number) {
  const startMs = performance.now();
  const nowMs = () => T0_MS + Math.floor((performance.now() - startMs) * haste);
  return { nowMs, clock: { ...hastyClock(haste), nowMs }, monotonicMs: () => performance.now() * haste };
}

export function tradeAt(id: number, ms: number): TapeTrade {
  const price = (80 + 5 * Math.sin(id / 50)).toFixed(2);
  return { id, timeUs: ms * US_PER_MS, price, quantity: `${1 + (id % 7)}`, isBuyerMaker: id % 3 === 0 };
}

/** A trade every three minutes for 30 hours, then some in the last minute. */
export function history(): TapeTrade[] {
  const old = Array.from({ length: HISTORY_TRADES }, (_, i) =>
    tradeAt(i + 1, T0_MS - 60_000 - (HISTORY_TRADES - i) * 180_000),
  );
  const recent = Array.from({ length: 50 }, (_, i) =>
    tradeAt(HISTORY_TRADES + 1 + i, T0_MS - 50_000 + i * 1_000),
  );
  return [...old, ...recent];
}

export async function until(what: string, holds: () => boolean): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`not within 20 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

export function spotFeed({ url, restUrl }: BinanceStandIn, monotonicMs: () => number) {
  return MARKET_DATA.binance!.open({
    ...{ binanceUrl: url, binanceRestUrl: restUrl, binanceUsdmUrl: url, binanceUsdmRestUrl: restUrl },
    ...{ monotonicMs, random: () => 0.5 },
  });
}

export async function started(
  haste = 1,
  fault?: (url: URL) => ReadFault | undefined,
  speech = new MemorySpeech(),
  ahead = { ourMs: 0, instruments: [LTC] },
) {
  const { nowMs, clock: ownClock, monotonicMs } = wall(haste);
  const clock = { ...ownClock, nowMs: () => nowMs() + ahead.ourMs };
  const standIn = await BinanceStandIn.start({ dialect: SPOT_DIALECT, symbols: ['LTCUSDT'], nowMs });
  standIn.happen('LTCUSDT', history());
  if (fault !== undefined) standIn.readFault = (_symbol, _id, url) => fault(url);
  const warnings: string[] = [];
  const feed = spotFeed(standIn, monotonicMs);
  const options = { name: 'binance', speech, clock, monotonicMs, speed: 1 };
  const run = await FeedRun.live(options, feed, ahead.instruments, {
    warn: (problem) => warnings.push(problem),
  });
  return {
    ...{ standIn, speech, stored: speech.stored, run, warnings, nowMs },
    async [Symbol.asyncDispose]() {
      await run[Symbol.asyncDispose]();
      await standIn[Symbol.asyncDispose]();
    },
  };
}

/** Says that the last trade of the history is stored. */
export function knowing(): MemorySpeech {
  const speech = new MemorySpeech();
  void speech.say('TradeBatch', {
    ...{ receivedUs: 0, complete: true, origin: 'live', sides: 'told' },
    trades: {
      ...{ instrument: LTC.id, count: 1, timeUs: Float64Array.of(history().at(-1)!.timeUs) },
      ...{ price: Float64Array.of(80), quantity: Float64Array.of(1), side: Uint8Array.of(1) },
      ids: { kind: 'counted', values: Float64Array.of(650) },
    },
  });
  return speech;
}
