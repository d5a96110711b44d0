import { InputError, type InstrumentId, type TimeUs } from '@algo/model';
import { isTradeTime, joinRaw, type RawTrades, sliceRaw } from './raw-trades.ts';

/** *Units*: µs. Step numbers count these since 1970, however long the slices are. */
export const STEP_UNIT_US = 100_000;
/** Rows of one instrument in one slice, at most; what is more goes into the next slices. */
export const SLICE_ROWS_MAX = 65_536;

/** Returns the number of the step that begins at this time: a function of event time alone. */
export function stepAt(startUs: TimeUs): number {
  return Math.floor(startUs / STEP_UNIT_US);
}

/**
 * One slice of event time. *Shape*: `timeUs` is its end; `parts` holds each instrument at most once, none
 * empty.
 */
export interface Slice {
  readonly step: number;
  readonly timeUs: TimeUs;
  readonly parts: readonly RawTrades[];
}

/**
 * What comes next: a slice, the lane that must get rows (or its end) before one can be cut, or nothing any
 * more.
 */
export type Cut =
  | { readonly kind: 'slice'; readonly slice: Slice; readonly taken: readonly number[] }
  | { readonly kind: 'starved'; readonly lane: number }
  | { readonly kind: 'ended' };

interface Lane {
  rows: RawTrades;
  ended: boolean;
}

/**
 * Cuts the rows of several instruments into slices of event time. Where it cuts depends on the rows alone,
 * not on how they
 * were handed over. A row without a usable time goes where the rows around it go.
 */
export class Slicer {
  readonly #stepUs: number;
  readonly #lanes: readonly Lane[];
  #endUs: TimeUs;

  /**
   * `endUs` is the end of the last slice, 0 at first. *Errors*: InputError when `stepUs` is no multiple of
   * STEP_UNIT_US.
   */
  constructor(stepUs: number, instruments: readonly InstrumentId[], endUs: TimeUs) {
    if (!(stepUs > 0) || stepUs % STEP_UNIT_US !== 0)
      throw new InputError({
        field: 'stepUs',
        value: stepUs,
        because: `not a multiple of ${STEP_UNIT_US}`,
        remedy: 'Use whole tenths of a second.',
      });
    this.#stepUs = stepUs;
    this.#endUs = endUs;
    this.#lanes = instruments.map((instrument) => ({ rows: noRows(instrument), ended: false }));
  }

  /** The end of the last slice that was cut. */
  get endUs(): TimeUs {
    return this.#endUs;
  }

  /** Hands over the next rows of a lane. */
  push(lane: number, rows: RawTrades): void {
    const to = this.#lanes[lane]!;
    to.rows = joinRaw(to.rows, rows);
  }

  /** Says that a lane gets no more rows. */
  end(lane: number): void {
    this.#lanes[lane]!.ended = true;
  }

  next(): Cut {
    let startUs = Number.POSITIVE_INFINITY;
    for (const [lane, { rows, ended }] of this.#lanes.entries()) {
      if (rows.count === 0 && ended) continue;
      const row = firstFrom(rows, this.#endUs);
      if (row === rows.count && row <= SLICE_ROWS_MAX && !ended) return { kind: 'starved', lane };
      startUs = Math.min(startUs, row === most(rows) ? this.#endUs : rows.timeUs[row]!);
    }
    if (startUs === Number.POSITIVE_INFINITY) return { kind: 'ended' };
    const sliceStartUs = Math.max(this.#endUs, Math.floor(startUs / this.#stepUs) * this.#stepUs);
    const endUs = sliceStartUs + this.#stepUs;
    const taken: number[] = [];
    for (const [lane, { rows, ended }] of this.#lanes.entries()) {
      const to = firstFrom(rows, endUs);
      if (to === rows.count && to <= SLICE_ROWS_MAX && !ended) return { kind: 'starved', lane };
      taken.push(Math.min(to, SLICE_ROWS_MAX));
    }
    this.#endUs = endUs;
    const parts: RawTrades[] = [];
    for (const [i, lane] of this.#lanes.entries()) {
      const to = taken[i]!;
      if (to === 0) continue;
      parts.push(sliceRaw(lane.rows, 0, to));
      lane.rows = sliceRaw(lane.rows, to, lane.rows.count);
    }
    return { kind: 'slice', slice: { step: stepAt(sliceStartUs), timeUs: endUs, parts }, taken };
  }
}

/** Returns the first row at or after `timeUs`, looking no further than one slice may hold. */
function firstFrom(rows: RawTrades, timeUs: TimeUs): number {
  const end = most(rows);
  for (let i = 0; i < end; i++) if (rows.timeUs[i]! >= timeUs && isTradeTime(rows.timeUs[i]!)) return i;
  return end;
}

function most(rows: RawTrades): number {
  return Math.min(rows.count, SLICE_ROWS_MAX + 1);
}

function noRows(instrument: InstrumentId): RawTrades {
  const none = new Float64Array(0);
  return {
    instrument,
    count: 0,
    timeUs: none,
    price: none,
    quantity: none,
    side: new Uint8Array(0),
    ids: undefined,
  };
}
