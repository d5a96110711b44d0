import type {
  Absence,
  AccountId,
  AccountSetup,
  CashMove,
  Fill,
  InstrumentId,
  OrderLookup,
  OrderRequest,
  RecentMap,
  ReplaceOutcome,
  SubmitOutcome,
  TimeUs,
  VenueBalance,
  VenueOrder,
  VenuePosition,
} from '@algo/model';
import type { ExchangeVenue, OrderRef, SendTerms, Urgency, VenueAnswer, VenueCapabilities } from '../port.ts';
import { type AbsenceReads, proveAbsence } from './absence.ts';
import { type AccountLink, type Rows, symbolOf } from './account-link.ts';
import type { KeyRights } from './key-rights.ts';
import type { Purpose } from './request-budget.ts';

/** What goes out to a market. `sentMs`: when each order left, monotonic. */
export interface AccountWrites {
  readonly sentMs: RecentMap<number>;
  submit(order: OrderRequest, terms: SendTerms): Promise<SubmitOutcome>;
  cancel(order: OrderRef, terms: SendTerms): Promise<SubmitOutcome>;
  replace(stop: OrderRef, order: OrderRequest, terms: SendTerms): Promise<ReplaceOutcome>;
}

/** What a market tells when it is asked. *Errors*: each rejects where not all of it can be read. */
export interface AccountReads extends AbsenceReads {
  openOrders(symbol?: string, purpose?: Purpose): Promise<Rows<readonly VenueOrder[]>>;
  fillsSince(sinceUs: TimeUs): Promise<Rows<readonly Fill[]>>;
  positions(purpose?: Purpose): Promise<Rows<readonly VenuePosition[]>>;
  balances(purpose?: Purpose): Promise<Rows<readonly VenueBalance[]>>;
  setup(purpose?: Purpose): Promise<Rows<AccountSetup>>;
  cashSince(sinceUs: TimeUs): Promise<Rows<readonly CashMove[]>>;
}

export interface BinanceVenueParts {
  readonly name: string;
  readonly capabilities: VenueCapabilities;
  readonly link: AccountLink;
  readonly writes: AccountWrites;
  readonly reads: AccountReads;
  readonly rights: KeyRights;
}

/** Orders and reads of an account at one of Binance's markets. */
export class BinanceExchangeVenue implements ExchangeVenue {
  readonly name: string;
  readonly capabilities: VenueCapabilities;
  readonly #link: AccountLink;
  readonly #writes: AccountWrites;
  readonly #reads: AccountReads;
  readonly #rights: KeyRights;
  readonly #openedMs: number;

  constructor({ name, capabilities, link, writes, reads, rights }: BinanceVenueParts) {
    this.name = name;
    this.capabilities = capabilities;
    this.#link = link;
    this.#writes = writes;
    this.#reads = reads;
    this.#rights = rights;
    this.#openedMs = link.parts.clock.monotonicMs();
    // Known before the first order needs it; where it fails, the first order measures it.
    void link.time.measure();
  }

  submit(order: OrderRequest, terms: SendTerms, done: (outcome: SubmitOutcome) => void): void {
    const told = (outcome: SubmitOutcome) => {
      this.#answered(order, outcome);
      done(outcome);
    };
    this.#writes.submit(order, terms).then(told, broken(order, terms, done));
  }

  cancel(order: OrderRef, terms: SendTerms, done: (outcome: SubmitOutcome) => void): void {
    this.#writes.cancel(order, terms).then(done, broken(order, terms, done));
  }

  replace(
    stop: OrderRef,
    order: OrderRequest,
    terms: SendTerms,
    done: (outcome: ReplaceOutcome) => void,
  ): void {
    const { clientOrderId: replaced } = stop;
    const both = (placed: SubmitOutcome) =>
      done({ placed, replaced: { ...placed, clientOrderId: replaced } });
    const told = (outcome: ReplaceOutcome) => {
      this.#answered(order, outcome.placed);
      done(outcome);
    };
    this.#writes.replace(stop, order, terms).then(told, broken(order, terms, both));
  }

  order(order: OrderRef, done: (lookup: OrderLookup) => void): void {
    // Who asks about it does not know what it has filled: an earlier life may have sent it.
    this.#link.touched.add(symbolOf(order.instrument));
    this.#reads.order(order).then(
      ({ value }) => {
        if (value.type === 'found') this.#taken(value.order.request);
        done(value);
      },
      ({ message: reason }: Error) => done({ type: 'failed', reason }),
    );
  }

  proveAbsence(order: OrderRef, sentUs: TimeUs, done: (absence: Absence) => void): void {
    const sentMs = this.#writes.sentMs.get(order.clientOrderId) ?? this.#openedMs;
    proveAbsence(this.#link, this.#reads, order, sentUs, sentMs).then(done, ({ message: reason }: Error) =>
      done({ type: 'not proven', reason }),
    );
  }

  openOrders(
    _account: AccountId,
    done: (answer: VenueAnswer<readonly VenueOrder[]>) => void,
    urgency?: Urgency,
  ): void {
    this.#answer(this.#reads.openOrders(undefined, purposeOf(urgency)), done);
  }

  filledIn(instruments: Iterable<InstrumentId>): void {
    for (const instrument of instruments) this.#link.touched.add(symbolOf(instrument));
  }

  fillsSince(_account: AccountId, sinceUs: TimeUs, done: (a: VenueAnswer<readonly Fill[]>) => void): void {
    this.#answer(this.#reads.fillsSince(sinceUs), done);
  }

  positions(
    _account: AccountId,
    done: (answer: VenueAnswer<readonly VenuePosition[]>) => void,
    urgency?: Urgency,
  ): void {
    this.#answer(this.#reads.positions(purposeOf(urgency)), done);
  }

  balances(
    _account: AccountId,
    done: (answer: VenueAnswer<readonly VenueBalance[]>) => void,
    urgency?: Urgency,
  ): void {
    this.#answer(this.#reads.balances(purposeOf(urgency)), done);
  }

  setup(_account: AccountId, done: (answer: VenueAnswer<AccountSetup>) => void, urgency?: Urgency): void {
    this.#answer(this.#setup(purposeOf(urgency)), done);
  }

  cashSince(_account: AccountId, sinceUs: TimeUs, done: (a: VenueAnswer<readonly CashMove[]>) => void): void {
    this.#answer(this.#reads.cashSince(sinceUs), done);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#rights[Symbol.asyncDispose]();
    await this.#link[Symbol.asyncDispose]();
  }

  async #setup(purpose: Purpose): Promise<Rows<AccountSetup>> {
    const [{ value, asOfUs }, ofKey] = await Promise.all([
      this.#reads.setup(purpose),
      this.#rights.objections(),
    ]);
    return { value: { ...value, objections: [...value.objections, ...ofKey] }, asOfUs };
  }

  #answered(order: OrderRequest, outcome: SubmitOutcome): void {
    if (outcome.type === 'confirmed') this.#taken(order);
  }

  /**
   * The venue says that it took an order of this life: its stream must tell of it. Stops of USD-M are told
   * in words of their own that nobody here has seen from the exchange, so that none is waited for.
   */
  #taken({ clientOrderId, type }: Pick<OrderRequest, 'clientOrderId' | 'type'>): void {
    const leftMs = type === 'stop' ? undefined : this.#writes.sentMs.get(clientOrderId);
    if (leftMs !== undefined) this.#link.told.taken(clientOrderId, leftMs);
  }

  #answer<Value>(asked: Promise<Rows<Value>>, done: (answer: VenueAnswer<Value>) => void): void {
    asked.then(
      ({ value, asOfUs }) => done({ type: 'answered', value, asOfUs }),
      (error: Error) => done({ type: 'failed', reason: `${this.name}: ${error.message}` }),
    );
  }
}

function purposeOf(urgency: Urgency | undefined): Purpose {
  return urgency === 'urgent' ? 'look_up' : 'audit';
}

/** A fault of ours on the way out: whether anything left is not known. */
function broken(
  { clientOrderId }: Pick<OrderRequest, 'clientOrderId'>,
  { sentUs: timeUs }: SendTerms,
  done: (outcome: SubmitOutcome) => void,
): (error: Error) => void {
  return ({ message: reason }) => done({ type: 'unknown', clientOrderId, reason, timeUs });
}
