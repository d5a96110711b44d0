import {
  type AccountId,
  type ClientOrderId,
  type Fill,
  type OrderLookup,
  type OrderRequest,
  type SubmitOutcome,
  type TimeUs,
  type TradeColumns,
  US_PER_MS,
  type VenueBalance,
  type VenueEvent,
  type VenueOrder,
  type VenuePosition,
} from '@algo/model';
import { admit } from './paper-admission.ts';
import { PaperBooks } from './paper-books.ts';
import type { PaperChange } from './paper-changes.ts';
import { PaperFence } from './paper-fence.ts';
import type { Refusal } from './paper-filters.ts';
import { PaperGate } from './paper-gate.ts';
import { orderKey, type PaperMarket } from './paper-market.ts';
import { type Ending, type MatchingRules, matchOf, type PaperOrder, shareOf } from './paper-matching.ts';
import { type PaperSettings, refuseUnusableSettings } from './paper-settings.ts';
import type { PaperState } from './paper-state.ts';
import { observe, type Print } from './paper-tape.ts';
import { SeededRandom } from './seeded-random.ts';

/**
 * The exchange of paper trading, backtest and fault simulation, from public trades alone. An order comes
 * alive a seeded latency after it was sent and fills only on later prints, at most `participation` of each,
 * never better than the print. Accounts are margin accounts at leverage 1: they may be short on any market,
 * spot included; cash moves by realised profit and fees. Free cash ignores unrealised profit, and nothing is
 * liquidated. All times come from the arguments. Give it each trade once, in order, and the orders sent up to
 * a moment before the trades after that moment; then the result doesn't depend on how the trades are cut into
 * calls.
 * *Source*: reference analytics §9.
 */
export class PaperVenue {
  private readonly settings: PaperSettings;
  private readonly matching: MatchingRules;
  private readonly latencies: SeededRandom;
  private readonly draws: SeededRandom;
  private readonly books: PaperBooks;
  private gate: PaperGate;
  private fence = new PaperFence(new Map());
  private clockUs: TimeUs = Number.MIN_SAFE_INTEGER;

  /** *Errors*: InputError on settings out of range. */
  constructor(settings: PaperSettings) {
    refuseUnusableSettings(settings);
    this.settings = settings;
    this.matching = {
      residualUs: Math.round(settings.residualMs * US_PER_MS),
      participationBps: Math.round(settings.participation * 10_000),
    };
    this.latencies = SeededRandom.seeded(settings.seed).stream('latency');
    this.draws = SeededRandom.seeded(settings.seed).stream('vices');
    this.gate = new PaperGate(settings.vices, new Map());
    this.books = new PaperBooks(settings);
  }

  /**
   * Takes or refuses an order at once. *confirmed* carries the time from which it is alive; a refusal's
   * reason begins with a PaperRefusal code. An id once confirmed is refused as `duplicate` for ever; a
   * refused one is not spent. `epoch` is the sender's lease, 0 for none: one older than the account has shown
   * before is refused.
   */
  submit(request: OrderRequest, sentUs: TimeUs, epoch = 0): SubmitOutcome {
    const { clientOrderId } = request;
    const market = this.books.markets.get(request.instrument);
    const timeUs = this.reached(`submit/${orderKey({ request })}`, sentUs, market);
    const shut = this.shut(request.account, 'submit', timeUs, epoch);
    if (shut !== null) return refused(clientOrderId, shut, timeUs);
    const admission = admit(this.books, request, timeUs);
    if (admission.type === 'refused') return refused(clientOrderId, admission.refusal, timeUs);
    this.books.add(admission.order, admission.market);
    return { type: 'confirmed', clientOrderId, venueOrderId: admission.order.venueOrderId, timeUs };
  }

  /**
   * Asks for an order to be withdrawn. *confirmed* says when the request reaches it; prints up to then still
   * fill it, so a fill may win the race: the VenueCanceled event is the proof. Asking again changes nothing.
   * `epoch` as with an order.
   */
  cancel(account: AccountId, clientOrderId: ClientOrderId, sentUs: TimeUs, epoch = 0): SubmitOutcome {
    const order = this.books.find(account, clientOrderId);
    const market = order && this.books.market(order.request.instrument);
    const timeUs = this.reached(`cancel/${account}/${clientOrderId}`, sentUs, market);
    const shut = this.shut(account, 'cancel', timeUs, epoch);
    if (shut !== null) return refused(clientOrderId, shut, timeUs);
    if (order?.status !== 'open') {
      const ended = order !== undefined || this.books.spent(account, clientOrderId);
      const code = ended ? 'order_ended' : 'unknown_order';
      return refused(clientOrderId, { code, detail: order?.status ?? clientOrderId }, timeUs);
    }
    const cancelUs = Math.min(order.cancelUs ?? Number.MAX_SAFE_INTEGER, Math.max(timeUs, order.liveUs));
    order.cancelUs = cancelUs;
    return { type: 'confirmed', clientOrderId, venueOrderId: order.venueOrderId, timeUs: cancelUs };
  }

  /**
   * Returns what these trades did to our orders. *Errors*: InputError on an unlisted instrument or trades out
   * of order.
   */
  onTrades(trades: TradeColumns): VenueEvent[] {
    const market = this.books.market(trades.instrument);
    market.refuseUnusable(trades);
    const events: VenueEvent[] = [];
    for (let row = 0; row < trades.count; row++) {
      const print = market.print(trades, row);
      if (market.orders.length > 0) this.match(market, print, events);
      observe(market.tape, print);
      market.prints++;
      this.closeOutside(market, print, events);
    }
    return events;
  }

  /** Returns what ended by a time up to which all trades have been given. Going back changes nothing. */
  advanceTo(timeUs: TimeUs): VenueEvent[] {
    this.clockUs = Math.max(this.clockUs, timeUs);
    if (this.books.open.size === 0) return [];
    const due = [...this.books.markets.values()].flatMap((market) => {
      market.arrive(timeUs, true, this.matching);
      return market.due(timeUs, true).map(({ order, ending }) => ({ order, ending, market }));
    });
    due.sort((a, b) => a.ending.timeUs - b.ending.timeUs);
    return due.map(({ order, ending, market }) => this.books.end(market, order, ending));
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

  /**
   * Returns the fills at or after a time, oldest first. *Errors*: InputError when older ones were dropped
   * (FILLS_MAX).
   */
  fillsSince(account: AccountId, sinceUs: TimeUs): Fill[] {
    this.books.ledger.refuseUnknown(account);
    return this.books.history.since(account, sinceUs);
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
    return this.books.balances(account);
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

  /** Says why the exchange takes no write of this account at all, or null. */
  private shut(
    account: AccountId,
    write: 'submit' | 'cancel',
    timeUs: TimeUs,
    epoch: number,
  ): Refusal | null {
    return this.fence.refusal(account, epoch) ?? this.gate.refusal(account, write, timeUs);
  }

  private match(market: PaperMarket, print: Print, events: VenueEvent[]): void {
    market.arrive(print.timeUs, false, this.matching);
    for (const { order, ending } of market.due(print.timeUs, false))
      events.push(this.books.end(market, order, ending));
    let budget = shareOf(print.lots, this.matching.participationBps);
    for (const order of market.orders) {
      // A late print may come after advanceTo has let an order arrive.
      if (order.arrival === null || print.timeUs <= order.liveUs) continue;
      const wanted = this.books.wantedLots(market, order);
      const found = wanted > 0 ? matchOf(order, order.arrival, print, wanted, budget, this.matching) : null;
      if (found !== null) {
        budget -= found.lots;
        for (const lots of this.pieces(order, found.lots))
          events.push(this.books.fill(market, order, { ...found, lots }, print.timeUs));
      }
      const ending = this.endingNow(market, order, print.timeUs);
      if (ending !== null) events.push(this.books.end(market, order, ending));
    }
  }

  /** What others do to a position: somebody closes it by hand, or the exchange liquidates it. */
  private closeOutside(market: PaperMarket, print: Print, events: VenueEvent[]): void {
    const { closedByHand, liquidationLoss } = this.settings.vices;
    if (closedByHand === 0 && liquidationLoss === 0) return;
    const { id, market: kind, symbol } = market.rules.instrument;
    for (const account of this.books.ledger.accounts) {
      const held = this.books.ledger.quantity(account, id);
      if (held.isZero()) continue;
      const draw = this.draws.stream(`hand/${account}/${symbol}/${market.prints}`);
      const cost = this.books.ledger.margin(account, id);
      const worth = held.abs().times(market.price(print.ticks));
      const lost = held.isPositive() ? cost.minus(worth) : worth.minus(cost);
      const isGone = lost.toNumber() >= liquidationLoss * cost.toNumber();
      const liquidates = kind === 'perp' && liquidationLoss > 0 && isGone;
      if (!liquidates && !draw.chance(closedByHand)) continue;
      const event = this.books.closeOutside(market, account, liquidates ? 'liquidation' : 'hand', print);
      if (event !== null) events.push(event);
    }
  }

  /** Returns in how many lots each a fill is told: as one, unless fills come in pieces. */
  private pieces(order: PaperOrder, lots: number): readonly number[] {
    const { fillPieces } = this.settings.vices;
    if (fillPieces < 2) return [lots];
    const draw = this.draws.stream(`pieces/${orderKey(order)}/${order.fills}`);
    const count = Math.min(lots, 1 + draw.below(fillPieces));
    const each = Math.floor(lots / count);
    return Array.from({ length: count }, (_, n) => (n === 0 ? lots - each * (count - 1) : each));
  }

  private endingNow(market: PaperMarket, order: PaperOrder, timeUs: TimeUs): Ending | null {
    if (order.status !== 'open') return null;
    if (this.books.wantedLots(market, order) === 0)
      return { timeUs, status: 'canceled', reason: 'reduce-only: nothing left to reduce' };
    if (order.request.timeInForce === 'fok')
      return { timeUs, status: 'expired', reason: 'fok: first print does not fill it whole' };
    return null;
  }
}

function refused(clientOrderId: ClientOrderId, refusal: Refusal, timeUs: TimeUs): SubmitOutcome {
  const { code, detail, retryAfterMs = null } = refusal;
  return { type: 'refused', clientOrderId, reason: `${code}: ${detail}`, retryAfterMs, timeUs };
}
