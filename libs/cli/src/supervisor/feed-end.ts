import type { ServiceStatus } from '@algo/contracts';
import { counterSum } from '../reading/counter-sum.ts';
import type { EngineView } from './engine-view.ts';

/** Counters that move while nothing happens. */
const RESTLESS = new Set(['rssBytes', 'uptimeMs', 'lastCommitMs', 'commits']);
/** Statuses come twice a second; nothing changed over four of them means that everyone is idle. */
const IDLE_MS = 2_000;
const LOOK_EVERY_MS = 100;

/** Tells when a feed that ends has ended and everything that followed from it is done and stored. */
export class FeedEnd {
  readonly #view: EngineView;
  readonly #allRun: () => boolean;
  #fingerprint = '';
  #sinceMs = 0;

  /** `allRun` says whether every process is up: one that can't start has not done its part. */
  constructor(view: EngineView, allRun: () => boolean) {
    this.#view = view;
    this.#allRun = allRun;
  }

  /** Resolves at the end, or when told to stop waiting. */
  async reached(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && !this.#isOver(performance.now()))
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }

  #isOver(nowMs: number): boolean {
    const statuses = [...this.#view.statuses.values()];
    const fingerprint = fingerprintOf(statuses);
    if (fingerprint !== this.#fingerprint) {
      this.#fingerprint = fingerprint;
      this.#sinceMs = nowMs;
    }
    return nowMs - this.#sinceMs >= IDLE_MS && this.#allRun() && isStored(statuses);
  }
}

/**
 * Returns whether ingest is at its end and analytics has stored every trade: all that ingest let in since it
 * was started last, and all that analytics has taken.
 */
export function isStored(statuses: readonly ServiceStatus[]): boolean {
  const sum = (service: string, counter: string) => counterSum(statuses, service, counter);
  const stored = sum('analytics', 'stored');
  return (
    sum('ingest', 'ended') === 1 &&
    stored >= sum('ingest', 'accepted') &&
    stored >= sum('analytics', 'trades')
  );
}

/** Returns a text that changes exactly when somebody did something. */
export function fingerprintOf(statuses: readonly ServiceStatus[]): string {
  return statuses
    .map(({ instance, pid, ready, counters }) => {
      const quiet = Object.entries(counters).filter(([name]) => !RESTLESS.has(name));
      return JSON.stringify([instance, pid, ready, quiet.toSorted(([a], [b]) => (a < b ? -1 : 1))]);
    })
    .toSorted()
    .join('\n');
}
