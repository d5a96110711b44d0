import { InputError } from '@algo/model';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  InputOrder,
  type InputRun,
  type InputSource,
  mergeOrders,
  orderIn,
  orderText,
} from './input-order.ts';

const SOURCES: readonly InputSource[] = ['MARKET', 'ORDERS', 'OWN'];
const fresh = () => new InputOrder({ taken: 0, since: 0, runs: [] }, 0);

/** The source of each input, spelled out. */
function spelled(runs: readonly InputRun[], from = 0): string[] {
  const out: string[] = [];
  for (const { source, taken } of runs) while (out.length + from < taken) out.push(source);
  return out;
}

/**
 * Steps of a life: an input of a source, a word, or the acknowledgement of the word at this place of those
 * open.
 */
const life = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom(...SOURCES) },
    { weight: 2, arbitrary: fc.constant('say' as const) },
    { weight: 2, arbitrary: fc.nat(5) },
  ),
  { maxLength: 120 },
);

test('the words that are stored tell the order up to the last of them, whichever are lost', () => {
  fc.assert(
    fc.property(life, (steps) => {
      const order = fresh();
      const inputs: InputSource[] = [];
      const stored: ReturnType<InputOrder['now']>[] = [];
      const open: { word: number; order: ReturnType<InputOrder['now']> }[] = [];
      for (const step of steps) {
        if (step === 'say') open.push({ word: order.say(), order: order.now() });
        else if (typeof step === 'number') {
          const [acked] = open.splice(step, 1);
          if (acked === undefined) continue;
          order.stored(acked.word);
          stored.push(acked.order);
        } else {
          inputs.push(step);
          order.took(step, inputs.length);
        }
      }
      const merged = mergeOrders(0, stored.toReversed());
      const last = Math.max(0, ...stored.map(({ taken }) => taken));
      expect(spelled(merged)).toEqual(inputs.slice(0, last));
      expect(order.unstored).toBe(open.length);
    }),
  );
});

test('what is covered before a snapshot is passed over; a hole ends what is known', () => {
  const orders = [
    { taken: 4, since: 0, runs: [{ source: 'MARKET', sequence: 9, taken: 4 }] },
    {
      taken: 7,
      since: 4,
      runs: [
        { source: 'ORDERS', sequence: 2, taken: 6 },
        { source: 'MARKET', sequence: 10, taken: 7 },
      ],
    },
    { taken: 12, since: 9, runs: [{ source: 'OWN', sequence: 1, taken: 12 }] },
  ] as const;
  expect(spelled(mergeOrders(5, orders), 5)).toEqual(['ORDERS', 'MARKET']);
  expect(mergeOrders(8, orders)).toEqual([]);
  expect(spelled(mergeOrders(9, orders), 9)).toEqual(['OWN', 'OWN', 'OWN']);
});

test('runs are forgotten when the words that carry them are stored, not before an earlier word is', () => {
  const order = fresh();
  order.took('MARKET', 1);
  const first = order.say();
  order.took('ORDERS', 1);
  const second = order.say();
  order.stored(second);
  expect([order.openRuns, order.storedThrough]).toEqual([2, 0]);
  order.stored(first);
  expect([order.openRuns, order.storedThrough]).toEqual([0, 2]);
  order.took('MARKET', 2);
  expect(order.now()).toEqual({ taken: 3, since: 2, runs: [{ source: 'MARKET', sequence: 2, taken: 3 }] });
});

test('what an older life has told already is not told again', () => {
  const order = new InputOrder(
    { taken: 3, since: 1, runs: [{ source: 'MARKET', sequence: 3, taken: 3 }] },
    5,
  );
  for (const at of [4, 5]) order.took('ORDERS', at);
  expect(order.now()).toEqual({ taken: 5, since: 5, runs: [] });
  order.took('MARKET', 4);
  expect(order.now()).toEqual({ taken: 6, since: 5, runs: [{ source: 'MARKET', sequence: 4, taken: 6 }] });
});

test('the header gives back what was put in, and refuses what is none', () => {
  const run = fc.record({ source: fc.constantFrom(...SOURCES), sequence: fc.nat(), taken: fc.nat() });
  const order = fc.record({ taken: fc.nat(), since: fc.nat(), runs: fc.array(run) });
  fc.assert(fc.property(order, (before) => void expect(orderIn(orderText(before))).toEqual(before)));
  for (const text of ['', '1', '1;2', ';1;', '1;x;', '1;2;MARKET:3', '1;2;NOWHERE:3:4', '1;2;;'])
    expect(() => orderIn(text)).toThrow(InputError);
});
