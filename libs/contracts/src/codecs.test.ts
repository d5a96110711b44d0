import { accountId, clientOrderId, Decimal, instrumentId, type OrderEvent } from '@algo/model';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Fields, type MessageCodec, part, type TableCodec } from './codec.ts';
import { codecFor, codecs } from './codecs.ts';
import { ContractError } from './contract-error.ts';
import { decimal, text, whole } from './field.ts';
import { tableCodecs } from './generated/codecs.ts';
import { arbitraryMessages, arbitraryWire, wireClass } from './testing/arbitrary-messages.ts';

const all: readonly [string, MessageCodec<unknown>][] = Object.entries<MessageCodec<unknown>>(codecs);

describe.each(all)('%s', (name, codec) => {
  test('comes back from the wire as it was sent', () => {
    fc.assert(
      fc.property(arbitraryMessages[name]!, (value) => {
        expect(codec.decode(codec.encode(value))).toEqual(value);
      }),
    );
  });

  test('gives the same bytes for what came back', () => {
    fc.assert(
      fc.property(arbitraryMessages[name]!, (value) => {
        const once = codec.encode(value);
        expect(Buffer.compare(codec.encode(codec.decode(once)), once)).toBe(0);
      }),
      { numRuns: 25 },
    );
  });

  test('answers damaged bytes with a value or a ContractError, nothing else', () => {
    fc.assert(
      fc.property(
        arbitraryMessages[name]!,
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 5 }),
        fc.nat(),
        (value, hits, cut) => {
          const bytes = Uint8Array.from(codec.encode(value));
          for (const [at, byte] of hits) if (bytes.length > 0) bytes[at % bytes.length] = byte;
          const damaged = cut % 3 === 0 ? bytes.subarray(0, cut % (bytes.length + 1)) : bytes;
          try {
            codec.encode(codec.decode(damaged));
          } catch (error) {
            expect(error).toBeInstanceOf(ContractError);
          }
        },
      ),
    );
  });

  test('is found by its full name', () => {
    expect(codec.type).toBe(`algo.v1.${name}`);
    expect(codecFor(codec.type)).toBe(codec);
  });
});

test.each(Object.entries<TableCodec<unknown>>(tableCodecs))(
  '%s loses nothing of what the generated class wrote',
  (name, codec) => {
    const wire = wireClass(name);
    fc.assert(
      fc.property(arbitraryWire(codec.shape), (raw) => {
        // Of a Buffer the class makes Buffers.
        const bytes = new Uint8Array(wire.encode(raw).finish());
        expect(wire.decode(codec.encode(codec.decode(bytes)))).toEqual(wire.decode(bytes));
      }),
      { numRuns: 25 },
    );
  },
);

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

test('a type of a newer build has no codec', () => {
  expect(codecFor('algo.v1.NotYetInvented')).toBeUndefined();
});

test('a field that the model gains does not compile until it has a way to the wire', () => {
  interface Grown {
    readonly known: string;
    readonly gained: number;
  }
  // @ts-expect-error `gained` is not mapped
  const fields: Fields<Grown> = { known: text };
  // @ts-expect-error a number can't travel as a decimal
  const mistyped: Fields<Grown> = { known: text, gained: decimal };
  expect(Object.keys(fields)).toEqual(['known']);
  expect(Object.keys(mistyped)).toEqual(
    Object.keys(part<Grown>('Grown', { known: text, gained: whole }).shape.fields),
  );
});

describe('golden bytes: what other languages and old recordings rely on', () => {
  test('OrderCanceled', () => {
    const event: OrderEvent = {
      type: 'OrderCanceled',
      clientOrderId: clientOrderId('c1'),
      account: accountId('paper-main'),
      instrument: instrumentId('binance.spot.LTCUSDT'),
      timeUs: 1_750_507_467_356_000,
      cumulative: Decimal.of('1.5'),
      reason: 'ioc',
    };
    expect(hex(codecs.OrderCanceled.encode(event))).toBe(
      '0a02633112' +
        '0a70617065722d6d61696e' +
        '1a1462696e616e63652e73706f742e4c544355534454' +
        '20e0ee92bebc828e03' +
        '2a03312e35' +
        '3203696f63',
    );
  });

  test('TradeBatch', () => {
    const bytes = codecs.TradeBatch.encode({
      trades: {
        instrument: instrumentId('binance.spot.LTCUSDT'),
        count: 3,
        timeUs: Float64Array.of(1_750_507_467_356_000, 1_750_507_467_356_000, 1_750_507_467_456_000),
        price: Float64Array.of(84.5, 84.25, 84),
        quantity: Float64Array.of(1, 0.5, 2),
        side: Uint8Array.of(1, 0, 1),
        ids: { kind: 'counted', values: Float64Array.of(1000, 1001, 900) },
      },
      receivedUs: 0,
      complete: true,
      origin: 'live',
      sides: 'told',
    });
    expect(hex(bytes)).toBe(
      '0a1462696e616e63652e73706f742e4c544355534454' +
        '1801' +
        '20e0ee92bebc828e03' +
        '2a050000a08d06' +
        '321800000000002055400000000000105540' +
        '0000000000005540' +
        '3a18000000000000f03f000000000000e03f' +
        '0000000000000040' +
        '420105' +
        '4a0908e80712040002c901',
    );
  });
});
