import { Decimal } from '@algo/model';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { MessageCodec } from './codec.ts';
import { codecs } from './codecs.ts';
import { ContractError } from './contract-error.ts';
import type { FieldShape, MessageShape } from './field.ts';
import { algo } from './generated/algo.v1.js';
import { tableCodecs } from './generated/codecs.ts';
import { arbitraryMessages, arbitraryOf, type WireObject, wireClass } from './testing/arbitrary-messages.ts';

/** One place in a decoded message where a field's value stands. */
interface Slot {
  readonly path: string;
  readonly holder: object;
  readonly key: string;
  readonly shape: FieldShape;
}

/** Returns every place in a message and in those inside it, union arms and list elements included. */
function slotsOf(shape: MessageShape, message: WireObject, path: string): Slot[] {
  return Object.entries(shape.fields).flatMap(([key, field]) => {
    const here = path === '' ? key : `${path}.${key}`;
    const value = message[key];
    const inside = (element: unknown, at: string) =>
      field.message === undefined || typeof element !== 'object' || element === null
        ? []
        : slotsOf(field.message, element as WireObject, at);
    if (field.rule === 'map') return [];
    if (Array.isArray(value)) {
      return value.flatMap((element, index) => [
        {
          path: `${here}[${index}]`,
          holder: value,
          key: String(index),
          shape: { ...field, required: false },
        },
        ...inside(element, `${here}[${index}]`),
      ]);
    }
    // Absent stays absent: an optional field, or a union's other arm.
    if (!Object.hasOwn(message, key) && field.message !== undefined) return [];
    return [{ path: here, holder: message, key, shape: field }, ...inside(value, here)];
  });
}

function refusal(work: () => unknown): { readonly field: string; readonly because: string } | null {
  try {
    work();
    return null;
  } catch (error) {
    if (error instanceof ContractError) return { field: error.field, because: error.because };
    throw error;
  }
}

/** Does `change` at one place at a time of sampled messages and reports what the codec made of it. */
function spoil(
  name: keyof typeof tableCodecs,
  wanted: (slot: Slot) => boolean,
  change: (slot: Slot) => void,
): { readonly path: string; readonly refused: ReturnType<typeof refusal> }[] {
  const codec: MessageCodec<unknown> = tableCodecs[name];
  const { shape } = tableCodecs[name];
  const wire = wireClass(name);
  return fc.sample(arbitraryMessages[name]!, { numRuns: 12, seed: 7 }).flatMap((value) => {
    const bytes = codec.encode(value);
    const read = () => slotsOf(shape, wire.decode(bytes), '').filter(wanted);
    return read().map((_, index) => {
      const message = wire.decode(bytes);
      const slot = slotsOf(shape, message, '').filter(wanted)[index]!;
      change(slot);
      return { path: slot.path, refused: refusal(() => codec.decode(wire.encode(message).finish())) };
    });
  });
}

const names = Object.keys(tableCodecs) as (keyof typeof tableCodecs)[];

describe.each(names)('%s', (name) => {
  test('is refused without any one of its required fields', () => {
    const results = spoil(
      name,
      (slot) => slot.shape.required,
      (slot) => Reflect.deleteProperty(slot.holder, slot.key),
    );
    for (const { path, refused } of results)
      expect({ path, refused }).toEqual({ path, refused: { field: path, because: 'missing' } });
  });

  test('is refused with a word that nobody knows', () => {
    const results = spoil(
      name,
      (slot) => slot.shape.words !== undefined,
      (slot) => {
        Reflect.set(slot.holder, slot.key, 99);
      },
    );
    for (const { path, refused } of results) {
      expect(refused?.field).toBe(path);
      expect(refused?.because).toMatch(/^an unknown \w+: published by a newer version, or not by us$/);
    }
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    'is refused with a double of %p',
    (bad) => {
      const results = spoil(
        name,
        // A list of numbers may say by NaN that one is not available.
        ({ shape }) => shape.type === 'double' && !(shape.hasNaN === true && Number.isNaN(bad)),
        (slot) => {
          Reflect.set(slot.holder, slot.key, bad);
        },
      );
      for (const { path, refused } of results)
        expect({ path, refused }).toEqual({ path, refused: { field: path, because: 'not a finite number' } });
    },
  );

  test('is refused with a whole number that a double would not hold', () => {
    const results = spoil(
      name,
      (slot) => slot.shape.type === 'uint64',
      (slot) => {
        Reflect.set(slot.holder, slot.key, 2 ** 53);
      },
    );
    for (const { path, refused } of results)
      expect({ path, refused }).toEqual({
        path,
        refused: { field: path, because: 'not a whole number from 0 to 2^53 − 1' },
      });
  });
});

test('the spoiling above reaches every required field, union word and number of the tables', () => {
  const reached = (wanted: (slot: Slot) => boolean) =>
    names.reduce((sum, name) => sum + new Set(spoil(name, wanted, () => {}).map(({ path }) => path)).size, 0);
  expect(reached((slot) => slot.shape.required)).toBeGreaterThan(400);
  expect(reached((slot) => slot.shape.words !== undefined)).toBeGreaterThan(80);
  expect(reached((slot) => slot.shape.type === 'double')).toBeGreaterThan(200);
  expect(reached((slot) => slot.shape.type === 'uint64')).toBeGreaterThan(150);
});

const [filled] = fc.sample(arbitraryOf(codecs.OrderFilled), { numRuns: 1, seed: 1 });

describe('an OrderFilled', () => {
  const wire = () => algo.v1.OrderFilled.decode(codecs.OrderFilled.encode(filled!));
  const decode = (message: object) => codecs.OrderFilled.decode(algo.v1.OrderFilled.encode(message).finish());

  test.each(['1e5', '+1', ' 1', '1 ', '1,5', '.5', '1.', 'NaN', '0x10', '--1', `1${'0'.repeat(80)}`])(
    'is refused with a cumulative quantity of %p',
    (cumulative) => {
      expect(refusal(() => decode({ ...wire(), cumulative }))).toEqual({
        field: 'cumulative',
        because: 'not a plain decimal number',
      });
    },
  );

  test.each([
    ['account', 'two words', 'not a valid account'],
    ['instrument', 'LTCUSDT', 'not a valid instrument'],
    ['instrument', 'binance.spot.LTC USDT', 'not a valid instrument'],
    ['clientOrderId', 'x'.repeat(37), 'not a valid client order id'],
  ])('is refused with a %s of %p', (field, value, because) => {
    expect(refusal(() => decode({ ...wire(), [field]: value }))).toEqual({ field, because });
  });

  test('is refused before it is sent with a number of more digits than a reader takes', () => {
    const cumulative = Decimal.scaled(1n, 61);
    expect(refusal(() => codecs.OrderFilled.encode({ ...filled!, cumulative }))).toEqual({
      field: 'cumulative',
      because: 'not a plain decimal number',
    });
  });

  test.each([-1, 0.5, Number.NaN, 2 ** 53])('is refused before it is sent with a time of %p', (timeUs) => {
    expect(refusal(() => codecs.OrderFilled.encode({ ...filled!, timeUs }))).toEqual({
      field: 'timeUs',
      because: 'not a whole number from 0 to 2^53 − 1',
    });
  });
});

describe('a union', () => {
  test('without an arm that we know is refused', () => {
    const bytes = algo.v1.OrderLookupReply.encode({ lookup: {} }).finish();
    expect(refusal(() => codecs.OrderLookupReply.decode(bytes))).toEqual({
      field: 'lookup',
      because: 'missing, or a kind that only a newer version knows',
    });
  });

  test('with a bad field inside an arm names the whole way to it', () => {
    const outcome = { type: 'refused', code: 'REGIME', detail: '' } as const;
    const sample = { ...fc.sample(arbitraryOf(codecs.DecisionMade), 1)[0]!, outcome };
    const message = algo.v1.DecisionMade.decode(codecs.DecisionMade.encode(sample));
    Reflect.set(message.decision!.outcome!.refused!, 'code', 77);
    const bytes = algo.v1.DecisionMade.encode(message).finish();
    expect(refusal(() => codecs.DecisionMade.decode(bytes))?.field).toBe('decision.outcome.refused.code');
  });
});

test('a counter of NaN is named by its name', () => {
  const [status] = fc.sample(arbitraryOf(codecs.ServiceStatus), 1);
  expect(refusal(() => codecs.ServiceStatus.encode({ ...status!, counters: { lag: Number.NaN } }))).toEqual({
    field: 'counters["lag"]',
    because: 'not a finite number',
  });
});

test('an error says type, field, value, reason, and the place once the bus knows it', () => {
  const error = new ContractError({
    type: 'algo.v1.Fill',
    field: 'price',
    value: '"1e5"',
    because: 'not a plain decimal number',
  });
  expect(error.message).toBe('algo.v1.Fill.price = "1e5": not a plain decimal number');
  const placed = error.at('ORDERS', 42, 'ord.evt.paper-main');
  expect(placed.message).toBe(
    'algo.v1.Fill.price = "1e5": not a plain decimal number (ORDERS 42, ord.evt.paper-main)',
  );
  expect(placed.place).toEqual({ stream: 'ORDERS', sequence: 42, subject: 'ord.evt.paper-main' });
});
