import { JetStreamApiError, JetStreamError } from '@nats-io/jetstream';
import { errors } from '@nats-io/transport-node';

/** As long as a publisher waits for a server that restarts. */
const PATIENCE_MS = 60_000;
const RETRY_MS = 100;
const CONSUMER_NOT_FOUND = 10014;

/**
 * Repeats what may be asked twice until the server answers. *Errors*: what it answers, or the last silence
 * when patience ends.
 */
export async function patiently<Result>(ask: () => Promise<Result>): Promise<Result> {
  const startedMs = performance.now();
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!unanswered(error) || performance.now() - startedMs > PATIENCE_MS) throw error;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}

/** Whether a consumer is gone, as one that nobody asked for long, or whose server is. */
export function isGone(error: unknown): boolean {
  if (error instanceof JetStreamApiError && error.code === CONSUMER_NOT_FOUND) return true;
  // What a fetch is told in place of messages is of the library's base class.
  return (error instanceof JetStreamError && !(error instanceof JetStreamApiError)) || unanswered(error);
}

/** Whether nobody answered; a server that is there and says no is an answer. */
function unanswered(error: unknown): boolean {
  if (error instanceof JetStreamApiError) return error.status >= 500;
  return (
    error instanceof errors.TimeoutError ||
    (error instanceof errors.RequestError && error.isNoResponders()) ||
    // What the library calls "nobody answers yet".
    (error instanceof Error && error.name === 'JetStreamNotEnabled')
  );
}
