import type {
  Absence,
  AccountId,
  AccountSetup,
  CashMove,
  ClientOrderId,
  Fill,
  OrderLookup,
  OrderRequest,
  ReplaceOutcome,
  SubmitOutcome,
  TimeUs,
  VenueBalance,
  VenueOrder,
  VenuePosition,
} from '@algo/model';
import { proveAbsence } from '../binance/absence.ts';
import type { Rows } from '../binance/account-link.ts';
import { symbolOf } from '../binance/account-link.ts';
import type { ExchangeVenue, OrderRef, SendTerms, VenueAnswer, VenueCapabilities } from '../port.ts';
import { spotCashSince } from './spot-cash.ts';
import { SpotFills } from './spot-fills.ts';
import type { SpotLink } from './spot-link.ts';
import { SpotReads } from './spot-reads.ts';
import { SpotWrites } from './spot-writes.ts';

/** What spot can do and prove. */
export const SPOT_CAPABILITIES: VenueCapabilities = {
  fillIds: true,
  reduceOnly: false,
  stopTrigger: 'last',
  clientIdLookUp: true,
  // Look-ups come from memory that may lag; the documents give no bound, so this is our choice.
  readsSettleMs: 10_000,
};

/** Orders and reads of an account at Binance's spot market. */
export class SpotExchangeVenue implements ExchangeVenue {
  readonly name = 'binance-spot';
  readonly capabilities = SPOT_CAPABILITIES;
  readonly #link: SpotLink;
  readonly #writes: SpotWrites;
  readonly #reads: SpotReads;
  readonly #fills: SpotFills;
  readonly #openedMs: number;

  constructor(link: SpotLink) {
    this.#link = link;
    this.#writes = new SpotWrites(link);
    this.#reads = new SpotReads(link);
    this.#fills = new SpotFills(link, this.#reads);
    this.#openedMs = link.parts.clock.monotonicMs();
    // Known before the first order needs it; where it fails, the first order measures it.
    void link.time.measure();
  }

  submit(order: OrderRequest, terms: SendTerms, done: (outcome: SubmitOutcome) => void): void {
    this.#link.touched.add(symbolOf(order.instrument));
    this.#writes.submit(order, terms).then(done, broken(order.clientOrderId, terms, done));
  }

  cancel(order: OrderRef, terms: SendTerms, done: (outcome: SubmitOutcome) => void): void {
    this.#writes.cancel(order, terms).then(done, broken(order.clientOrderId, terms, done));
  }

  replace(
    stop: OrderRef,
    order: OrderRequest,
    terms: SendTerms,
    done: (outcome: ReplaceOutcome) => void,
  ): void {
    this.#link.touched.add(symbolOf(order.instrument));
    const { clientOrderId: replaced } = stop;
    this.#writes.replace(stop, order, terms).then(
      done,
      broken(order.clientOrderId, terms, (placed) =>
        done({ placed, replaced: { ...placed, clientOrderId: replaced } }),
      ),
    );
  }

  order(order: OrderRef, done: (lookup: OrderLookup) => void): void {
    this.#reads.order(order).then(
      ({ value }) => done(value),
      ({ message: reason }: Error) => done({ type: 'failed', reason }),
    );
  }

  proveAbsence(order: OrderRef, sentUs: TimeUs, done: (absence: Absence) => void): void {
    const [reads, fills] = [this.#reads, this.#fills];
    const asked = {
      order: (ref: OrderRef) => reads.order(ref),
      openOrders: (symbol: string) => reads.openOrders(symbol),
      fillsOf: (symbol: string, sinceUs: TimeUs) => fills.ofSymbol(symbol, sinceUs),
      heldOf: (ref: OrderRef) => reads.heldOf(ref),
    };
    const sentMs = this.#writes.sentMs.get(order.clientOrderId) ?? this.#openedMs;
    proveAbsence(this.#link, asked, order, sentUs, sentMs).then(done, ({ message: reason }: Error) =>
      done({ type: 'not proven', reason }),
    );
  }

  openOrders(_account: AccountId, done: (answer: VenueAnswer<readonly VenueOrder[]>) => void): void {
    answer(this.#reads.openOrders(), done);
  }

  fillsSince(_account: AccountId, sinceUs: TimeUs, done: (a: VenueAnswer<readonly Fill[]>) => void): void {
    answer(this.#fills.since(sinceUs), done);
  }

  positions(_account: AccountId, done: (answer: VenueAnswer<readonly VenuePosition[]>) => void): void {
    answer(this.#reads.positions(), done);
  }

  balances(_account: AccountId, done: (answer: VenueAnswer<readonly VenueBalance[]>) => void): void {
    answer(this.#reads.balances(), done);
  }

  setup(_account: AccountId, done: (answer: VenueAnswer<AccountSetup>) => void): void {
    answer(this.#reads.setup(), done);
  }

  cashSince(_account: AccountId, sinceUs: TimeUs, done: (a: VenueAnswer<readonly CashMove[]>) => void): void {
    answer(spotCashSince(this.#link, sinceUs), done);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#link[Symbol.asyncDispose]();
  }
}

/** A fault of ours on the way out: whether anything left is not known. */
function broken(
  clientOrderId: ClientOrderId,
  { sentUs: timeUs }: SendTerms,
  done: (outcome: SubmitOutcome) => void,
): (error: Error) => void {
  return ({ message: reason }) => done({ type: 'unknown', clientOrderId, reason, timeUs });
}

function answer<Value>(asked: Promise<Rows<Value>>, done: (answer: VenueAnswer<Value>) => void): void {
  asked.then(
    ({ value, asOfUs }) => done({ type: 'answered', value, asOfUs }),
    (error: Error) => done({ type: 'failed', reason: `binance spot: ${error.message}` }),
  );
}
