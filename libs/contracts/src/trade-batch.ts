import {
  InputError,
  type TradeBatch,
  type TradeColumns,
  type TradeIds,
  type TradeOrigin,
  venueTradeId,
} from '@algo/model';
import protobuf from 'protobufjs/minimal.js';
import { type MessageCodec, refusing } from './codec.ts';
import { inside, Refused } from './contract-error.ts';
import { wholeNumber } from './field.ts';
import { idFields } from './id-fields.ts';
import {
  doubleBytes,
  doublesIn,
  NO_SPAN,
  putCounts,
  putRises,
  putSides,
  putSteps,
  refuseInfinite,
  refuseUnsafe,
  type Span,
  takeCounts,
  takeDoubles,
  takeRises,
  takeSides,
  takeSteps,
  VARINT_MAX,
} from './packed.ts';

const { Reader, Writer } = protobuf;
const TYPE = 'algo.v1.TradeBatch';

// Tags of the wire: field number × 8 + wire type (0 varint, 1 eight bytes, 2 length-delimited).
const TAG = {
  instrument: 10,
  receivedUs: 16,
  complete: 24,
  baseTimeUs: 32,
  timeDeltaUs: 42,
  price: 50,
  quantity: 58,
  side: 66,
  counted: 74,
  named: 82,
  origin: 88,
  sidesInferred: 96,
  merged: 106,
} as const;
const COUNTED = { first: 8, delta: 18 } as const;
const NAMED = { value: 10 } as const;
const ORIGINS = ['live', 'warm-up', 'back-fill'] as const satisfies readonly TradeOrigin[];

function refuseUnequal(trades: TradeColumns): void {
  const { count, timeUs, price, quantity, side, ids, merged } = trades;
  for (const [field, rows] of [
    ['timeDeltaUs', timeUs.length],
    ['price', price.length],
    ['quantity', quantity.length],
    ['side', side.length],
    [ids.kind, ids.values.length],
    ['merged', merged?.length ?? count],
  ] as const)
    if (rows !== count) throw new Refused(field, `${rows} rows`, `the batch says ${count}`);
}

function refuseTradeId(value: string, row: number): void {
  try {
    venueTradeId(value);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new Refused(`value[${row}]`, value, 'not a valid venue trade id', { cause: error });
  }
}

function putIds(writer: protobuf.Writer, ids: TradeIds, scratch: Uint8Array): void {
  if (ids.kind === 'named') {
    inside('named', () => ids.values.forEach(refuseTradeId));
    writer.uint32(TAG.named).fork();
    for (const value of ids.values) writer.uint32(NAMED.value).string(value);
    writer.ldelim();
    return;
  }
  inside('counted', () => refuseUnsafe(ids.values));
  writer.uint32(TAG.counted).fork();
  if (ids.values.length > 0) {
    const end = putSteps(scratch, ids.values);
    if (ids.values[0] !== 0) writer.uint32(COUNTED.first).uint64(ids.values[0]!);
    writer.uint32(COUNTED.delta).bytes(scratch.subarray(0, end));
  }
  writer.ldelim();
}

function putMerged(writer: protobuf.Writer, merged: Uint32Array, scratch: Uint8Array): void {
  const end = inside('merged', () => putCounts(scratch, merged));
  // Where each row is one trade nothing is said.
  if (end > 0) writer.uint32(TAG.merged).bytes(scratch.subarray(0, end));
}

function encode(batch: TradeBatch): Uint8Array {
  const { trades } = batch;
  refuseUnequal(trades);
  const writer = Writer.create();
  writer
    .uint32(TAG.instrument)
    .string(inside('instrument', () => idFields.instrument.take(trades.instrument)));
  const receivedUs = inside('receivedUs', () => wholeNumber(batch.receivedUs));
  if (receivedUs !== 0) writer.uint32(TAG.receivedUs).uint64(receivedUs);
  if (batch.complete) writer.uint32(TAG.complete).bool(true);
  const scratch = new Uint8Array(trades.count * VARINT_MAX);
  if (trades.count > 0) {
    inside('timeDeltaUs', () => refuseUnsafe(trades.timeUs));
    inside('price', () => refuseInfinite(trades.price));
    inside('quantity', () => refuseInfinite(trades.quantity));
    const end = inside('timeDeltaUs', () => putRises(scratch, trades.timeUs));
    if (trades.timeUs[0] !== 0) writer.uint32(TAG.baseTimeUs).uint64(trades.timeUs[0]!);
    writer.uint32(TAG.timeDeltaUs).bytes(scratch.subarray(0, end));
    writer.uint32(TAG.price).bytes(doubleBytes(trades.price));
    writer.uint32(TAG.quantity).bytes(doubleBytes(trades.quantity));
    writer.uint32(TAG.side).bytes(inside('side', () => putSides(trades.side)));
  }
  putIds(writer, trades.ids, scratch);
  const origin = ORIGINS.indexOf(batch.origin);
  if (origin !== 0) writer.uint32(TAG.origin).int32(origin);
  if (batch.sides === 'inferred') writer.uint32(TAG.sidesInferred).bool(true);
  if (trades.merged !== undefined) putMerged(writer, trades.merged, scratch);
  return writer.finish();
}

/** What stands on the wire, before the columns are unpacked. */
interface Wire {
  instrument: string;
  receivedUs: unknown;
  complete: boolean;
  origin: number;
  sidesInferred: boolean;
  baseTimeUs: unknown;
  timeDeltaUs: Span;
  price: Span;
  quantity: Span;
  side: Span;
  merged: Span;
  ids: { readonly kind: TradeIds['kind']; readonly span: Span } | null;
}

/** Passes over a length-delimited field; returns where it stands. */
function spanOf(reader: protobuf.Reader): Span {
  const size = reader.uint32();
  const start = reader.pos;
  reader.skip(size);
  return { start, end: start + size };
}

/**
 * Returns where a column stands. A second piece of the same column is refused: no encoder in use writes one.
 */
function once(before: Span, field: string, reader: protobuf.Reader): Span {
  if (before.end > before.start) throw new Refused(field, '', 'written in more than one piece');
  return spanOf(reader);
}

function readWire(bytes: Uint8Array): Wire {
  const reader = Reader.create(bytes);
  const wire: Wire = {
    instrument: '',
    receivedUs: 0,
    complete: false,
    origin: 0,
    sidesInferred: false,
    baseTimeUs: 0,
    timeDeltaUs: NO_SPAN,
    price: NO_SPAN,
    quantity: NO_SPAN,
    side: NO_SPAN,
    merged: NO_SPAN,
    ids: null,
  };
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag === TAG.instrument) wire.instrument = reader.string();
    else if (tag === TAG.receivedUs) wire.receivedUs = reader.uint64();
    else if (tag === TAG.complete) wire.complete = reader.bool();
    else if (tag === TAG.origin) wire.origin = reader.uint32();
    else if (tag === TAG.sidesInferred) wire.sidesInferred = reader.bool();
    else if (tag === TAG.merged) wire.merged = once(wire.merged, 'merged', reader);
    else if (tag === TAG.baseTimeUs) wire.baseTimeUs = reader.uint64();
    else if (tag === TAG.timeDeltaUs) wire.timeDeltaUs = once(wire.timeDeltaUs, 'timeDeltaUs', reader);
    else if (tag === TAG.price) wire.price = once(wire.price, 'price', reader);
    else if (tag === TAG.quantity) wire.quantity = once(wire.quantity, 'quantity', reader);
    else if (tag === TAG.side) wire.side = once(wire.side, 'side', reader);
    else if (tag === TAG.counted) wire.ids = { kind: 'counted', span: spanOf(reader) };
    else if (tag === TAG.named) wire.ids = { kind: 'named', span: spanOf(reader) };
    else reader.skipType(tag & 7, 0, tag >>> 3);
  }
  return wire;
}

/** Returns a reader of one nested message. */
function within(bytes: Uint8Array, span: Span): protobuf.Reader {
  const reader = Reader.create(bytes);
  reader.pos = span.start;
  reader.len = span.end;
  return reader;
}

function takeCounted(bytes: Uint8Array, span: Span, values: Float64Array): TradeIds {
  const reader = within(bytes, span);
  let first: unknown = 0;
  let delta = NO_SPAN;
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag === COUNTED.first) first = reader.uint64();
    else if (tag === COUNTED.delta) delta = once(delta, 'delta', reader);
    else reader.skipType(tag & 7, 0, tag >>> 3);
  }
  const base = inside('first', () => wholeNumber(first));
  inside('delta', () => takeSteps(bytes, delta, base, values));
  return { kind: 'counted', values };
}

function takeNamed(bytes: Uint8Array, span: Span, rows: number): TradeIds {
  const reader = within(bytes, span);
  const values: string[] = [];
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag === NAMED.value) values.push(reader.string());
    else reader.skipType(tag & 7, 0, tag >>> 3);
  }
  if (values.length !== rows) throw new Refused('value', `${values.length} rows`, `price has ${rows}`);
  values.forEach(refuseTradeId);
  return { kind: 'named', values };
}

function decode(bytes: Uint8Array): TradeBatch {
  try {
    return unpack(bytes, readWire(bytes));
  } catch (error) {
    if (error instanceof Refused || !(error instanceof Error)) throw error;
    throw new Refused('', '', `unreadable bytes (${error.message})`, { cause: error });
  }
}

function unpack(bytes: Uint8Array, wire: Wire): TradeBatch {
  const { ids } = wire;
  if (ids === null) throw new Refused('ids', '', 'missing, or a kind that only a newer version knows');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // The field that is being read, for the error: a closure for each would cost as much as a small batch.
  let field = 'price';
  try {
    const count = doublesIn(wire.price);
    // One allocation for all columns: five of them cost more than reading ten rows.
    const memory = new ArrayBuffer(count * 33);
    const column = (index: number) => new Float64Array(memory, index * count * 8, count);
    const price = column(0);
    takeDoubles(bytes, view, wire.price, price);
    field = 'quantity';
    const quantity = column(1);
    takeDoubles(bytes, view, wire.quantity, quantity);
    field = 'instrument';
    const name = idFields.instrument.take(wire.instrument);
    field = 'baseTimeUs';
    const base = wholeNumber(wire.baseTimeUs);
    field = 'timeDeltaUs';
    const timeUs = column(2);
    takeRises(bytes, wire.timeDeltaUs, base, timeUs);
    field = 'side';
    const side = new Uint8Array(memory, count * 32, count);
    takeSides(bytes, wire.side, side);
    field = ids.kind;
    const names =
      ids.kind === 'counted' ? takeCounted(bytes, ids.span, column(3)) : takeNamed(bytes, ids.span, count);
    field = 'merged';
    const merged = takeCounts(bytes, wire.merged, count);
    const trades = { instrument: name, count, timeUs, price, quantity, side, ids: names, ...merged };
    field = 'origin';
    const origin = ORIGINS[wire.origin];
    if (origin === undefined) throw new Refused('', wire.origin, 'one that only a newer version knows');
    field = 'receivedUs';
    return {
      trades,
      receivedUs: wholeNumber(wire.receivedUs),
      complete: wire.complete,
      origin,
      sides: wire.sidesInferred ? 'inferred' : 'told',
    };
  } catch (error) {
    throw error instanceof Refused ? error.inside(field) : error;
  }
}

/** Trades in columns, from typed arrays and into typed arrays; on the generated class's wire. */
export const tradeBatchCodec: MessageCodec<TradeBatch> = {
  type: TYPE,
  encode: (batch) => refusing(TYPE, () => encode(batch)),
  decode: (bytes) => refusing(TYPE, () => decode(bytes)),
};
