import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Scheduler } from './scheduler.ts';

describe('virtual time', () => {
  test('does what is due in the order of its times, and of one moment in the order of setting', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 60 }), (times) => {
        const scheduler = new Scheduler();
        const done: [number, number][] = [];
        times.forEach((timeUs, i) => {
          scheduler.at(timeUs, () => done.push([scheduler.nowUs, i]));
        });
        scheduler.advanceTo(20);
        const expected = times.map((timeUs, i): [number, number] => [timeUs, i]);
        expect(done).toEqual(expected.toSorted((a, b) => a[0] - b[0] || a[1] - b[1]));
      }),
    );
  });

  test('does what follows from something due before what is due later', () => {
    const scheduler = new Scheduler();
    const done: string[] = [];
    scheduler.at(2, () => done.push('later'));
    scheduler.at(1, () => scheduler.push({ run: () => done.push('what follows') }));
    scheduler.advanceTo(5);
    expect(done).toEqual(['what follows', 'later']);
    expect(scheduler.nowUs).toBe(5);
  });

  test('leaves out what was canceled', () => {
    const scheduler = new Scheduler();
    const cancel = scheduler.at(1, () => {
      throw new Error('it was canceled');
    });
    cancel();
    scheduler.advanceTo(2);
    expect(scheduler.hasLater).toBe(false);
  });

  test('does the work of one moment first in, first out', () => {
    const scheduler = new Scheduler();
    const done: number[] = [];
    scheduler.push({
      run() {
        done.push(1);
        scheduler.push({ run: () => done.push(3) });
      },
    });
    scheduler.push({ run: () => done.push(2) });
    scheduler.drain();
    expect(done).toEqual([1, 2, 3]);
  });
});
