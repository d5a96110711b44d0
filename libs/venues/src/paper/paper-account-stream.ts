import { type AccountEventsReply, codecs, subjects } from '@algo/contracts';
import type { AccountId } from '@algo/model';
import type { AccountHearer, AccountStream, VenueClock } from '../port.ts';
import type { AskPaper } from './paper-exchange-venue.ts';

/** The exchange answers each second; after two of them nobody is there. */
const SILENCE_MS = 2_000;
/** Pause before the next try to connect; it doubles with each. */
const PAUSE_FIRST_MS = 100;
const PAUSE_MAX_MS = 5_000;

/**
 * The account stream of the paper exchange. It asks for what has happened since, over and over, on a
 * connection that is as mortal as a socket: a question without an answer ends it, and what happened until
 * the next one is not told.
 */
export class PaperAccountStream implements AccountStream {
  readonly #account: AccountId;
  readonly #ask: AskPaper;
  readonly #clock: VenueClock;
  #isOver = false;

  constructor(account: AccountId, ask: AskPaper, clock: VenueClock) {
    this.#account = account;
    this.#ask = ask;
    this.#clock = clock;
  }

  open(hear: AccountHearer): void {
    void this.#listen(hear);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
  }

  async #listen(hear: AccountHearer): Promise<void> {
    let pauseMs = PAUSE_FIRST_MS;
    while (!this.#isOver) {
      const { connection } = await this.#poll('', 0);
      if (connection !== '' && !this.#isOver) {
        pauseMs = PAUSE_FIRST_MS;
        hear.connected();
        const reason = await this.#follow(connection, hear);
        if (!this.#isOver) hear.disconnected(reason);
      }
      await this.#clock.sleep(pauseMs);
      pauseMs = Math.min(2 * pauseMs, PAUSE_MAX_MS);
    }
  }

  /** Tells what happens until the connection ends; returns why it did. */
  async #follow(connection: string, hear: AccountHearer): Promise<string> {
    for (let after = 0; !this.#isOver; ) {
      const reply = await this.#poll(connection, after);
      if (reply.connection !== connection) return reply.reason;
      for (const event of reply.events) hear.event(event);
      after = reply.last;
    }
    return 'closed by us';
  }

  /** Asks once; whatever is no usable answer is no connection. */
  async #poll(connection: string, after: number): Promise<AccountEventsReply & { readonly reason: string }> {
    const { type, encode } = codecs.AccountEventsRequest;
    const request = encode({ account: this.#account, connection, after });
    const gone = { account: this.#account, connection: '', last: 0, events: [] };
    try {
      const { data } = await this.#ask(
        subjects.venueRequest(this.#account, 'events'),
        type,
        request,
        SILENCE_MS,
      );
      return { ...codecs.AccountEventsReply.decode(data), reason: 'the exchange has closed the connection' };
    } catch (error) {
      return { ...gone, reason: (error as Error).message };
    }
  }
}
