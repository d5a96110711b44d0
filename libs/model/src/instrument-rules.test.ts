import { expect, test } from 'vitest';
import { Decimal } from './decimal.ts';
import { instrumentId } from './ids.ts';
import type { Instrument } from './instrument.ts';
import { RuleBook, ruleChangeWords, rulesOf } from './instrument-rules.ts';

const d = (text: string) => Decimal.of(text);
const SOL: Instrument = {
  ...{ id: instrumentId('binance.spot.SOLUSDT'), venue: 'binance', market: 'spot', symbol: 'SOLUSDT' },
  ...{ base: 'SOL', quote: 'USDT', assetClass: 'regular', minNotionalBindsExits: true },
  ...{ priceTick: d('0.01'), quantityStep: d('0.001'), minQuantity: d('0.001'), minNotional: d('5') },
};
const ETH: Instrument = { ...SOL, id: instrumentId('binance.spot.ETHUSDT'), symbol: 'ETHUSDT' };
const BEFORE = rulesOf(SOL);

test('whoever holds an instrument of the book goes by the rules that hold now', () => {
  const book = new RuleBook([SOL, ETH]);
  const held = book.instruments.get(SOL.id)!;
  book.take({ instrument: SOL.id, after: { ...BEFORE, priceTick: d('0.001') } });
  expect([held, book.instruments.get(ETH.id)!].map(({ priceTick }) => `${priceTick}`)).toEqual([
    '0.001',
    '0.01',
  ]);
  // What the book was made of is another process's too.
  expect(`${SOL.priceTick}`).toBe('0.01');
});

test.each(['suspended', 'delisted'] as const)(
  'one that is %s is shut until it is traded again',
  (listing) => {
    const book = new RuleBook([SOL, ETH]);
    book.take({ instrument: SOL.id, after: { ...BEFORE, listing } });
    expect([...book.shut.keys()]).toEqual([SOL.id]);
    expect([...new RuleBook([SOL, ETH], book.state()).shut.keys()]).toEqual([SOL.id]);
    book.take({ instrument: SOL.id, after: BEFORE });
    expect(book.shut.size).toBe(0);
  },
);

test('a book made of its state has the rules that held, and one that began suspended is shut', () => {
  const book = new RuleBook([SOL]);
  book.take({ instrument: SOL.id, after: { ...BEFORE, minNotional: d('10') } });
  const next = new RuleBook([SOL], book.state());
  expect(`${next.instruments.get(SOL.id)?.minNotional}`).toBe('10');
  expect([...new RuleBook([{ ...SOL, listing: 'suspended' }]).shut.keys()]).toEqual([SOL.id]);
});

test('what is none of ours is passed over', () => {
  const book = new RuleBook([ETH]);
  book.take({ instrument: SOL.id, after: { ...BEFORE, listing: 'delisted' } });
  expect([book.shut.size, book.state().length]).toEqual([0, 0]);
});

test('a change is told by what it changes', () => {
  const after = { ...BEFORE, priceTick: d('0.1'), listing: 'suspended' } as const;
  expect(ruleChangeWords(BEFORE, after)).toBe(
    'price tick was 0.01, is 0.1; listing was trading, is suspended',
  );
  expect(ruleChangeWords(BEFORE, { ...BEFORE })).toBe('');
});
