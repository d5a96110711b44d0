import type { NatsServerProcess } from '@algo/bus';
import { diskWords } from '../engine/disk-room.ts';

const LOOK_MS = 1_000;
/** A server is started anew at most this often for what its disk does. */
const RESTARTS_MS = 10_000;
/** With so much room another start is worth it. *Units*: bytes. */
const ROOM_BYTES = 8 * 1024 * 1024;

/**
 * Ends a nats-server that has met a full disk once there is room again, so that it is started anew: by itself
 * it stores nothing more, and no service could say a word.
 */
export class StoreRestart implements Disposable {
  readonly #timer: NodeJS.Timeout;
  #notBeforeMs = 0;

  constructor(
    nats: Pick<NatsServerProcess, 'hasStoppedStoring' | 'pid' | 'kill'>,
    dataDir: string,
    say: (line: string) => void,
    lookMs = LOOK_MS,
  ) {
    this.#timer = setInterval(() => {
      const nowMs = performance.now();
      if (!nats.hasStoppedStoring || nats.pid === undefined || nowMs < this.#notBeforeMs) return;
      if (diskWords(dataDir, ROOM_BYTES) !== undefined) return;
      this.#notBeforeMs = nowMs + RESTARTS_MS;
      say('there is room on the disk again: nats-server, which had stopped storing, is started anew');
      void nats.kill();
    }, lookMs);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}
