import type { Clock } from '@algo/bus';
import { InputError } from '@algo/model';

/** What a server that is away did not answer is asked again after so long, */
const RETRY_MS = 250;
/** for as long as what is said waits for one. */
const PATIENCE_MS = 60_000;

/**
 * Asks until there is an answer; undefined when `isOver` says that nobody needs it any more. *Errors*: the
 * last, when a server is away for too long; at once what a person must mend.
 */
export async function askPatiently<Result>(
  clock: Clock,
  ask: () => Promise<Result>,
  isOver: () => boolean,
): Promise<Result | undefined> {
  const startMs = clock.monotonicMs();
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (isOver()) return undefined;
      if (error instanceof InputError || clock.monotonicMs() - startMs > PATIENCE_MS) throw error;
      await clock.sleep(RETRY_MS);
    }
  }
}
