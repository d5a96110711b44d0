import type { InstrumentId, TimeUs, TradeColumns } from '@algo/model';

/**
 * Trades as a source gave them, before anybody has judged them. A field that could not be read is NaN (side:
 * SIDE_UNREADABLE). `ids` is undefined where the source has none: rows are then numbered as they come.
 * *Units*: `timeUs` µs since 1970, `price` quote, `quantity` base. *Shape*: all columns have `count` rows.
 */
export interface RawTrades {
  readonly instrument: InstrumentId;
  readonly count: number;
  readonly timeUs: Float64Array;
  readonly price: Float64Array;
  readonly quantity: Float64Array;
  readonly side: Uint8Array;
  readonly ids: Float64Array | undefined;
  /** In place of `ids`, where the source names its trades. */
  readonly names?: readonly string[] | undefined;
  /** How many trades of the venue each row stands for; left out where each is one. */
  readonly merged?: Uint32Array | undefined;
}

/** 2009-01-01 and 2100-01-01: a time outside is one in another unit, or none. */
const TIME_MIN_US = 1_230_768_000_000_000;
const TIME_MAX_US = 4_102_444_800_000_000;

/** Returns whether a time can be that of a trade; false for NaN. */
export function isTradeTime(timeUs: TimeUs): boolean {
  return timeUs >= TIME_MIN_US && timeUs < TIME_MAX_US;
}

/** Returns rows `from` (inclusive) to `to` (exclusive) as views, nothing copied. */
export function sliceRaw(raw: RawTrades, from: number, to: number): RawTrades {
  return {
    instrument: raw.instrument,
    count: to - from,
    timeUs: raw.timeUs.subarray(from, to),
    price: raw.price.subarray(from, to),
    quantity: raw.quantity.subarray(from, to),
    side: raw.side.subarray(from, to),
    ids: raw.ids?.subarray(from, to),
    ...(raw.names && { names: raw.names.slice(from, to) }),
    merged: raw.merged?.subarray(from, to),
  };
}

/** Returns trades as a feed hands them over as raw rows, nothing copied. */
export function rawOf({ ids, ...columns }: TradeColumns): RawTrades {
  return ids.kind === 'counted'
    ? { ...columns, ids: ids.values }
    : { ...columns, ids: undefined, names: ids.values };
}

/**
 * Returns the rows of all parts, one part after the other; copied when there are several. All have ids, or
 * all have names.
 */
export function joinRaw(parts: readonly RawTrades[]): RawTrades {
  if (parts.length === 1) return parts[0]!;
  const count = parts.reduce((sum, part) => sum + part.count, 0);
  const columns = { timeUs: column(), price: column(), quantity: column() };
  const hasNames = parts[0]!.names !== undefined;
  const ids = hasNames ? undefined : column();
  const side = new Uint8Array(count);
  const merged = parts.some((part) => part.merged) ? new Uint32Array(count).fill(1) : undefined;
  let row = 0;
  for (const part of parts) {
    columns.timeUs.set(part.timeUs, row);
    columns.price.set(part.price, row);
    columns.quantity.set(part.quantity, row);
    ids?.set(part.ids!, row);
    side.set(part.side, row);
    if (part.merged) merged?.set(part.merged, row);
    row += part.count;
  }
  const names = hasNames ? { names: parts.flatMap((part) => part.names ?? []) } : {};
  return { instrument: parts[0]!.instrument, count, ...columns, side, ids, merged, ...names };

  function column(): Float64Array {
    return new Float64Array(count);
  }
}

/** The columns that tell what was traded. */
export type TradeRows = Pick<RawTrades, 'timeUs' | 'price' | 'quantity' | 'side'>;

/** Returns whether two rows tell the same trade, their ids apart. */
export function isSameTrade(a: TradeRows, i: number, b: TradeRows, k: number): boolean {
  return (
    a.timeUs[i] === b.timeUs[k] &&
    a.price[i] === b.price[k] &&
    a.quantity[i] === b.quantity[k] &&
    a.side[i] === b.side[k]
  );
}
