import { clientOrderId, type Fill } from '@algo/model';
import { expect, test } from 'vitest';
import { PositionBook } from './position-book.ts';
import { ACCOUNT, d, fillOf, LTC, S, SETTINGS } from './testing/execution-scenario.ts';

const INSTRUMENTS = new Map(SETTINGS.instruments.map((instrument) => [instrument.id, instrument]));

function fill(side: Fill['side'], quantity: string, seconds: number): Fill {
  const order = { clientOrderId: clientOrderId('a1'), account: ACCOUNT, instrument: LTC, side };
  return { ...fillOf(order, `${side}-${seconds}`, quantity, seconds * S), price: d('80') };
}

test.each([
  ['nothing', '10', '0', '5'],
  ['dust', '9.999', '0', '5.001'],
  ['what can be sold', '9', '6', '6'],
])('behind an exit that left %s a position is open from its next entry on', (_, sold, before, after) => {
  const book = new PositionBook(INSTRUMENTS);
  for (const one of [fill('buy', '10', 1), fill('sell', sold, 2), fill('buy', '5', 4)]) book.book(one);
  expect([book.openAt(LTC, 3 * S), book.openAt(LTC, 4 * S)].map(String)).toEqual([before, after]);
});

test('what is left on the other side, by a sale told late, was opened by the newest fill', () => {
  const book = new PositionBook(INSTRUMENTS);
  for (const one of [fill('buy', '10', 1), fill('sell', '4', 5), fill('sell', '10', 3)]) book.book(one);
  expect([book.openAt(LTC, 4 * S), book.openAt(LTC, 5 * S)].map(String)).toEqual(['0', '-4']);
});
