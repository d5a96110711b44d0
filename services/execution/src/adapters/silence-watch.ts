import type { Clock } from '@algo/bus';
import { type TimeUs, US_PER_MS } from '@algo/model';

/** How often it looks, and the silence by the wall that it tells. */
const LOOK_EVERY_MS = 5_000;
const SILENCE_MAX_MS = 10_000;

/**
 * Watches, by the wall, that some feed still tells the time while orders are open: event time wakes nobody
 * when it stands still, and the venue must be asked about them all the same.
 */
export class SilenceWatch implements Disposable {
  readonly #clock: Clock;
  readonly #awaitsSinceWallUs: () => TimeUs | undefined;
  readonly #tell: () => void;
  #cancel: () => void;

  /** `awaitsSinceWallUs`: since when nothing was told while something is awaited; undefined while not. */
  constructor(clock: Clock, awaitsSinceWallUs: () => TimeUs | undefined, tell: () => void) {
    this.#clock = clock;
    this.#awaitsSinceWallUs = awaitsSinceWallUs;
    this.#tell = tell;
    this.#cancel = clock.after(LOOK_EVERY_MS, this.#look);
  }

  [Symbol.dispose](): void {
    this.#cancel();
  }

  readonly #look = (): void => {
    const sinceUs = this.#awaitsSinceWallUs();
    if (sinceUs !== undefined && this.#clock.nowMs() - sinceUs / US_PER_MS > SILENCE_MAX_MS) this.#tell();
    this.#cancel = this.#clock.after(LOOK_EVERY_MS, this.#look);
  };
}
