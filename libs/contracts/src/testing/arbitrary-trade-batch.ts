// The one arbitrary that is written by hand: a batch is packed by hand, and its columns are equally long.
import { instrumentId, type TradeBatch, type TradeIds, venueTradeId } from '@algo/model';
import fc from 'fast-check';

const printable = fc.stringMatching(/^[\x21-\x7e]{1,40}$/);
const whole = fc.maxSafeNat();
const double = fc.double({ noNaN: true, noDefaultInfinity: true });

function tradeIds(count: number): fc.Arbitrary<TradeIds> {
  const rows = { minLength: count, maxLength: count };
  return fc.oneof(
    fc.array(whole, rows).map((values): TradeIds => ({ kind: 'counted', values: Float64Array.from(values) })),
    fc.array(printable.map(venueTradeId), rows).map((values): TradeIds => ({ kind: 'named', values })),
  );
}

/** A row that stands for several trades, or none; where each is one the column is left out. */
function merged(count: number): fc.Arbitrary<Pick<TradeBatch['trades'], 'merged'>> {
  const rows = { minLength: count, maxLength: count };
  return fc
    .array(fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 0xffffffff })), rows)
    .map((counts) => (counts.some((each) => each > 1) ? { merged: Uint32Array.from(counts) } : {}));
}

/** Batches of up to 40 trades, of any times that don't decrease. */
export const tradeBatch: fc.Arbitrary<TradeBatch> = fc.nat(40).chain((count) => {
  const rows = { minLength: count, maxLength: count };
  return fc.record<TradeBatch>({
    trades: fc
      .record<TradeBatch['trades']>({
        instrument: fc
          .stringMatching(/^[a-z]{1,8}\.[a-z]{1,8}\.[A-Z0-9]{1,10}$/)
          .map((name) => instrumentId(name)),
        count: fc.constant(count),
        timeUs: fc
          .array(
            fc.oneof(whole, fc.integer({ min: 1_700_000_000_000_000, max: 1_700_000_000_300_000 })),
            rows,
          )
          .map((values) => Float64Array.from(values).sort()),
        price: fc.array(double, rows).map((values) => Float64Array.from(values)),
        quantity: fc.array(double, rows).map((values) => Float64Array.from(values)),
        side: fc.array(fc.nat(1), rows).map((values) => Uint8Array.from(values)),
        ids: tradeIds(count),
      })
      .chain((trades) => merged(count).map((counts) => ({ ...trades, ...counts }))),
    receivedUs: whole,
    complete: fc.boolean(),
    origin: fc.constantFrom('live', 'back-fill', 'warm-up'),
    sides: fc.constantFrom('told', 'inferred'),
  });
});
