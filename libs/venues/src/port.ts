import type {
  Absence,
  AccountId,
  AccountSetup,
  CashMove,
  ClientOrderId,
  FeedTraits,
  Fill,
  Instrument,
  InstrumentId,
  OrderLookup,
  OrderRequest,
  ReplaceOutcome,
  SubmitOutcome,
  TimeUs,
  TradeColumns,
  VenueBalance,
  VenueBar,
  VenueEvent,
  VenueOrder,
  VenueOrderId,
  VenuePosition,
  WarmBar,
} from '@algo/model';

/** What a venue can do and prove, declared by its folder, never guessed by the caller. */
export interface VenueCapabilities {
  /** Fills carry a trade id of the venue that never repeats. */
  readonly fillIds: boolean;
  /** An order may say that it only reduces. */
  readonly reduceOnly: boolean;
  /** Which price lets go the stop orders that the venue holds itself; `none`: it holds none. */
  readonly stopTrigger: 'none' | 'last' | 'mark';
  /** An order can be looked up by the id that we gave it. */
  readonly clientIdLookUp: boolean;
  /**
   * What a read shows may be this old: only what two reads so far apart, by its own clock, agree on is so.
   */
  readonly readsSettleMs: number;
}

/** The clock of whoever opens a venue: for pauses, and for the moment after which nothing may leave. */
export interface VenueClock {
  monotonicMs(): number;
  sleep(ms: number): Promise<void>;
}

/** Which order is meant: most venues want the instrument beside the id. */
export interface OrderRef {
  readonly account: AccountId;
  readonly instrument: InstrumentId;
  readonly clientOrderId: ClientOrderId;
  /** The venue's own name of it, where that was told: an order may be found by it alone. */
  readonly venueOrderId?: VenueOrderId | null;
}

/**
 * With what a write goes out. *Units*: `sentUs` event time; `sendByMs` monotonic: at that moment and after it
 * the write must not leave, and is refused. `epoch` is the sender's lease: a venue that can refuses an older
 * one than it has seen; 0 is none.
 */
export interface SendTerms {
  readonly sentUs: TimeUs;
  readonly sendByMs: number;
  readonly epoch: number;
  /** Told when its bytes are handed to the connection, of a venue that can see it; for measuring alone. */
  readonly left?: () => void;
}

/**
 * The answer to a read. *Shape*: `value` has all rows of what was asked for, as the venue's books were at
 * `asOfUs` by its clock, null where it does not say: such a read proves nothing by itself. A short page, a
 * missing cursor, books that are older than those of the read before: all that is `failed`, and nothing may
 * be concluded from it.
 */
export type VenueAnswer<Value> =
  | { readonly type: 'answered'; readonly value: Value; readonly asOfUs: TimeUs | null }
  | { readonly type: 'failed'; readonly reason: string };

/**
 * Whether a read may wait: an urgent one is what exits wait for, and gets of the venue's allowance what is
 * kept back from routine ones.
 */
export type Urgency = 'routine' | 'urgent';

/**
 * Orders and reads of one account at one exchange. Nothing here throws: whatever happens is an answer,
 * told once by `done`, in this turn or a later one.
 */
export interface ExchangeVenue extends AsyncDisposable {
  readonly name: string;
  readonly capabilities: VenueCapabilities;
  submit(request: OrderRequest, terms: SendTerms, done: (outcome: SubmitOutcome) => void): void;
  cancel(order: OrderRef, terms: SendTerms, done: (outcome: SubmitOutcome) => void): void;
  /**
   * Puts an order in the place of a resting stop of ours, in the venue's way, without a moment in which the
   * position has neither: an exit, or a stop that stands elsewhere. Where the stop locks nothing and the new
   * order is an exit, the stop may be left to stand: then `replaced` is refused. A stop that was over before
   * is never taken for one that was canceled: then nothing is placed.
   */
  replace(
    stop: OrderRef,
    order: OrderRequest,
    terms: SendTerms,
    done: (outcome: ReplaceOutcome) => void,
  ): void;
  /** Reads once what the venue knows of an order. */
  order(order: OrderRef, done: (lookup: OrderLookup) => void): void;
  /**
   * Goes through all that proves at this venue that an order, sent at an event time, never arrived and never
   * will. That takes a while; whoever is not sure says so.
   */
  proveAbsence(order: OrderRef, sentUs: TimeUs, done: (absence: Absence) => void): void;
  openOrders(
    account: AccountId,
    done: (answer: VenueAnswer<readonly VenueOrder[]>) => void,
    urgency?: Urgency,
  ): void;
  /**
   * Fills of these instruments are known that were not when they were read last, so that what was read of
   * them is no answer any more; undefined where nothing that was read is kept.
   */
  filledIn?(instruments: Iterable<InstrumentId>): void;
  /** All fills of the account since an event time, oldest first, complete or failed. */
  fillsSince(account: AccountId, sinceUs: TimeUs, done: (answer: VenueAnswer<readonly Fill[]>) => void): void;
  /**
   * What the account holds of instruments. A row of zero says that nothing is held, wherever the venue says
   * so; no row says nothing, since a list may come short.
   */
  positions(
    account: AccountId,
    done: (answer: VenueAnswer<readonly VenuePosition[]>) => void,
    urgency?: Urgency,
  ): void;
  balances(
    account: AccountId,
    done: (answer: VenueAnswer<readonly VenueBalance[]>) => void,
    urgency?: Urgency,
  ): void;
  /** How the account is set up: each of its contracts, or failed. */
  setup(account: AccountId, done: (answer: VenueAnswer<AccountSetup>) => void, urgency?: Urgency): void;
  /**
   * All that no trade moved since an event time, oldest first: deposits, withdrawals, funding, interest. An
   * exchange has several such reads (histories of income, deposits, withdrawals); all must have answered.
   */
  cashSince(
    account: AccountId,
    sinceUs: TimeUs,
    done: (answer: VenueAnswer<readonly CashMove[]>) => void,
  ): void;
}

/** Who listens to an account. All that is told comes in the order of the connection. */
export interface AccountHearer {
  event(event: VenueEvent): void;
  /** From here on everything that happens is told, until `disconnected`. */
  connected(): void;
  /** What happens from here on, or was on its way, may never be told. */
  disconnected(reason: string): void;
}

/**
 * What happens in one account, as the venue tells it. Events may come twice, and late; that
 * one was lost unseen must not be ruled out. A connection that is silent for two of the venue's heartbeats
 * is `disconnected`; another is made by the stream itself, and never makes good what was missed.
 */
export interface AccountStream extends AsyncDisposable {
  /** Begins to listen, once. */
  open(hear: AccountHearer): void;
}

/** Where a feed hands over what it hears. Times are the venue's; nothing is judged yet. */
export interface MarketDataSink {
  trades(trades: TradeColumns): void;
  /** The venue has closed its own bar of a minute, of the trades that it says it told. */
  bar(instrument: InstrumentId, bar: VenueBar): void;
  connected(instruments: readonly InstrumentId[]): void;
  disconnected(instruments: readonly InstrumentId[], reason: string): void;
  /** The venue said what time it is there, just now. */
  time(venueUs: TimeUs): void;
  /** A frame that named no instrument could not be read. *Shape*: `frame` may be long. */
  malformed(frame: string): void;
}

/**
 * A read of public data that failed. *Shape*: `retryAfterMs` where the venue is not to be asked before.
 */
export class ReadFailure extends Error {
  readonly retryAfterMs: number | undefined;

  constructor(what: string, retryAfterMs?: number) {
    super(what);
    this.retryAfterMs = retryAfterMs;
  }
}

/** Bars as a venue makes them of its own trades. */
export interface VenueBars {
  /** Whose they are, in words. */
  readonly name: string;
  /** The lengths that it has. *Units*: µs. */
  readonly lengthsUs: readonly number[];
  /**
   * Returns bars of one of these lengths that open from a time on and before another, oldest first, at most
   * what one request gives; what can't be read of one is NaN. *Errors*: rejects with a ReadFailure.
   */
  read(
    instrument: Instrument,
    lengthUs: number,
    fromUs: TimeUs,
    untilUs: TimeUs,
  ): Promise<readonly WarmBar[]>;
}

/**
 * What a venue lists on one market, by its symbols, with the rules by which it takes orders. *Units*:
 * `timeUs` the venue's; NaN where it says none.
 */
export interface VenueListing {
  readonly instruments: ReadonlyMap<string, Instrument>;
  readonly timeUs: TimeUs;
}

/** Executed trades of some instruments as they happen. */
export interface MarketDataFeed extends AsyncDisposable {
  readonly name: string;
  /** What it can prove; one that declares nothing is believed nothing. */
  readonly traits?: FeedTraits;
  /**
   * Returns all that the venue lists; undefined where it has no such read. *Errors*: rejects with a
   * ReadFailure.
   */
  listing?(): Promise<VenueListing>;
  /**
   * `areListed`: the venue has listed all of them before, so that they are heard also while it does not say
   * what it lists.
   */
  open(instruments: readonly Instrument[], sink: MarketDataSink, areListed?: boolean): void;
  /**
   * Returns trades from an id on, oldest first, without leaving any out, at most what one request of the
   * venue gives; undefined where the venue has no such read. *Errors*: rejects with a ReadFailure.
   */
  tradesFrom?(instrument: Instrument, id: number): Promise<TradeColumns>;
  /** Returns the id of the newest trade in the same history. *Errors*: rejects with a ReadFailure. */
  newestId?(instrument: Instrument): Promise<number>;
  /**
   * How many missed trades can be fetched in a minute by what the venue allows; undefined where it sets no
   * bound.
   */
  readonly tradesPerMinute?: number;
  /**
   * Returns the newest trades, oldest first, as many as one request gives, where ids are names and nothing
   * can be asked for by them. *Errors*: rejects with a ReadFailure.
   */
  recentTrades?(instrument: Instrument): Promise<TradeColumns>;
  /** Bars from before, to warm up with; undefined where the venue has none. */
  readonly bars?: VenueBars;
}
