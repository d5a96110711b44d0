import { isoTime } from '@algo/model';
import type { BacktestProgress } from './run-backtest.ts';

/** Shorter runs end before anybody would look. */
const QUIET_MS = 2_000;
const REDRAW_MS = 200;
const WIDTH = 24;
const MARK = 6;

/**
 * Shows on a terminal how far a run has come; how long a recording is, only its end tells, so the bar
 * moves to and fro.
 */
export class ProgressBar {
  readonly #write: (text: string) => void;
  readonly #nowMs: () => number;
  readonly #startMs: number;
  #drawnMs = 0;
  #frame = 0;

  /** `nowMs` is the monotonic clock. */
  constructor(write: (text: string) => void, nowMs: () => number) {
    this.#write = write;
    this.#nowMs = nowMs;
    this.#startMs = nowMs();
  }

  show({ trades, timeUs }: BacktestProgress): void {
    const nowMs = this.#nowMs();
    const elapsedMs = nowMs - this.#startMs;
    if (elapsedMs < QUIET_MS || nowMs - this.#drawnMs < REDRAW_MS) return;
    this.#drawnMs = nowMs;
    const room = WIDTH - MARK;
    const at = Math.abs((this.#frame++ % (2 * room)) - room);
    const bar = `${' '.repeat(at)}${'='.repeat(MARK)}${' '.repeat(room - at)}`;
    const rate = Math.round((trades * 1_000) / elapsedMs).toLocaleString('en-US');
    const words = `${trades.toLocaleString('en-US')} trades, ${isoTime(timeUs).slice(0, 16)}, ${rate}/s`;
    this.#write(`\r[${bar}] ${words}\u001b[K`);
  }

  /** Leaves the line empty. */
  end(): void {
    if (this.#drawnMs > 0) this.#write('\r\u001b[K');
  }
}
