import {
  BUY,
  Decimal,
  type Instrument,
  instrumentId,
  SELL,
  type TradeColumns,
  US_PER_HOUR,
} from '@algo/model';
import { SeededRandom } from '@algo/simulation';
import { expect, test } from 'vitest';
import { randomWalk, shuffledSides } from './null-tapes.ts';
import { compareRule, estimate, returnsOf } from './rule-comparison.ts';
import { RuleFirings, type RuleRecord } from './rule-firings.ts';

const LTC: Instrument = {
  ...{ id: instrumentId('binance.spot.LTCUSDT'), venue: 'binance', market: 'spot', symbol: 'LTCUSDT' },
  ...{ base: 'LTC', quote: 'USDT', assetClass: 'regular' },
  ...{ priceTick: Decimal.of('0.01'), quantityStep: Decimal.of('0.001') },
  ...{ minQuantity: Decimal.of('0.001'), minNotional: Decimal.of('5'), minNotionalBindsExits: true },
};
const T0_US = 485_000 * US_PER_HOUR;

/** Trades 900 ms apart whose takers stay on one side for a while, and whose price follows them. */
function persistentTape(count: number): TradeColumns {
  const random = SeededRandom.seeded(11).stream('tape');
  const [price, side] = [new Float64Array(count), new Uint8Array(count)];
  let [at, buys] = [10_000, true];
  for (let i = 0; i < count; i++) {
    if (random.chance(0.02)) buys = !buys;
    side[i] = buys ? BUY : SELL;
    if (random.chance(0.3)) at += buys ? 1 : -1;
    price[i] = at / 100;
  }
  const times = Float64Array.from({ length: count }, (_, i) => T0_US + i * 900_000);
  const quantity = Float64Array.from({ length: count }, () => Math.round(random.between(1, 900)) / 1_000);
  const ids = { kind: 'counted', values: times.map((_, i) => i + 1) } as const;
  return { instrument: LTC.id, count, timeUs: times, price, quantity, side, ids };
}

const TAPE = persistentTape(14_000);
const runOf = (tape: TradeColumns) =>
  new Map(new RuleFirings('classic').take(tape, LTC).map((record) => [record.name, record]));

test('a rule that reads flow tells a tape of lasting sides from noise, one that reads wicks does not', () => {
  const random = (name: string) => SeededRandom.seeded(1).stream(name);
  const [shuffled, walk] = [shuffledSides(TAPE, random('a')), randomWalk(TAPE, 0.01, random('b'))];
  const [ofTape, ofShuffled, ofWalk] = [TAPE, shuffled, walk].map(runOf);
  const compared = (name: string) =>
    compareRule(name, ofTape!.get(name), [ofShuffled!.get(name)], [ofWalk!.get(name)], TAPE);
  const flow = compared('order flow beyond 2.5 : 1, 1m');
  expect(flow).toMatchObject({ tells: true });
  expect(flow.real.share!.mean).toBeGreaterThan(2 * flow.shuffled.share!.mean);
  expect(flow.returns.map(({ afterS }) => afterS)).toEqual([30, 120, 600]);
  const zones = compared('zone drawn, 1m');
  expect(zones.shuffled.perHour.mean).toBe(zones.real.perHour.mean);
  expect(zones).toMatchObject({ tells: false, returns: [] });
});

test('shuffling keeps every side, a walk keeps times and sizes and moves as much', () => {
  const shuffled = shuffledSides(TAPE, SeededRandom.seeded(2).stream('s'));
  const buys = (side: Uint8Array) => side.filter((each) => each === BUY).length;
  expect(buys(shuffled.side)).toBe(buys(TAPE.side));
  expect(shuffled.side).not.toEqual(TAPE.side);
  const walk = randomWalk(TAPE, 0.01, SeededRandom.seeded(2).stream('w'));
  expect([walk.timeUs, walk.quantity]).toEqual([TAPE.timeUs, TAPE.quantity]);
  const moved = (tape: TradeColumns) => {
    let sum = 0;
    for (let i = 4; i < tape.count; i += 4) sum += Math.log(tape.price[i]! / tape.price[i - 4]!) ** 2;
    return sum;
  };
  expect(moved(walk) / moved(TAPE)).toBeGreaterThan(0.6);
  expect(moved(walk) / moved(TAPE)).toBeLessThan(1.6);
});

test('what followed is in basis points toward the side, up to the last price at the horizon', () => {
  const [rise] = returnsOf(
    [
      { timeUs: T0_US, price: TAPE.price[0]!, direction: 'long' },
      { timeUs: T0_US, price: TAPE.price[0]!, direction: 'short' },
    ],
    TAPE,
  );
  const then = TAPE.price[33]!;
  const move = (then / TAPE.price[0]! - 1) * 10_000;
  expect(rise).toMatchObject({ afterS: 30, firings: 2, points: { mean: expect.closeTo(0, 9) } });
  expect(rise!.points.high).toBeCloseTo(1.96 * Math.abs(move), 9);
});

test('firings behind which the tape ends are not counted, and one number has no interval', () => {
  const lastUs = TAPE.timeUs[TAPE.count - 1]!;
  const at = { timeUs: lastUs, price: 100, direction: 'long' } as const;
  expect(returnsOf([at], TAPE).map(({ firings }) => firings)).toEqual([0, 0, 0]);
  expect(estimate([5])).toEqual({ mean: 5, low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY });
  expect(estimate([])).toEqual({ mean: 0, low: 0, high: 0 });
});

test('a rule that never fired on a null is still held against it', () => {
  const record: RuleRecord = {
    ...{ name: 'x', hours: new Map() },
    firings: Array.from(
      TAPE.timeUs.filter((_, i) => i % 100 === 0),
      (timeUs) => ({
        ...{ timeUs, price: 1, direction: null },
      }),
    ),
  };
  expect(compareRule('x', record, [undefined], [undefined], TAPE)).toMatchObject({ tells: true });
});
