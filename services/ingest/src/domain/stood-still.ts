import { LOOK_PAUSE_MAX_MS } from './bounds.ts';

/** What is waited for. *Units*: ms; `sinceMs` monotonic, `stoodMs` of the time since did nobody run. */
export interface Wait {
  readonly sinceMs: number;
  stoodMs: number;
}

/**
 * Knows for how long this process did not run, because it stood still or others had the processor: no wait
 * grows longer by that, since nobody could be asked, and no answer read.
 */
export class StoodStill {
  #lookedMs: number | undefined;

  /** Looks at all waits there are. *Units*: `nowMs` monotonic. */
  look(waits: Iterable<Wait>, nowMs: number): void {
    const stoodMs = nowMs - (this.#lookedMs ?? nowMs) - LOOK_PAUSE_MAX_MS;
    this.#lookedMs = nowMs;
    if (stoodMs <= 0) return;
    // One that began meanwhile can't have stood for longer than it waits.
    for (const wait of waits) wait.stoodMs += Math.min(stoodMs, waitedMs(wait, nowMs));
  }
}

/** Returns how long something was waited for while this process ran. *Units*: ms, `nowMs` monotonic. */
export function waitedMs({ sinceMs, stoodMs }: Wait, nowMs: number): number {
  return nowMs - sinceMs - stoodMs;
}
