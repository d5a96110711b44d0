import { isoTime } from '@algo/model';
import type { TimeRange } from './file-lane.ts';
import type { BacktestProgress } from './run-backtest.ts';

/** Shorter runs end before anybody would look. */
const QUIET_MS = 2_000;
const REDRAW_MS = 200;
const WIDTH = 24;

/** Shows on a terminal how far a run has come, by the time that all instruments have reached. */
export class ProgressBar {
  readonly #write: (text: string) => void;
  readonly #nowMs: () => number;
  readonly #span: TimeRange;
  readonly #startMs: number;
  #drawnMs = 0;
  #isDrawn = false;

  /** `nowMs` is the monotonic clock; `span` is from the first trade to the last. */
  constructor(write: (text: string) => void, nowMs: () => number, span: TimeRange) {
    this.#write = write;
    this.#nowMs = nowMs;
    this.#span = span;
    this.#startMs = nowMs();
  }

  show({ trades, timeUs }: BacktestProgress): void {
    const nowMs = this.#nowMs();
    const elapsedMs = nowMs - this.#startMs;
    if (elapsedMs < QUIET_MS || nowMs - this.#drawnMs < REDRAW_MS) return;
    this.#drawnMs = nowMs;
    this.#isDrawn = true;
    const { fromUs, toUs } = this.#span;
    const share = Math.min(1, Math.max(0, (timeUs - fromUs) / (toUs - fromUs)));
    const bar = '='.repeat(Math.floor(share * WIDTH)).padEnd(WIDTH);
    const rate = Math.round((trades * 1_000) / elapsedMs).toLocaleString('en-US');
    const words = `${trades.toLocaleString('en-US')} trades, ${isoTime(timeUs).slice(0, 16)}, ${rate}/s`;
    this.#write(`\r[${bar}] ${words}\u001b[K`);
  }

  /** Leaves the line empty, until it is drawn again. */
  clear(): void {
    if (this.#isDrawn) this.#write('\r\u001b[K');
    this.#isDrawn = false;
  }
}
