import type { TimeUs } from '@algo/model';
import { LONGEST_WINDOW_US } from './flow-windows.ts';
import type { SnapshotReader, SnapshotWriter } from './snapshot.ts';

/** What is known to be missing of the trades. */
export class Completeness {
  /** Whether the last slice said that nothing is missing. */
  isFeedComplete = true;
  /** Trades that came after their bar had closed, and were left out. */
  late = 0;
  /** Until when something is missing: an open gap, the start, a skipped silence, a late trade. */
  #gapUs = Number.NEGATIVE_INFINITY;

  /** Takes what a slice says that begins behind a trade at `lastUs`. */
  onSlice(complete: boolean, lastUs: TimeUs): void {
    if (!complete || !this.isFeedComplete) this.#gapUs = Math.max(this.#gapUs, lastUs);
    this.isFeedComplete = complete;
  }

  leaveOut(trades: number, nowUs: TimeUs): void {
    this.late += trades;
    this.#gapUs = nowUs;
  }

  /** Takes that trades until a time are lost. */
  missUntil(timeUs: TimeUs): void {
    this.#gapUs = Math.max(this.#gapUs, timeUs);
  }

  startAt(timeUs: TimeUs): void {
    this.#gapUs = timeUs;
  }

  /** Returns whether all windows are whole; `droppedUs` is the newest trade that one had to let go of. */
  isWholeAt(nowUs: TimeUs, droppedUs: TimeUs): boolean {
    return this.isFeedComplete && nowUs - Math.max(this.#gapUs, droppedUs) >= LONGEST_WINDOW_US;
  }

  save(to: SnapshotWriter): void {
    to.flag(this.isFeedComplete);
    to.numbers([this.late, this.#gapUs]);
  }

  load(from: SnapshotReader): void {
    this.isFeedComplete = from.flag();
    const [late, gapUs] = from.numbers();
    this.late = late!;
    this.#gapUs = gapUs!;
  }
}
