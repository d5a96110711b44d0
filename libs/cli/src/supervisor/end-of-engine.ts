import { EXIT } from '@algo/runtime';
import { HEALTHY_MS } from './restart-policy.ts';

/** So often in a row a service says that its configuration is unusable before it is believed. */
const INSISTS = 3;

/** Services without which positions are not guarded: an engine that lacks one of them for good is over. */
const GUARDS: ReadonlySet<string> = new Set(['ingest', 'paper-venue', 'execution', 'position-risk']);

/**
 * Decides whether the end of a service ends the whole engine. Only a configuration that stays unusable does,
 * and only of a service that guards money, or while a data directory has never held a position:
 * positions must not lose their stops because a mail can't be sent or a chart can't be drawn.
 */
export class EndOfEngine {
  readonly #guardsMoney: boolean;
  readonly #isFresh: boolean;
  #wasReady = false;
  #said = 0;

  constructor(service: string, isFresh: boolean) {
    this.#guardsMoney = GUARDS.has(service);
    this.#isFresh = isFresh;
  }

  /** The service was ready: from here on there may be positions. */
  onReady(): void {
    this.#wasReady = true;
  }

  /**
   * Takes the end of one life; returns whether it is the engine's. A file that is just being written is read
   * whole by the next life, so the first words are never believed. *Units*: exit code; ms.
   */
  isReached(code: number | null, uptimeMs: number): boolean {
    if (code !== EXIT.misconfigured || uptimeMs >= HEALTHY_MS) this.#said = 0;
    if (code !== EXIT.misconfigured) return false;
    this.#said++;
    const mayEnd = this.#guardsMoney || (this.#isFresh && !this.#wasReady);
    return mayEnd && this.#said >= INSISTS;
  }
}
