import type { GapReasonCode, TimeUs } from '@algo/model';
import type { RawTrades } from './raw-trades.ts';
import type { Wait } from './stood-still.ts';

/** When trades were heard. *Units*: `receivedUs` our clock, `heardMs` monotonic. */
export interface Heard {
  readonly receivedUs: TimeUs;
  readonly heardMs: number;
}

/** Ids from one to another, both inclusive. */
export interface IdRange {
  readonly fromId: number;
  readonly toId: number;
}

/** Times of which the first trade missing is not before and the last not after. *Units*: µs, 0 unknown. */
export interface TimeRange {
  readonly fromUs: TimeUs;
  readonly toUs: TimeUs;
}

/**
 * Ids that were jumped over at once, until it is known what became of each. *Shape*: `open` of them are not
 * known yet; `askAgainMs` is when the venue may be asked; `code` and `reason` are what to say if it stays.
 */
export interface Gap extends Wait {
  fromId: number;
  toId: number;
  open: number;
  readonly fromUs: TimeUs;
  readonly toUs: TimeUs;
  isTold: boolean;
  recovered: number;
  absent: number;
  askAgainMs: number;
  pauseMs: number;
  code: GapReasonCode;
  reason: string;
}

/**
 * What is known of some ids that follow each other. `rows`: their trades, `heard` unless they were fetched;
 * `hole`: nothing yet; `absent`: the venue has none; `lost`: given up; `within`: told by a merged row behind.
 */
export type Stretch = IdRange &
  (
    | { readonly kind: 'rows'; readonly raw: RawTrades; readonly heard: Heard | undefined }
    | { readonly kind: 'hole'; readonly gap: Gap }
    | { readonly kind: 'absent' | 'lost' | 'within' }
  );

/** What was taken out stays in the array until it is empty, or has so many of them. */
const COMPACT_AT = 1_024;

/**
 * All ids from the next to be released to the newest heard, in stretches: what waits, and the holes that it
 * waits for.
 */
export class HoleLedger {
  #stretches: Stretch[] = [];
  #first = 0;
  #nextId: number;
  #waitingRows = 0;
  readonly #gaps: Gap[] = [];

  constructor(nextId: number) {
    this.#nextId = nextId;
  }

  /** The lowest id that is neither released nor passed over. */
  get nextId(): number {
    return this.#nextId;
  }

  /** One above the highest id that anything is known of. */
  get endId(): number {
    const last = this.#stretches.at(-1);
    return last === undefined ? this.#nextId : last.toId + 1;
  }

  get isEmpty(): boolean {
    return this.#first === this.#stretches.length;
  }

  /** Trades that wait. */
  get waitingRows(): number {
    return this.#waitingRows;
  }

  /** The trade with the highest id of those that wait. */
  get newest(): { readonly price: number; readonly timeUs: TimeUs } | undefined {
    const last = this.#stretches.at(-1);
    if (last?.kind !== 'rows') return undefined;
    const row = last.raw.count - 1;
    return { price: last.raw.price[row]!, timeUs: last.raw.timeUs[row]! };
  }

  /** What is open, oldest first, which is lowest first. */
  get gaps(): readonly Gap[] {
    return this.#gaps;
  }

  /** Goes on at an id. *Shape*: only while it is empty. */
  restart(nextId: number): void {
    this.#nextId = nextId;
  }

  /**
   * Opens a gap from the end to an id, inclusive. *Units*: `releasedUs` the newest trade that was released,
   * `toUs` the trade behind the gap.
   */
  open(toId: number, sinceMs: number, releasedUs: TimeUs, toUs: TimeUs): void {
    const fromId = this.endId;
    const before = this.#stretches.at(-1);
    const fromUs = before?.kind === 'rows' ? before.raw.timeUs[before.raw.count - 1]! : releasedUs;
    const gap: Gap = {
      ...{ fromId, toId, open: toId - fromId + 1, sinceMs, stoodMs: 0, fromUs, toUs },
      ...{ isTold: false, recovered: 0, absent: 0 },
      ...{ askAgainMs: 0, pauseMs: 0, code: 'TIMEOUT', reason: 'nobody answered' },
    };
    this.#gaps.push(gap);
    this.#stretches.push({ kind: 'hole', fromId, toId, gap });
  }

  /** Adds trades at the end; their ids rise by one. */
  append(fromId: number, raw: RawTrades, heard: Heard | undefined): void {
    this.#stretches.push({ kind: 'rows', fromId, toId: fromId + raw.count - 1, raw, heard });
    this.#waitingRows += raw.count;
  }

  /** Returns what is known of an id between the next and the end. */
  at(id: number): Stretch {
    return this.#stretches[this.#indexOf(id)]!;
  }

  /** Returns the lowest hole of a gap that is open. */
  holeOf(gap: Gap): Stretch {
    let at = this.#indexOf(gap.fromId);
    for (;;) {
      const stretch = this.#stretches[at++]!;
      if (stretch.kind === 'hole') return stretch;
    }
  }

  /** Returns the highest hole of a gap that is open. */
  lastHoleOf(gap: Gap): Stretch {
    for (let at = this.#indexOf(gap.toId); ; at--) {
      const stretch = this.#stretches[at]!;
      if (stretch.kind === 'hole') return stretch;
    }
  }

  /** Puts trades that rise by one into the hole around them. */
  fill(fromId: number, raw: RawTrades, heard: Heard | undefined): void {
    this.#put({ kind: 'rows', fromId, toId: fromId + raw.count - 1, raw, heard });
    this.#waitingRows += raw.count;
  }

  /** Says what became of all holes from one id to another, both inclusive. Returns what they were. */
  settle(kind: 'absent' | 'lost' | 'within', fromId: number, toId: number): IdRange[] {
    const settled: IdRange[] = [];
    for (let id = Math.max(fromId, this.#nextId); id <= toId && id < this.endId; ) {
      const stretch = this.at(id);
      if (stretch.kind === 'hole') {
        const part = { fromId: id, toId: Math.min(toId, stretch.toId) };
        this.#put({ kind, ...part });
        settled.push(part);
      }
      id = stretch.toId + 1;
    }
    return settled;
  }

  /** Takes a gap that is not open any more off the list. */
  forget(gap: Gap): void {
    this.#gaps.splice(this.#gaps.indexOf(gap), 1);
  }

  /** Forgets what waits, and what it waits for. */
  clear(): void {
    [this.#stretches, this.#first, this.#waitingRows] = [[], 0, 0];
    this.#gaps.length = 0;
  }

  /** Takes the lowest stretch out, unless that is a hole. */
  take(): Exclude<Stretch, { readonly kind: 'hole' }> | undefined {
    const stretch = this.#stretches[this.#first];
    if (stretch === undefined || stretch.kind === 'hole') return undefined;
    this.#first++;
    if (this.#first === this.#stretches.length || this.#first >= COMPACT_AT) {
      this.#stretches.splice(0, this.#first);
      this.#first = 0;
    }
    if (stretch.kind === 'rows') this.#waitingRows -= stretch.raw.count;
    this.#nextId = stretch.toId + 1;
    return stretch;
  }

  #put(part: Stretch): void {
    const at = this.#indexOf(part.fromId);
    const hole = this.#stretches[at]!;
    if (hole.kind !== 'hole' || part.toId > hole.toId)
      throw new RangeError(`${part.fromId} to ${part.toId} is no hole`);
    const { gap } = hole;
    const parts: Stretch[] = [part];
    if (hole.fromId < part.fromId)
      parts.unshift({ kind: 'hole', fromId: hole.fromId, toId: part.fromId - 1, gap });
    if (hole.toId > part.toId) parts.push({ kind: 'hole', fromId: part.toId + 1, toId: hole.toId, gap });
    this.#stretches.splice(at, 1, ...parts);
    const ids = part.toId - part.fromId + 1;
    gap.open -= ids;
    if (part.kind === 'rows' || part.kind === 'within') gap.recovered += ids;
    else if (part.kind === 'absent') gap.absent += ids;
  }

  #indexOf(id: number): number {
    let [low, high] = [this.#first, this.#stretches.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#stretches[middle]!.toId < id) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
