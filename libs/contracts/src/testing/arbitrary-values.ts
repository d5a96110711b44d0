// fast-check arbitraries for the words, ids and numbers that messages are made of.
import {
  accountId,
  clientOrderId,
  Decimal,
  decisionId,
  instrumentId,
  positionId,
  strategyName,
  TIMEFRAMES,
  venueOrderId,
} from '@algo/model';
import fc from 'fast-check';

export const token = fc.stringMatching(/^[A-Za-z0-9_-]{1,20}$/);
export const printable = fc.stringMatching(/^[\x21-\x7e]{1,40}$/);
export const instrument = fc
  .stringMatching(/^[a-z]{1,8}\.[a-z]{1,8}\.[A-Z0-9]{1,10}$/)
  .map((text) => instrumentId(text));
export const account = token.map(accountId);
export const strategy = token.map(strategyName);
export const clientOrder = token.map(clientOrderId);
export const venueOrder = printable.map(venueOrderId);
export const decision = token.map(decisionId);
export const position = token.map(positionId);
export const word = fc.string({ minLength: 1, unit: 'grapheme' });
export const text = fc.string({ unit: 'grapheme' });
export const flag = fc.boolean();
export const whole = fc.maxSafeNat();
export const double = fc.double({ noNaN: true, noDefaultInfinity: true });
export const decimal = fc
  .tuple(fc.bigInt({ min: -(10n ** 25n), max: 10n ** 25n }), fc.nat(18))
  .map(([units, scale]) => Decimal.scaled(units, scale));
export const direction = fc.constantFrom('long', 'short');
export const side = fc.constantFrom('buy', 'sell');
export const timeframe = fc.constantFrom(...TIMEFRAMES);
export const ruleSet = fc.constantFrom('classic', 'robust');
export const few = { maxLength: 4 };

export function maybe<Value>(inner: fc.Arbitrary<Value>): fc.Arbitrary<Value | null> {
  return fc.option(inner);
}

export const maybeDouble = maybe(double);

export function tag<const Type extends string>(type: Type): { type: fc.Arbitrary<Type> } {
  return { type: fc.constant(type) };
}
