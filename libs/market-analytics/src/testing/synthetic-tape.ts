import {
  BUY,
  type InstrumentId,
  instrumentId,
  plainState,
  RULE_SETS,
  SELL,
  type TradeColumns,
} from '@algo/model';
import type { AnalyticsSink } from '../rows.ts';
import { type AnalyticsSettings, USUAL_SETTINGS } from '../settings.ts';

/** What the tests of this folder trade. */
export const TEST_INSTRUMENT: InstrumentId = instrumentId('test.spot.ABC');
export const TEST_SETTINGS: AnalyticsSettings = {
  instrument: TEST_INSTRUMENT,
  priceTick: 0.01,
  quantityStep: 0.001,
  ...USUAL_SETTINGS,
  rules: RULE_SETS,
};

/** One trade for `tape`. *Units*: µs, quote, base. */
export type TestTrade = readonly [timeUs: number, price: number, quantity: number, side: 'buy' | 'sell'];

/** Returns a generator of uniform numbers in [0, 1) that depend only on the seed (mulberry32). */
export function uniform(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export function tape(trades: readonly TestTrade[]): TradeColumns {
  return {
    instrument: TEST_INSTRUMENT,
    count: trades.length,
    timeUs: Float64Array.from(trades, (t) => t[0]),
    price: Float64Array.from(trades, (t) => t[1]),
    quantity: Float64Array.from(trades, (t) => t[2]),
    side: Uint8Array.from(trades, (t) => (t[3] === 'buy' ? BUY : SELL)),
    ids: { kind: 'counted', values: Float64Array.from(trades, (_, i) => i + 1) },
  };
}

/**
 * Returns a lively made-up market of `count` trades: runs of one side, orders of several prints at one time,
 * jumps of price, silences of minutes. Starts at `startUs`, about 2.5 trades a second when not silent.
 */
export function livelyTrades(seed: number, count: number, startUs: number): TestTrade[] {
  const next = uniform(seed);
  const out: TestTrade[] = [];
  let timeUs = startUs;
  let ticks = 8000;
  let lean = 0;
  while (out.length < count) {
    timeUs += next() < 0.002 ? Math.floor(next() * 200e6) : Math.floor(-Math.log(1 - next()) * 600) * 1000;
    if (next() < 0.02) lean = (next() - 0.5) * 1.4;
    const buy = next() < 0.5 + lean / 2;
    const prints = next() < 0.15 ? 1 + Math.floor(next() * 4) : 1;
    for (let i = 0; i < prints && out.length < count; i++) {
      if (next() < 0.4) ticks = Math.max(100, ticks + (buy ? 1 : -1) * (next() < 0.02 ? 12 : 1));
      out.push([timeUs, ticks / 100, (1 + Math.floor(next() ** -0.6 * 50)) / 1000, buy ? 'buy' : 'sell']);
    }
  }
  return out;
}

/** A sink that keeps everything it is told, in order, as JSON; `state` is asked for whenever it is due. */
export function recordingSink(state: () => unknown): { sink: AnalyticsSink; heard: string[] } {
  const heard: string[] = [];
  const keep = (kind: string) => (said: unknown) => heard.push(`${kind} ${JSON.stringify(said)}`);
  const due = keep('state');
  const sink: AnalyticsSink = {
    onCandle: keep('candle'),
    onDoubt: keep('doubt'),
    onZone: keep('zone'),
    onGap: keep('gap'),
    onSignal: ({ id, direction, state }) => keep('signal')([id, direction, plainState(state)]),
    onStateDue: (timeUs) => due([timeUs, state()]),
    onOrderFlow: keep('flow'),
    onProfile: keep('profile'),
  };
  return { sink, heard };
}
