import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RowBuffer, transferables } from './row-buffer.ts';
import { candle, LTC, trades } from './testing/sample-rows.ts';

test('trades gathered in pieces are the same columns as in one piece, and each row is taken once', () => {
  const step = fc.record({ count: fc.integer({ min: 0, max: 700 }), take: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      const buffer = new RowBuffer();
      const taken = { timeUs: [] as number[], side: [] as number[], ids: [] as number[] };
      const take = () => {
        const { ticks, rows } = buffer.take(1, 2);
        expect(rows).toBe(ticks?.count ?? 0);
        if (ticks === null) return;
        taken.timeUs.push(...ticks.timeUs.subarray(0, ticks.count));
        taken.side.push(...ticks.side.subarray(0, ticks.count));
        taken.ids.push(...(ticks.ids as Float64Array).subarray(0, ticks.count));
      };
      let next = 1;
      for (const { count, take: now } of steps) {
        buffer.add({ instrument: LTC, position: 1, trades: trades(LTC, next, count) });
        next += count;
        if (now) take();
      }
      take();
      const whole = trades(LTC, 1, next - 1);
      expect(taken.timeUs).toEqual([...whole.timeUs]);
      expect(taken.side).toEqual([...whole.side]);
      expect(taken.ids).toEqual([...(whole.ids.values as Float64Array)]);
    }),
  );
});

test('candles are numbers by timeframe, in their order, and are handed on without a copy', () => {
  const buffer = new RowBuffer();
  const bars = Array.from({ length: 40 }, (_, n) =>
    candle(LTC, {
      timeframe: n % 4 === 0 ? '1m' : '15s',
      openTimeUs: n * 1_000_000,
      trades: n,
      complete: n % 3 === 0,
    }),
  );
  for (const bar of bars) buffer.add({ instrument: LTC, position: 1, candles: [bar] });
  const batch = buffer.take(0, 1);
  for (const timeframe of ['1m', '15s'] as const) {
    const own = bars.filter((bar) => bar.timeframe === timeframe);
    const { count, values } = batch.candles[timeframe]!;
    const rows = Array.from({ length: count }, (_, row) => [...values.subarray(row * 12, row * 12 + 12)]);
    expect(rows).toEqual(
      own.map((bar) => [
        ...[
          bar.openTimeUs,
          bar.open,
          bar.high,
          bar.low,
          bar.close,
          bar.volume,
          bar.buyVolume,
          bar.sellVolume,
        ],
        ...[bar.trades, bar.buyTrades, bar.sellTrades, Number(bar.complete)],
      ]),
    );
  }
  expect(transferables(batch)).toEqual(Object.values(batch.candles).map(({ values }) => values.buffer));
  expect(buffer.take(1, 2).candles).toEqual({});
});
