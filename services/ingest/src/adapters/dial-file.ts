import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '@algo/bus';
import type { DialMemory } from '@algo/venues';

/** When a feed's connections were made, in the data directory: at most as many as the feed may make. */
export class DialFile implements DialMemory {
  readonly #directory: string;
  readonly #path: string;
  readonly #clock: Pick<Clock, 'nowMs'>;

  constructor(dataDir: string, feed: string, clock: Pick<Clock, 'nowMs'>) {
    this.#directory = join(dataDir, 'dials');
    this.#path = join(this.#directory, `${feed}.json`);
    this.#clock = clock;
  }

  /** Nothing where there is no file, or none that can be read: then as if nothing was dialled. */
  load(): readonly number[] {
    try {
      const times: unknown = JSON.parse(readFileSync(this.#path, 'utf8'));
      if (!Array.isArray(times)) return [];
      // A wall that was set back makes some of them lie ahead: those count as of now.
      return times
        .filter((at): at is number => Number.isFinite(at))
        .map((at) => Math.max(0, this.#clock.nowMs() - at));
    } catch {
      return [];
    }
  }

  keep(agoMs: readonly number[]): void {
    const nowMs = this.#clock.nowMs();
    const unfinished = `${this.#path}.${process.pid}`;
    try {
      mkdirSync(this.#directory, { recursive: true });
      writeFileSync(unfinished, JSON.stringify(agoMs.map((ago) => Math.floor(nowMs - ago))));
      renameSync(unfinished, this.#path);
    } catch {
      // A full disk keeps nobody from listening; this life still counts in memory.
    }
  }
}
