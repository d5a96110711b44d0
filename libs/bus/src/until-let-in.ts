import { setTimeout as sleep } from 'node:timers/promises';
import { errors, type NatsConnection, type Status } from '@nats-io/transport-node';

/**
 * A server that reads its users anew turns whoever is greeting it in that moment away as a stranger, and
 * knows it a moment later.
 */
const PAUSES_MS = [100, 200, 400, 800];
/** Longer than any server reads its users anew, also where several do after each other. */
const STRANGER_MAX_MS = 30_000;

/** Whether a server says that it does not know this client, not only that it was too slow to look. */
export function isStranger(error: unknown): boolean {
  return error instanceof errors.AuthorizationError && !/timeout/i.test(error.message);
}

/**
 * Connects, and comes again, later each time, while the server takes this client for a stranger. *Errors*:
 * what the last try was told; any other refusal at once.
 */
export async function untilLetIn<Connection>(connect: () => Promise<Connection>): Promise<Connection> {
  for (const pauseMs of PAUSES_MS) {
    try {
      return await connect();
    } catch (error) {
      if (!isStranger(error)) throw error;
      await sleep(pauseMs);
    }
  }
  return connect();
}

/**
 * Has a connection that was let in come again however often it is turned away: the library closes it the
 * second time in all its life. Not before it is in: where servers name each other to it, a stranger would
 * greet them for ever.
 */
export function keepComing(nc: NatsConnection): void {
  Object.assign(Reflect.get(nc, 'options'), { ignoreAuthErrorAbort: true });
}

/** Tells when a server has taken one that it knew for a stranger for so long that it means it. */
export class StrangerWatch {
  readonly #maxMs: number;
  #sinceMs: number | undefined;

  constructor(maxMs = STRANGER_MAX_MS) {
    this.#maxMs = maxMs;
  }

  /** Takes what a connection says of itself next. */
  isSo(status: Status): boolean {
    if (status.type === 'reconnect') this.#sinceMs = undefined;
    if (status.type !== 'error' || !isStranger(status.error)) return false;
    this.#sinceMs ??= performance.now();
    return performance.now() - this.#sinceMs > this.#maxMs;
  }
}
