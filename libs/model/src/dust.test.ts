import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Decimal } from './decimal.ts';
import { closingSize, isDust, sellableFrom } from './dust.ts';
import { instrumentId } from './ids.ts';
import type { Instrument } from './instrument.ts';

const d = (text: string) => Decimal.of(text);

function instrument(change: Partial<Instrument> = {}): Instrument {
  return {
    ...{ id: instrumentId('venue.perp.LTCUSDT'), venue: 'venue', market: 'perp', symbol: 'LTCUSDT' },
    ...{ base: 'LTC', quote: 'USDT', assetClass: 'regular', priceTick: d('0.01') },
    ...{ quantityStep: d('0.001'), minQuantity: d('0.002'), minNotional: d('5') },
    ...{ minNotionalBindsExits: true, ...change },
  };
}

test.each<[string, binds: boolean, string, string | null, string, ReturnType<typeof closingSize>['below']]>([
  ['an ordinary size', true, '1.2345', '80', '1.234', null],
  ['a short as well as a long', false, '-1.2345', '80', '1.234', null],
  ['less than one step', false, '0.0009', '80', '0', 'minQuantity'],
  ['nothing', true, '0', '80', '0', 'minQuantity'],
  ['less than the least quantity', false, '0.0019', '80', '0.001', 'minQuantity'],
  ['the least quantity', false, '0.002', '80', '0.002', null],
  ['less than the least notional', true, '0.05', '80', '0.05', 'minNotional'],
  ['less than that once it is on the step', true, '0.0629', '80', '0.062', 'minNotional'],
  ['the least notional', true, '0.0625', '80', '0.062', 'minNotional'],
  ['just enough', true, '0.063', '80', '0.063', null],
  ['less than the least notional, where the venue lets exits pass it', false, '0.05', '80', '0.05', null],
  ['a size that nobody can value', true, '0.05', null, '0.05', null],
])('%s', (_, minNotionalBindsExits, quantity, mark, closes, below) => {
  const size = closingSize(
    d(quantity),
    mark === null ? null : d(mark),
    instrument({ minNotionalBindsExits }),
  );
  expect([size.quantity.toString(), size.below]).toEqual([closes, below]);
});

test('dust is exactly what no order on the step, within what is held, could close', () => {
  const thousandths = fc.bigInt(0n, 200_000n).map((units) => Decimal.scaled(units, 4));
  fc.assert(
    fc.property(fc.boolean(), thousandths, fc.nat({ max: 10_000 }), (binds, held, cents) => {
      const rules = instrument({ minNotionalBindsExits: binds });
      const mark = Decimal.scaled(BigInt(cents), 2);
      // The largest order is the one that comes nearest to every minimum.
      const largest = held.toStep(rules.quantityStep, 'down');
      const isBig = !largest.lessThan(rules.minQuantity);
      const isWorth = !largest.times(mark).lessThan(rules.minNotional);
      const isLegal = isBig && (isWorth || !binds);
      expect(isDust(held, mark, rules)).toBe(!isLegal);
      expect(isDust(held.negated(), mark, rules)).toBe(!isLegal);
    }),
  );
});

test('what is left can be sold once it is worth a little more than the least notional, on the tick', () => {
  expect(sellableFrom(d('0.05'), instrument())).toBe(102);
  expect(sellableFrom(d('-0.0629'), instrument())).toBe(82.26);
});

test('what is less than the least quantity can be sold at no price', () => {
  expect(sellableFrom(d('0.0019'), instrument())).toBe(Infinity);
});
