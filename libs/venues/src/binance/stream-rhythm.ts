/** Without a first trade for so long, the venue's history is looked at; and a second time, for the proof. */
export const FIRST_TRADE_MS = 15_000;
/** Gaps after which a silence is one of ten thousand, if they are exponential. */
const UNLIKELY = Math.log(1e4);
const SILENCE_MIN_MS = 5_000;
const SILENCE_MAX_MS = 300_000;
/** How much the newest gap weighs: about the last fifty count. */
const WEIGHT = 0.02;
/** How long a trade that the history has may take on the stream. */
const ON_ITS_WAY_MS = 2_000;

/**
 * Knows from one stream's own trades how long it may be silent. A stream that was acknowledged is none that
 * has data: one that is too silent is held against the venue's history. Times are given, none is taken.
 * *Units*: ms, monotonic; ids as the venue counts.
 */
export class StreamRhythm {
  #meanMs: number | undefined;
  #lastMs: number;
  /** The newest id that was heard, or that the history had when it was looked at. */
  #knownId: number | undefined;
  /** The history has a trade that the stream hasn't. */
  #owes: { readonly id: number; readonly sinceMs: number } | undefined;

  constructor(nowMs: number) {
    this.#lastMs = nowMs;
  }

  /** A new connection: its first trade is waited for anew, the rhythm stays. */
  connected(nowMs: number): void {
    this.#lastMs = nowMs;
    this.#owes = undefined;
  }

  heard(id: number, nowMs: number): void {
    const gapMs = nowMs - this.#lastMs;
    if (this.#knownId !== undefined)
      this.#meanMs = this.#meanMs === undefined ? gapMs : this.#meanMs + WEIGHT * (gapMs - this.#meanMs);
    this.#lastMs = nowMs;
    if (!(id <= (this.#knownId ?? 0))) this.#knownId = id;
    if (this.#owes !== undefined && id >= this.#owes.id) this.#owes = undefined;
  }

  /** How long it may be silent. */
  get silenceMaxMs(): number {
    if (this.#meanMs === undefined) return FIRST_TRADE_MS;
    return Math.min(SILENCE_MAX_MS, Math.max(SILENCE_MIN_MS, UNLIKELY * this.#meanMs));
  }

  /** Returns for how long it has been silent in the face of all likelihood; at most 0 if it isn't. */
  overdueMs(nowMs: number): number {
    return this.#owes === undefined ? nowMs - this.#lastMs - this.silenceMaxMs : 0;
  }

  /** Takes the newest id of the venue's history. */
  checked(newestId: number, nowMs: number): void {
    this.#lastMs = nowMs;
    if (this.#knownId !== undefined && newestId > this.#knownId)
      this.#owes = { id: newestId, sinceMs: nowMs };
    else this.#knownId = newestId;
  }

  /** The history was not readable: it is looked at later. */
  unchecked(nowMs: number): void {
    this.#lastMs = nowMs;
  }

  /** Returns whether it is proven that the stream withholds trades. */
  isMute(nowMs: number): boolean {
    return this.#owes !== undefined && nowMs - this.#owes.sinceMs >= ON_ITS_WAY_MS;
  }
}
