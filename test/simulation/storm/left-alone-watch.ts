import type { VirtualClock } from '@algo/bus';
import type { HeardRequest, SentReply } from '@algo/testkit/venues';

/** Too many orders of one account: others of its requests may go on. */
const ORDERS_ALONE = '-1015';

/** Holds every request against what the exchange has said before: that it wants none for a while. */
export class LeftAloneWatch {
  readonly #clock: VirtualClock;
  readonly #broken: (what: string) => void;
  #untilMs = 0;

  constructor(clock: VirtualClock, broken: (what: string) => void) {
    this.#clock = clock;
    this.#broken = broken;
  }

  /** An answer has come to one of the processes; the others have heard of it. */
  answered({ headers, status, text }: SentReply): void {
    const retryAfterS = headers['Retry-After'];
    if ((status !== 429 && status !== 418) || retryAfterS === undefined || text.includes(ORDERS_ALONE))
      return;
    this.#untilMs = Math.max(this.#untilMs, this.#clock.nowMs() + Number(retryAfterS) * 1_000);
  }

  leaves({ method, url }: HeardRequest): void {
    const restMs = this.#untilMs - this.#clock.nowMs();
    if (restMs > 0) this.#broken(`${method} ${url.split('?')[0]} leaves, none is wanted for ${restMs} ms`);
  }
}
