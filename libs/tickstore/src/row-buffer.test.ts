import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { RowBuffer } from './row-buffer.ts';
import { LTC, trades } from './testing/sample-rows.ts';

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
