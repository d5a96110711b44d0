import { Decimal, type TimeUs, type TradeColumns, US_PER_MS, type VenueEvent } from '@algo/model';
import { fundsRefusal } from './paper-admission.ts';
import type { PaperBooks } from './paper-books.ts';
import type { Refusal } from './paper-filters.ts';
import { type Due, orderKey, type PaperMarket } from './paper-market.ts';
import {
  type Ending,
  isReached,
  type MatchingRules,
  matchOf,
  type PaperOrder,
  shareOf,
} from './paper-matching.ts';
import type { PaperSettings } from './paper-settings.ts';
import { observe, type Print } from './paper-tape.ts';
import { SeededRandom } from './seeded-random.ts';

/** Why a stop is over that was taken out for another order. */
export const REPLACED = 'replaced';
/** For how much somebody buys at once. *Units*: quote. */
const WORTH_BY_HAND = [50, 2_000] as const;
/** Digits of that as a quantity, before it is cut to the step. */
const SIZE_PLACES = 8;
const NOTHING_LEFT = { status: 'canceled', reason: 'reduce-only: nothing left to reduce' } as const;

/** Where prints meet orders: what is over ends, what a print may fill is filled, stops are let go. */
export class PaperFloor {
  private readonly books: PaperBooks;
  private readonly settings: PaperSettings;
  private readonly matching: MatchingRules;
  private readonly draws: SeededRandom;

  constructor(settings: PaperSettings, books: PaperBooks) {
    this.books = books;
    this.settings = settings;
    this.matching = {
      residualUs: Math.round(settings.residualMs * US_PER_MS),
      participationBps: Math.round(settings.participation * 10_000),
    };
    this.draws = SeededRandom.seeded(settings.seed).stream('vices');
  }

  /** Tells `events` what trades do to the orders of their market. */
  take(market: PaperMarket, trades: TradeColumns, events: VenueEvent[]): void {
    for (let row = 0; row < trades.count; row++) {
      const print = market.print(trades, row);
      const before = events.length;
      if (market.isBusy) this.match(market, print, events);
      observe(market.tape, print);
      market.prints++;
      this.closeOutside(market, print, events);
      this.addOutside(market, print, events);
      if (market.aside.length > 0) this.watchStops(market, print, events.length > before, events);
    }
  }

  /** Tells `events` what is over before a time, the earliest first; `inclusive` as with `arrive`. */
  endDue(markets: readonly PaperMarket[], timeUs: TimeUs, inclusive: boolean, events: VenueEvent[]): void {
    let isAgain: boolean;
    do {
      isAgain = false;
      const due: Due[] = [];
      for (const market of markets) {
        market.arrive(timeUs, inclusive, this.matching);
        due.push(...market.due(timeUs, inclusive));
      }
      if (due.length > 1) due.sort((a, b) => a.ending.timeUs - b.ending.timeUs);
      for (const { market, order, ending } of due) {
        events.push(this.books.end(market, order, ending));
        // What comes in its place may be over by then too.
        isAgain = this.follow(market, order, ending.reason);
        if (isAgain) break;
      }
    } while (isAgain);
  }

  private match(market: PaperMarket, print: Print, events: VenueEvent[]): void {
    market.arrive(print.timeUs, false, this.matching);
    if (market.due(print.timeUs, false).length > 0) this.endDue([market], print.timeUs, false, events);
    let budget = shareOf(print.lots, this.matching.participationBps);
    for (const order of market.orders) {
      // A late print may come after advanceTo has let an order arrive.
      if (order.arrival === null || print.timeUs <= order.liveUs) continue;
      const wanted = this.books.funds.wantedLots(market, order);
      const found = wanted > 0 ? matchOf(order, order.arrival, print, wanted, budget, this.matching) : null;
      if (found !== null) {
        budget -= found.lots;
        for (const lots of this.pieces(order, found.lots))
          events.push(this.books.fill(market, order, { ...found, lots }, print.timeUs));
      }
      const ending = this.endingNow(market, order, print.timeUs);
      if (ending !== null) events.push(this.books.end(market, order, ending));
      if (order.status !== 'open') this.follow(market, order, order.status);
    }
  }

  /** Lets go the stops whose price this print has reached; ends those that have nothing left to reduce. */
  private watchStops(market: PaperMarket, print: Print, hasChanged: boolean, events: VenueEvent[]): void {
    for (const stop of market.aside) {
      if (stop.waits) continue;
      const isAlive = print.timeUs > stop.liveUs;
      if (hasChanged && this.books.funds.reducibleLots(market, stop.request) === 0) {
        if (isAlive) {
          events.push(this.books.end(market, stop, { ...NOTHING_LEFT, timeUs: print.timeUs }));
          this.follow(market, stop, NOTHING_LEFT.reason);
        } else withdraw(stop, NOTHING_LEFT.reason);
      } else if (isAlive && isReached(stop, print.ticks)) market.letGo(stop, print, this.matching);
    }
  }

  /**
   * Lets into the books what was to come in the place of an order, or sees to it that it ends as it arrives.
   * Returns whether there is such an order.
   */
  private follow(market: PaperMarket, { request, cancel, status }: PaperOrder, reason: string): boolean {
    const id = cancel?.replacement ?? null;
    const replacement = id === null ? undefined : this.books.find(request.account, id);
    if (replacement?.status !== 'open') return false;
    const refusal: Refusal | null =
      reason === REPLACED
        ? fundsRefusal(this.books, replacement, market, null)
        : { code: 'order_ended', detail: `${request.clientOrderId} was ${status} before` };
    if (refusal === null) market.admit(replacement);
    else withdraw(replacement, `${refusal.code}: ${refusal.detail}`);
    return true;
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
      const locks = this.settings.vices.spotNoShort === 1 && kind === 'spot';
      const size = locks ? this.books.funds.freeBase(account, market) : held.abs();
      const why = liquidates ? 'liquidation' : 'hand';
      const side = held.isPositive() ? 'sell' : 'buy';
      const event = this.books.fillOutside(market, account, { why, side, size }, print);
      if (event !== null) events.push(event);
    }
  }

  /** Somebody buys by hand, or sells more of what is short. */
  private addOutside(market: PaperMarket, print: Print, events: VenueEvent[]): void {
    const { boughtByHand } = this.settings.vices;
    if (boughtByHand === 0) return;
    for (const account of this.books.ledger.accounts) {
      const draw = this.draws.stream(`bought/${account}/${market.rules.instrument.symbol}/${market.prints}`);
      if (!draw.chance(boughtByHand)) continue;
      const worth = Decimal.fromNumber(draw.between(...WORTH_BY_HAND), 0);
      const { id, quote } = market.rules.instrument;
      const cash = this.books.ledger.cash(account, quote);
      const free = cash.minus(this.books.funds.usedMargin(account, quote, null));
      if (!free.greaterThan(worth.plus(worth))) continue;
      const side = this.books.ledger.quantity(account, id).isNegative() ? 'sell' : 'buy';
      const size = worth.dividedBy(market.price(print.ticks), SIZE_PLACES, 'down');
      const event = this.books.fillOutside(market, account, { why: 'bought', side, size }, print);
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
    if (this.books.funds.wantedLots(market, order) === 0) return { ...NOTHING_LEFT, timeUs };
    if (order.request.timeInForce === 'fok')
      return { timeUs, status: 'expired', reason: 'fok: first print does not fill it whole' };
    return null;
  }
}

/** Ends an order as it comes alive, and what was to replace it with it. */
function withdraw(order: PaperOrder, reason: string): void {
  order.cancel = { timeUs: order.liveUs, reason, replacement: order.cancel?.replacement ?? null };
}
