import { instrumentId, type TradeBatch } from '@algo/model';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ContractError } from './contract-error.ts';
import { algo } from './generated/algo.v1.js';
import { tradeBatch } from './testing/arbitrary-trade-batch.ts';
import { tradeBatchCodec } from './trade-batch.ts';

const Wire = algo.v1.TradeBatch;
type Properties = Parameters<typeof Wire.encode>[0];

/** Two good rows, as the generated encoder takes them. */
const GOOD: Properties = {
  instrument: 'binance.spot.LTCUSDT',
  receivedUs: 7,
  complete: true,
  baseTimeUs: 1_750_507_467_356_000,
  timeDeltaUs: [0, 250],
  price: [84.5, 84.25],
  quantity: [1, 0.5],
  side: Uint8Array.of(0b01),
  counted: { first: 1000, delta: [0, 1] },
};

function generated(change: Properties): Uint8Array {
  return Wire.encode({ ...GOOD, ...change }).finish();
}

const BATCH: TradeBatch = {
  trades: {
    instrument: instrumentId('binance.spot.LTCUSDT'),
    count: 2,
    timeUs: Float64Array.of(1_750_507_467_356_000, 1_750_507_467_356_250),
    price: Float64Array.of(84.5, 84.25),
    quantity: Float64Array.of(1, 0.5),
    side: Uint8Array.of(1, 0),
    ids: { kind: 'counted', values: Float64Array.of(1000, 1001) },
  },
  receivedUs: 7,
  complete: true,
  origin: 'live',
  sides: 'told',
};

describe('the hand-made codec speaks the wire of the generated one', () => {
  test('what the generated encoder writes is read', () => {
    expect(tradeBatchCodec.decode(generated({}))).toEqual(BATCH);
  });

  test('what it writes is, byte for byte, what the generated encoder makes of it', () => {
    fc.assert(
      fc.property(tradeBatch, (batch) => {
        const bytes = tradeBatchCodec.encode(batch);
        const again = Wire.encode(Wire.decode(bytes)).finish();
        expect(Buffer.compare(again, bytes)).toBe(0);
      }),
    );
  });

  test('rows of one trade each, live and with told sides, cost no byte more', () => {
    const bytes = tradeBatchCodec.encode(BATCH);
    const merged = Uint32Array.of(1, 1);
    expect(tradeBatchCodec.encode({ ...BATCH, trades: { ...BATCH.trades, merged } })).toEqual(bytes);
    expect(bytes).toEqual(generated({}));
  });

  test('a field of a newer version is passed over', () => {
    const unknown = Uint8Array.of(0xa2, 0x06, 0x02, 0x68, 0x69);
    expect(tradeBatchCodec.decode(Buffer.concat([generated({}), unknown]))).toEqual(BATCH);
  });

  test('columns that are views into larger ones are written as themselves', () => {
    const { trades } = BATCH;
    const wide = Float64Array.of(1, ...trades.price, 3);
    const batch = { ...BATCH, trades: { ...trades, price: wide.subarray(1, 3) } };
    expect(tradeBatchCodec.decode(tradeBatchCodec.encode(batch))).toEqual(BATCH);
  });

  test('what was read shares no memory with the message', () => {
    const bytes = generated({});
    const batch = tradeBatchCodec.decode(bytes);
    bytes.fill(0);
    expect(batch).toEqual(BATCH);
  });
});

function refusal(work: () => unknown): { readonly field: string; readonly because: string } {
  try {
    work();
  } catch (error) {
    if (error instanceof ContractError) return { field: error.field, because: error.because };
    throw error;
  }
  throw new Error('it was not refused');
}

describe('on decode', () => {
  const cases: readonly [sentence: string, change: Properties, field: string, because: string][] = [
    ['no instrument', { instrument: '' }, 'instrument', 'missing'],
    ['a bad instrument', { instrument: 'LTC USDT' }, 'instrument', 'not a valid instrument'],
    ['a short time column', { timeDeltaUs: [0] }, 'timeDeltaUs', 'price has 2'],
    ['a long time column', { timeDeltaUs: [0, 1, 2] }, 'timeDeltaUs', 'price has 2'],
    ['a short quantity column', { quantity: [1] }, 'quantity', 'price has 2'],
    ['a missing price column', { price: [] }, 'quantity', 'price has 0'],
    ['a long side column', { side: Uint8Array.of(1, 0) }, 'side', 'price has 2 rows'],
    ['a missing side column', { side: Uint8Array.of() }, 'side', 'price has 2 rows'],
    ['a side behind the last row', { side: Uint8Array.of(0b101) }, 'side', 'bits set behind the last row'],
    ['a short id column', { counted: { first: 1, delta: [0] } }, 'counted.delta', 'price has 2'],
    ['a long id column', { counted: { first: 1, delta: [0, 1, 1] } }, 'counted.delta', 'price has 2'],
    ['ids below 0', { counted: { first: 1, delta: [0, -2] } }, 'counted.delta[1]', 'outside 0 to 2^53 − 1'],
    ['no ids', { counted: null }, 'ids', 'missing, or a kind that only a newer version knows'],
    ['a short name column', { counted: null, named: { value: ['a'] } }, 'named.value', 'price has 2'],
    [
      'an empty name',
      { counted: null, named: { value: ['a', ''] } },
      'named.value[1]',
      'not a valid venue trade id',
    ],
    ['a row of no trades', { merged: [1, 0] }, 'merged[1]', 'less than 1'],
    ['a short column of merged trades', { merged: [2] }, 'merged', 'price has 2'],
    ['a price of NaN', { price: [84.5, Number.NaN] }, 'price[1]', 'not a finite number'],
    [
      'an infinite quantity',
      { quantity: [Number.NEGATIVE_INFINITY, 1] },
      'quantity[0]',
      'not a finite number',
    ],
    [
      'a time step of −1, which spells 2^64 − 1',
      { timeDeltaUs: [0, -1] },
      'timeDeltaUs[1]',
      'above 2^53 − 1',
    ],
    [
      'a time past 2^53',
      { baseTimeUs: Number.MAX_SAFE_INTEGER, timeDeltaUs: [0, 1] },
      'timeDeltaUs[1]',
      'above 2^53 − 1',
    ],
    [
      'a time past 2^53 at once',
      { baseTimeUs: 2 ** 53 },
      'baseTimeUs',
      'not a whole number from 0 to 2^53 − 1',
    ],
    [
      'a time of hearing past 2^53',
      { receivedUs: 2 ** 60 },
      'receivedUs',
      'not a whole number from 0 to 2^53 − 1',
    ],
  ];
  test.each(cases)('%s is refused', (_sentence, change, field, because) => {
    expect(refusal(() => tradeBatchCodec.decode(generated(change)))).toEqual({ field, because });
  });

  test('a column in two pieces is refused', () => {
    const twice = Buffer.concat([generated({}), Wire.encode({ price: [1] }).finish()]);
    expect(refusal(() => tradeBatchCodec.decode(twice))).toEqual({
      field: 'price',
      because: 'written in more than one piece',
    });
  });

  test('each message cut short is refused, wherever it is cut', () => {
    const whole = generated({});
    for (let end = 0; end < whole.length; end++)
      expect(() => tradeBatchCodec.decode(whole.subarray(0, end))).toThrow(ContractError);
  });

  test('an origin of a newer version is refused', () => {
    const newer = Buffer.concat([generated({}), Uint8Array.of(88, 3)]);
    expect(refusal(() => tradeBatchCodec.decode(newer)).field).toBe('origin');
  });

  test('a number of a thousand bytes is refused', () => {
    const endless = new Uint8Array(1000).fill(0xff);
    endless[999] = 0x01;
    const column = Buffer.concat([Uint8Array.of(0x2a, 0xe8, 0x07), endless]);
    const rest = Wire.encode({
      ...GOOD,
      timeDeltaUs: [],
      price: [1],
      quantity: [1],
      counted: { delta: [0] },
    });
    expect(refusal(() => tradeBatchCodec.decode(Buffer.concat([rest.finish(), column]))).field).toBe(
      'timeDeltaUs[0]',
    );
  });
});

describe('on encode', () => {
  const { trades } = BATCH;
  const cases: readonly [
    sentence: string,
    change: Partial<TradeBatch['trades']>,
    field: string,
    because: string,
  ][] = [
    ['columns of other lengths', { price: Float64Array.of(1) }, 'price', 'the batch says 2'],
    [
      'a time that decreases',
      { timeUs: Float64Array.of(5, 4) },
      'timeDeltaUs[1]',
      'earlier than the row before',
    ],
    [
      'a fraction of a µs',
      { timeUs: Float64Array.of(5, 5.5) },
      'timeDeltaUs[1]',
      'not a whole number from 0 to 2^53 − 1',
    ],
    ['a row of no trades', { merged: Uint32Array.of(2, 0) }, 'merged[1]', 'less than 1'],
    ['a price of NaN', { price: Float64Array.of(Number.NaN, 1) }, 'price[0]', 'not a finite number'],
    ['an infinite quantity', { quantity: Float64Array.of(1, 1 / 0) }, 'quantity[1]', 'not a finite number'],
    ['a side that is none', { side: Uint8Array.of(1, 2) }, 'side[1]', 'neither BUY nor SELL'],
    [
      'an id below 0',
      { ids: { kind: 'counted', values: Float64Array.of(1, -1) } },
      'counted[1]',
      'not a whole number from 0 to 2^53 − 1',
    ],
    [
      'an empty name',
      { ids: { kind: 'named', values: ['a', ''] } },
      'named.value[1]',
      'not a valid venue trade id',
    ],
  ];
  test.each(cases)('%s is refused before it is sent', (_sentence, change, field, because) => {
    const batch = { ...BATCH, trades: { ...trades, ...change } };
    expect(refusal(() => tradeBatchCodec.encode(batch))).toEqual({ field, because });
  });
});
