import type {
  Absence,
  AccountSetup,
  ClientOrderId,
  OrderLookup,
  OrderRequest,
  ReplaceOutcome,
  SubmitOutcome,
  VenueEvent,
} from '@algo/model';
import { venueOrderId } from '@algo/model';
import type {
  AccountHearer,
  AccountStream,
  ExchangeVenue,
  OrderRef,
  SendTerms,
  VenueAnswer,
  VenueCapabilities,
} from '@algo/venues';

/** An exchange that answers at once, but for the submits that a test holds back. */
export class HandVenue implements ExchangeVenue {
  readonly name = 'hand';
  readonly capabilities: VenueCapabilities = {
    ...{ fillIds: true, reduceOnly: true },
    ...{ stopTrigger: 'none', clientIdLookUp: true, readsSettleMs: 10_000 },
  };
  readonly submitted: ClientOrderId[] = [];
  readonly canceled: ClientOrderId[] = [];
  /** Whether it rejects every order. */
  refuses = false;
  /** Whether a submit is held back. */
  holds: (order: OrderRequest) => boolean = () => false;
  /** What it knows of an order when it is asked. */
  lookup: (order: OrderRef) => OrderLookup = () => ({ type: 'absent' });

  submit(order: OrderRequest, { sentUs: timeUs }: SendTerms, done: (outcome: SubmitOutcome) => void): void {
    const { clientOrderId } = order;
    this.submitted.push(clientOrderId);
    const refusal = { reason: 'no', retryAfterMs: null, evidence: ['the test says so'] } as const;
    if (this.refuses) done({ type: 'refused', clientOrderId, ...refusal, timeUs });
    else if (!this.holds(order))
      done({ type: 'confirmed', clientOrderId, venueOrderId: venueOrderId(`v-${clientOrderId}`), timeUs });
  }

  replace(
    stop: OrderRef,
    order: OrderRequest,
    terms: SendTerms,
    done: (outcome: ReplaceOutcome) => void,
  ): void {
    this.cancel(stop, terms, (replaced) => {
      this.submit(order, terms, (placed) => done({ placed, replaced }));
    });
  }

  cancel({ clientOrderId }: OrderRef, { sentUs }: SendTerms, done: (outcome: SubmitOutcome) => void): void {
    this.canceled.push(clientOrderId);
    const about = { clientOrderId, venueOrderId: venueOrderId(`v-${clientOrderId}`), timeUs: sentUs };
    done({ type: 'confirmed', ...about });
  }

  order(order: OrderRef, done: (lookup: OrderLookup) => void): void {
    done(this.lookup(order));
  }

  proveAbsence(_order: OrderRef, _sentUs: number, done: (absence: Absence) => void): void {
    done({ type: 'proven', evidence: ['the test says so'] });
  }

  openOrders(_account: unknown, done: (answer: VenueAnswer<readonly never[]>) => void): void {
    done({ type: 'answered', value: [], asOfUs: 0 });
  }

  fillsSince(_account: unknown, _us: number, done: (answer: VenueAnswer<readonly never[]>) => void): void {
    done({ type: 'answered', value: [], asOfUs: 0 });
  }

  positions(_account: unknown, done: (answer: VenueAnswer<readonly never[]>) => void): void {
    done({ type: 'answered', value: [], asOfUs: 0 });
  }

  cashSince(_account: unknown, _us: number, done: (answer: VenueAnswer<readonly never[]>) => void): void {
    done({ type: 'answered', value: [], asOfUs: 0 });
  }

  balances(_account: unknown, done: (answer: VenueAnswer<readonly never[]>) => void): void {
    done({ type: 'answered', value: [], asOfUs: 0 });
  }

  setup(_account: unknown, done: (answer: VenueAnswer<AccountSetup>) => void): void {
    done({
      type: 'answered',
      value: { positionMode: 'one_way', shortSpot: true, instruments: [], objections: [] },
      asOfUs: 0,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

/** An account stream that tells what a test wants, and breaks when it wants. */
export class HandStream implements AccountStream {
  #hear: AccountHearer | undefined;

  open(hear: AccountHearer): void {
    this.#hear = hear;
    hear.connected();
  }

  tell(event: VenueEvent): void {
    this.#hear?.event(event);
  }

  breaks(): void {
    this.#hear?.disconnected('broken by a test');
  }

  isBack(): void {
    this.#hear?.connected();
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}
