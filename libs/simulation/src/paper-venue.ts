import {
  type AccountId,
  type AccountSetup,
  type CashMove,
  type ClientOrderId,
  type Fill,
  type Instrument,
  type InstrumentId,
  NEVER_QUIET,
  type OrderLookup,
  type OrderRequest,
  type Quiet,
  type ReplaceOutcome,
  type SubmitOutcome,
  type TimeUs,
  type TradeColumns,
  US_PER_MS,
  type VenueBalance,
  type VenueEvent,
  type VenueOrder,
  type VenuePosition,
} from '@algo/model';
import { admissionRefusal, filtered, overRefusal } from './paper-admission.ts';
import { PaperBooks } from './paper-books.ts';
import { PaperCash } from './paper-cash.ts';
import type { PaperChange } from './paper-changes.ts';
import { PaperFence } from './paper-fence.ts';
import type { Refusal } from './paper-filters.ts';
import { PaperFloor, REPLACED } from './paper-floor.ts';
import { PaperGate } from './paper-gate.ts';
import { orderKey, type PaperMarket } from './paper-market.ts';
import { confirmed } from './paper-matching.ts';
import { PaperRefusals, refused } from './paper-refusals.ts';
import { preventSelfTrade } from './paper-self-trade.ts';
import { type PaperSettings, refuseUnusableSettings } from './paper-settings.ts';
import type { PaperState } from './paper-state.ts';
import { SeededRandom } from './seeded-random.ts';

/**
 * The exchange of paper trading, backtest and fault simulation, from public trades alone. An order comes
 * alive a seeded latency after it was sent and fills only on later prints, at most `participation` of each,
 * never better than the print. A stop is let go by the first print at or beyond its price after it is alive,
 * and is a market order from there on, that only reduces. Accounts are margin accounts at leverage 1: they
 * may be short on any market, spot included; cash moves by realised profit and fees. Free cash ignores
 * unrealised profit, and nothing is liquidated. All times come from the arguments. Give it each trade once,
 * in order, and the orders sent up to a moment before the trades after that moment; then the result doesn't
 * depend on how the trades are cut into calls.
 * *Source*: reference analytics §9.
 */
export class PaperVenue {
  private readonly settings: PaperSettings;
  private readonly latencies: SeededRandom;
  private readonly books: PaperBooks;
  private readonly floor: PaperFloor;
  private readonly cash: PaperCash;
  private gate: PaperGate;
  private fence = new PaperFence(new Map());
  private refusals: PaperRefusals;
  private clockUs: TimeUs = Number.MIN_SAFE_INTEGER;

  /** *Errors*: InputError on settings out of range. */
  constructor(settings: PaperSettings) {
    refuseUnusableSettings(settings);
    this.settings = settings;
    this.latencies = SeededRandom.seeded(settings.seed).stream('latency');
    this.gate = new PaperGate(settings.vices, new Map());
    this.refusals = new PaperRefusals(settings.vices);
    this.books = new PaperBooks(settings);
    this.floor = new PaperFloor(settings, this.books);
    this.cash = new PaperCash(settings, this.books);
  }

  /**
   * Takes or refuses an order at once. *confirmed* carries the time from which it is alive; a refusal's
   * reason begins with a PaperRefusal code. An id once confirmed is refused as `duplicate`, one once refused
   * for good in the same words (PaperRefusals). `epoch` is the sender's lease, 0 for none: one older than the
   * account has shown before is refused.
   */
  submit(request: OrderRequest, sentUs: TimeUs, epoch = 0): SubmitOutcome {
    const { account, clientOrderId } = request;
    const market = this.books.markets.get(request.instrument);
    const timeUs = this.reached(`submit/${orderKey({ request })}`, sentUs, market);
    const refuse = (refusal: Refusal) => this.refusals.refuse(account, clientOrderId, refusal, timeUs);
    const shut = this.shut(account, clientOrderId, timeUs, epoch);
    if (shut !== null) return refuse(shut);
    const passed = filtered(this.books, request, timeUs, false);
    if (passed.type === 'refused') return refuse(passed.refusal);
    const refusal = admissionRefusal(this.books, passed.order, passed.market, null);
    if (refusal !== null) return refuse(refusal);
    this.books.add(passed.order, passed.market);
    const { selfTrade } = this.settings.vices;
    if (selfTrade > 0) preventSelfTrade(selfTrade === 1 ? 'taker' : 'maker', passed.order, passed.market);
    return confirmed(passed.order, timeUs);
  }

  /** Takes orders of an instrument by other rules from here on. */
  readonly relist = (instrument: Instrument): void => this.books.relist(instrument);

  /**
   * Asks for an order to be withdrawn. *confirmed* says when the request reaches it; prints up to then still
   * fill it, so a fill may win the race: the VenueCanceled event is the proof. Asking again changes nothing.
   * `epoch` as with an order.
   */
  cancel(account: AccountId, clientOrderId: ClientOrderId, sentUs: TimeUs, epoch = 0): SubmitOutcome {
    const order = this.books.find(account, clientOrderId);
    const market = order && this.books.market(order.request.instrument);
    const timeUs = this.reached(`cancel/${account}/${clientOrderId}`, sentUs, market);
    const shut = this.shut(account, null, timeUs, epoch);
    if (shut !== null) return refused(clientOrderId, shut, [], timeUs);
    if (order?.status !== 'open')
      return refused(clientOrderId, overRefusal(this.books, account, clientOrderId), [], timeUs);
    const reachedUs = Math.max(timeUs, order.liveUs);
    // What is being replaced goes when its replacement comes, not before.
    if (order.cancel === null || (order.cancel.replacement === null && reachedUs < order.cancel.timeUs))
      order.cancel = { timeUs: reachedUs, reason: 'requested', replacement: null };
    return confirmed(order, order.cancel.timeUs);
  }

  /**
   * Puts an order in the place of a stop. What the filters refuse, and what comes when the stop is over or
   * about to be, changes nothing: both are refused alike. Otherwise the stop goes when the request reaches
   * it, and at that moment the order comes: no print lies between. A venue that refuses the order has taken
   * out the stop all the same. Where the stop ends before that moment, or what it left doesn't bear the
   * order, a VenueCanceled of the order says so. Whatever replaces a stop only reduces. `epoch` as with an
   * order.
   */
  replace(stop: ClientOrderId, request: OrderRequest, sentUs: TimeUs, epoch = 0): ReplaceOutcome {
    const { account, clientOrderId, instrument } = request;
    const old = this.books.find(account, stop);
    const reachedUs = this.reached(
      `replace/${orderKey({ request })}`,
      sentUs,
      this.books.markets.get(instrument),
    );
    const timeUs = Math.max(reachedUs, old?.liveUs ?? sentUs);
    const refuse = (refusal: Refusal) => this.refusals.refuse(account, clientOrderId, refusal, timeUs);
    const both = (refusal: Refusal): ReplaceOutcome => ({
      placed: refuse(refusal),
      replaced: refused(stop, refusal, [], timeUs),
    });
    const shut = this.shut(account, clientOrderId, timeUs, epoch);
    if (shut !== null) return both(shut);
    const passed = filtered(this.books, request, timeUs, true);
    if (passed.type === 'refused') return both(passed.refusal);
    if (old?.status !== 'open') return both(overRefusal(this.books, account, stop));
    if (old.request.type !== 'stop' || old.request.instrument !== instrument)
      return both({ code: 'bad_shape', detail: `replaces=${old.request.type} ${old.request.instrument}` });
    if (old.cancel !== null) return both({ code: 'order_ended', detail: 'a cancel is under way' });
    const refusal = admissionRefusal(this.books, passed.order, passed.market, old);
    if (refusal === null) this.books.add(passed.order, passed.market);
    old.cancel = { timeUs, reason: REPLACED, replacement: refusal === null ? clientOrderId : null };
    return {
      placed: refusal === null ? confirmed(passed.order, timeUs) : refuse(refusal),
      replaced: confirmed(old, timeUs),
    };
  }

  /**
   * Returns what these trades did to our orders. *Errors*: InputError on an unlisted instrument or trades out
   * of order.
   */
  onTrades(trades: TradeColumns): VenueEvent[] {
    const market = this.books.market(trades.instrument);
    market.refuseUnusable(trades);
    const events: VenueEvent[] = [];
    this.floor.take(market, trades, events);
    return events;
  }

  /** Says which trades of an instrument do nothing to our orders, nor does the time before them. */
  quiet(instrument: InstrumentId): Quiet {
    return this.books.markets.get(instrument)?.quiet ?? NEVER_QUIET;
  }

  /**
   * Returns what ended, and what cash moved, by a time up to which all trades have been given. Going back
   * changes nothing.
   */
  advanceTo(timeUs: TimeUs): VenueEvent[] {
    const [beforeUs, events]: [TimeUs, VenueEvent[]] = [this.clockUs, []];
    this.clockUs = Math.max(beforeUs, timeUs);
    if (this.books.open.size > 0) this.floor.endDue([...this.books.markets.values()], timeUs, true, events);
    this.cash.advance(beforeUs, this.clockUs, events);
    this.books.forget(this.clockUs);
    this.books.setup.advance(beforeUs, this.clockUs);
    return events;
  }

  /** Returns what the venue knows of an order; *failed* for one so old that only its id is kept. */
  order(account: AccountId, clientOrderId: ClientOrderId): OrderLookup {
    if (!this.books.ledger.has(account)) return { type: 'failed', reason: `unknown_account: ${account}` };
    const order = this.books.find(account, clientOrderId);
    if (order !== undefined) return { type: 'found', order: this.books.shown(order) };
    if (this.books.spent(account, clientOrderId))
      return { type: 'failed', reason: 'ended too long ago to be kept' };
    return { type: 'absent' };
  }

  /**
   * Returns the orders that work, in the order they come alive. *Errors*: InputError on an unknown account.
   */
  openOrders(account: AccountId): VenueOrder[] {
    this.books.ledger.refuseUnknown(account);
    return this.books.openOrders(account).map((order) => this.books.shown(order));
  }

  /** Returns the fills at or after a time, oldest first. *Errors*: InputError when older are dropped. */
  fillsSince(account: AccountId, sinceUs: TimeUs): Fill[] {
    this.books.ledger.refuseUnknown(account);
    return this.books.history.since(account, sinceUs);
  }

  /** Returns the cash that moved by no trade since a time. *Errors*: InputError when some is forgotten. */
  cashSince(account: AccountId, sinceUs: TimeUs): CashMove[] {
    this.books.ledger.refuseUnknown(account);
    return this.books.history.movesSince(account, sinceUs);
  }

  /** Returns the positions that aren't flat. *Errors*: InputError on an unknown account. */
  positions(account: AccountId): VenuePosition[] {
    return this.books.positions(account);
  }

  /**
   * Returns cash by asset; `free` is what a new order may tie up, never below 0. *Errors*: InputError on an
   * unknown account.
   */
  balances(account: AccountId): VenueBalance[] {
    return this.books.funds.balances(account);
  }

  /** Returns how an account is set up. *Errors*: InputError on an unknown account. */
  setup(account: AccountId): AccountSetup {
    this.books.ledger.refuseUnknown(account);
    return this.books.setup.of(account);
  }

  /** Another one whenever orders, fills, cash or positions are not shown as before. */
  get version(): number {
    return this.books.version;
  }

  /** The exchange's clock. */
  get timeUs(): TimeUs {
    return this.clockUs;
  }

  /** What happened last, oldest first: as many as reads are behind. */
  get changes(): readonly PaperChange[] {
    return this.books.changes;
  }

  /** Returns everything the venue knows; what it does later changes nothing in it. */
  snapshot(): PaperState {
    return {
      clockUs: this.clockUs,
      epochs: this.fence.snapshot(),
      gate: this.gate.snapshot(),
      refused: this.refusals.snapshot(),
      ...this.books.snapshot(),
    };
  }

  /**
   * Returns the venue as it was at the snapshot. *Errors*: InputError on an unknown account or instrument.
   */
  static restore(settings: PaperSettings, state: PaperState): PaperVenue {
    const venue = new PaperVenue(settings);
    venue.clockUs = state.clockUs;
    venue.fence = new PaperFence(state.epochs);
    venue.gate = new PaperGate(settings.vices, state.gate);
    venue.refusals = new PaperRefusals(settings.vices, state.refused);
    venue.books.restore(state);
    return venue;
  }

  /**
   * When a request reaches the books: a latency that its name alone decides, never before what they have
   * seen.
   */
  private reached(name: string, sentUs: TimeUs, market: PaperMarket | undefined): TimeUs {
    const { medianMs, sigma } = this.settings.latency;
    const latencyUs = Math.round(this.latencies.stream(name).lognormal(medianMs, sigma) * US_PER_MS);
    return Math.max(sentUs + latencyUs, this.clockUs, market?.tape.last?.timeUs ?? sentUs);
  }

  /**
   * Says why the exchange takes no write of this account at all, or null; `id` the order that it would take,
   * null for a cancel. A copy of what it has taken or refused is known as one, however much was asked.
   */
  private shut(account: AccountId, id: ClientOrderId | null, timeUs: TimeUs, epoch: number): Refusal | null {
    const fenced = this.fence.refusal(account, epoch);
    if (fenced !== null || (id !== null && this.books.spent(account, id))) return fenced;
    const before = id === null ? undefined : this.refusals.of(account, id);
    if (before !== undefined) return before;
    return this.gate.refusal(account, id === null ? 'cancel' : 'submit', timeUs);
  }
}
