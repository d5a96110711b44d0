import { type InstrumentId, sliceTrades, type TimeUs, type TradeColumns } from '@algo/model';

/** Trades of one instrument. *Shape*: `holes` are the rows before which trades are missing, rising. */
export interface TapeRows {
  readonly trades: TradeColumns;
  readonly holes: readonly number[];
}

/**
 * All that was traded up to a moment. *Shape*: one entry for each instrument of the tape; every row is at
 * or before it.
 */
export interface TapeStretch {
  readonly untilUs: TimeUs;
  readonly lanes: readonly TapeRows[];
}

/** Recorded trades of some instruments, by event time; the same at every reading. */
export interface Tape {
  readonly instruments: readonly InstrumentId[];
  /** Returns the next stretch; undefined when there are no more. */
  next(): Promise<TapeStretch | undefined>;
}

/** Where the rows of one instrument come from. */
export interface TapeLane {
  readonly instrument: InstrumentId;
  /** Returns the next rows, at least one; undefined at the end. */
  read(): Promise<TapeRows | undefined>;
}

interface Waiting {
  readonly lane: TapeLane;
  rows: TapeRows | undefined;
  ended: boolean;
}

/**
 * Brings the lanes of several instruments together by event time, holding no more than each lane's last
 * rows.
 */
export class MergedTape implements Tape {
  readonly instruments: readonly InstrumentId[];
  readonly #waiting: readonly Waiting[];

  constructor(lanes: readonly TapeLane[]) {
    this.instruments = lanes.map(({ instrument }) => instrument);
    this.#waiting = lanes.map((lane) => ({ lane, rows: undefined, ended: false }));
  }

  async next(): Promise<TapeStretch | undefined> {
    for (;;) {
      for (const waiting of this.#waiting) if (waiting.rows === undefined) await readMore(waiting);
      const open = this.#waiting.filter(({ ended }) => !ended);
      const filled = this.#waiting.flatMap(({ rows }) => (rows === undefined ? [] : [rows]));
      if (filled.length === 0) return undefined;
      // A lane that goes on may bring more rows of its last moment.
      const untilUs =
        open.length === 0
          ? Math.max(...filled.map(lastUs))
          : Math.min(...open.map(({ rows }) => lastUs(rows!) - 1));
      const lanes = this.#waiting.map((waiting) => takeUntil(waiting, untilUs));
      if (lanes.some(({ trades }) => trades.count > 0)) return { untilUs, lanes };
      const first = open.reduce((a, b) => (lastUs(a.rows!) <= lastUs(b.rows!) ? a : b));
      await readMore(first);
    }
  }
}

async function readMore(waiting: Waiting): Promise<void> {
  if (waiting.ended) return;
  const rows = await waiting.lane.read();
  if (rows === undefined) waiting.ended = true;
  else waiting.rows = waiting.rows === undefined ? rows : joined(waiting.rows, rows);
}

/** Takes the rows at or before a moment. */
function takeUntil(waiting: Waiting, untilUs: TimeUs): TapeRows {
  const { rows, lane } = waiting;
  if (rows === undefined) return { trades: emptyTrades(lane.instrument, 0), holes: [] };
  const { count } = rows.trades;
  const to = rowAfter(rows.trades, 0, untilUs);
  waiting.rows = to === count ? undefined : sliceRows(rows, to, count);
  return sliceRows(rows, 0, to);
}

/** Returns rows `from` (inclusive) to `to` (exclusive), with the holes before them. */
export function sliceRows({ trades, holes }: TapeRows, from: number, to: number): TapeRows {
  return {
    trades: sliceTrades(trades, from, to),
    holes: holes.filter((row) => row >= from && row < to).map((row) => row - from),
  };
}

/** Returns the first row from `from` on that is later than a moment; the count when none is. */
export function rowAfter({ timeUs, count }: TradeColumns, from: number, untilUs: TimeUs): number {
  let low = from;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (timeUs[middle]! <= untilUs) low = middle + 1;
    else high = middle;
  }
  return low;
}

function lastUs({ trades }: TapeRows): TimeUs {
  return trades.timeUs[trades.count - 1]!;
}

function joined(head: TapeRows, tail: TapeRows): TapeRows {
  const { instrument, count } = head.trades;
  const whole = emptyTrades(instrument, count + tail.trades.count);
  for (const [trades, at] of [
    [head.trades, 0],
    [tail.trades, count],
  ] as const) {
    for (const column of ['timeUs', 'price', 'quantity', 'side'] as const)
      whole[column].set(trades[column].subarray(0, trades.count), at);
    whole.ids.values.set(countedIds(trades).subarray(0, trades.count), at);
  }
  return { trades: whole, holes: [...head.holes, ...tail.holes.map((row) => row + count)] };
}

function countedIds({ ids, instrument }: TradeColumns): Float64Array {
  if (ids.kind !== 'counted') throw new Error(`${instrument}: a tape counts its trades`);
  return ids.values;
}

/** Returns columns for so many trades of an instrument. */
export function emptyTrades(instrument: InstrumentId, count: number) {
  return {
    instrument,
    count,
    timeUs: new Float64Array(count),
    price: new Float64Array(count),
    quantity: new Float64Array(count),
    side: new Uint8Array(count),
    ids: { kind: 'counted' as const, values: new Float64Array(count) },
  };
}
