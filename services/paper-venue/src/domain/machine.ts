import type { Machine, Say } from '@algo/bus';
import type { CancelOrderRequest, FactOf, SubmitOrderRequest } from '@algo/contracts';
import { openSnapshot, type SubmitOutcome, sealSnapshot, type VenueEvent } from '@algo/model';
import { type PaperSettings, type PaperState, PaperVenue } from '@algo/simulation';

/** What the exchange is asked. `ask` names the question, so that its answer finds back. */
export type Asked =
  | { readonly name: 'OrderAsked'; readonly body: SubmitOrderRequest & { readonly ask: string } }
  | { readonly name: 'CancelAsked'; readonly body: CancelOrderRequest & { readonly ask: string } };

/** What the exchange takes: the public trades, the feeds' time, and what it is asked. */
export type VenueInput = FactOf<'md.trades' | 'md.time'> | Asked;
/** What the exchange says. */
export type VenueWord = 'VenueFilled' | 'VenueCanceled' | 'VenueExpired';

/** The answer to a question: it leaves after the books, and the log behind them, have what it speaks of. */
export interface Answer {
  readonly type: 'Answer';
  readonly ask: string;
  readonly outcome: SubmitOutcome;
}

const SNAPSHOT_VERSION = 2;

/**
 * The paper exchange: fills orders from the public trades. History that only warms indicators up is not
 * its tape.
 */
export class VenueMachine implements Machine<VenueInput, VenueWord, Answer> {
  readonly venue: PaperVenue;
  readonly #owner: string;
  #orders = 0;
  #fills = 0;

  /** *Errors*: InputError on a snapshot of another owner or version. */
  constructor(settings: PaperSettings, snapshot?: Uint8Array) {
    this.#owner = settings.accounts.map(({ account }) => account).join(' ');
    this.venue =
      snapshot === undefined
        ? new PaperVenue(settings)
        : PaperVenue.restore(settings, openSnapshot<PaperState>(this.#owner, SNAPSHOT_VERSION, snapshot));
  }

  take(input: VenueInput, say: Say<VenueWord, Answer>): void {
    switch (input.name) {
      case 'TradeBatch':
        if (!input.body.warm) this.#tell(this.venue.onTrades(input.body.trades), say);
        return;
      case 'TimeAdvanced':
        if (!input.body.warm) this.#tell(this.venue.advanceTo(input.body.sureUs), say);
        return;
      case 'OrderAsked': {
        const { ask, order, sentUs, epoch } = input.body;
        const outcome = this.venue.submit(order, sentUs, epoch);
        if (outcome.type === 'confirmed') this.#orders++;
        say.request({ type: 'Answer', ask, outcome });
        return;
      }
      case 'CancelAsked': {
        const { ask, account, clientOrderId, sentUs, epoch } = input.body;
        const outcome = this.venue.cancel(account, clientOrderId, sentUs, epoch);
        say.request({ type: 'Answer', ask, outcome });
        return;
      }
      default:
        input satisfies never;
    }
  }

  snapshot(): Uint8Array {
    return sealSnapshot(this.#owner, SNAPSHOT_VERSION, this.venue.snapshot());
  }

  counters(): Record<string, number> {
    return { orders: this.#orders, fills: this.#fills };
  }

  #tell(events: readonly VenueEvent[], say: Say<VenueWord, Answer>): void {
    for (const event of events) {
      if (event.type === 'VenueFilled') this.#fills++;
      say(event.type, event);
    }
  }
}
