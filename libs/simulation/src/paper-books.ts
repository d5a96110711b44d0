import {
  type AccountId,
  type CashMove,
  type CashReason,
  type ClientOrderId,
  clientOrderId,
  type Decimal,
  type Fill,
  hashId,
  InputError,
  type Instrument,
  type InstrumentId,
  type Side,
  type TimeUs,
  type VenueEvent,
  type VenueOrder,
  type VenuePosition,
  venueOrderId,
  venueTradeId,
} from '@algo/model';
import type { PaperChange } from './paper-changes.ts';
import { PaperFees } from './paper-fees.ts';
import { PaperFunds } from './paper-funds.ts';
import { copyLogs, PaperHistory } from './paper-history.ts';
import { PaperLedger } from './paper-ledger.ts';
import { orderKey, PaperMarket, precedes } from './paper-market.ts';
import { copyOrder, type Ending, type Match, type PaperOrder } from './paper-matching.ts';
import { regridOrder, regridTape } from './paper-regrid.ts';
import type { PaperSettings } from './paper-settings.ts';
import { PaperSetup } from './paper-setup.ts';
import type { PaperState } from './paper-state.ts';
import { copyTape, type Print } from './paper-tape.ts';
import { FEE_ASSET, type PaperVices } from './paper-vices.ts';
import { gridOf } from './price-grid.ts';

/** An order that isn't ours. *Units*: `size` base. */
interface OutsideOrder {
  readonly why: 'hand' | 'liquidation' | 'bought';
  readonly side: Side;
  readonly size: Decimal;
}

/**
 * The venue's books: markets, working orders, cash and positions, and what is over. Booking a fill keeps them
 * in step.
 */
export class PaperBooks {
  readonly markets = new Map<InstrumentId, PaperMarket>();
  readonly ledger: PaperLedger;
  readonly history: PaperHistory;
  readonly open = new Map<string, PaperOrder>();
  /** The last things that happened, oldest first: as many as reads are behind. */
  readonly changes: PaperChange[] = [];
  readonly vices: PaperVices;
  readonly funds: PaperFunds;
  readonly setup: PaperSetup;
  /** Another one whenever orders, fills, cash or positions are not shown as before. */
  version = 0;
  private readonly fees: PaperFees;

  constructor(settings: PaperSettings) {
    this.vices = settings.vices;
    this.history = new PaperHistory(settings.history);
    this.ledger = new PaperLedger(settings.accounts);
    this.fees = new PaperFees(settings);
    this.setup = new PaperSetup(settings, this);
    this.funds = new PaperFunds(this.ledger, this.markets, this.fees.takerRate, settings.vices);
    for (const instrument of settings.instruments)
      this.markets.set(instrument.id, new PaperMarket(instrument));
  }

  /** Takes orders of an instrument by other rules from here on; what works stays where it is. */
  relist(instrument: Instrument): void {
    this.version++;
    const market = this.market(instrument.id);
    const factors = market.relist(instrument);
    if (factors.ticks === 1 && factors.lots === 1) return;
    regridTape(market.tape, factors);
    const isIts = ({ request }: PaperOrder) => request.instrument === instrument.id;
    for (const order of [...this.open.values(), ...this.history.ended.values()])
      if (isIts(order)) Object.assign(order, regridOrder(order, factors));
  }

  /** Takes an order; from here on its id is spent. */
  add(order: PaperOrder, market: PaperMarket): void {
    const key = orderKey(order);
    this.changed({ account: order.request.account, key, timeUs: order.liveUs, order: null, fill: null });
    this.history.spend(order.request.account, order.request.clientOrderId, order.liveUs);
    this.open.set(key, order);
    market.insert(order);
  }

  find(account: AccountId, clientOrderId: ClientOrderId): PaperOrder | undefined {
    const key = orderKey({ request: { account, clientOrderId } });
    return this.open.get(key) ?? this.history.ended.get(key);
  }

  /** Returns whether this id works, or was taken lately. */
  spent(account: AccountId, clientOrderId: ClientOrderId): boolean {
    return this.find(account, clientOrderId) !== undefined || this.history.isSpent(account, clientOrderId);
  }

  /** Returns the working orders of an account, in the order they come alive. */
  openOrders(account: AccountId): PaperOrder[] {
    const orders = [...this.open.values()].filter(({ request }) => request.account === account);
    return orders.sort((a, b) => (precedes(a, b) ? -1 : 1));
  }

  fill(market: PaperMarket, order: PaperOrder, found: Match, timeUs: TimeUs): VenueEvent {
    const { account, clientOrderId, instrument, side } = order.request;
    const price = market.price(found.ticks);
    const quantity = market.quantity(found.lots);
    const listed = market.rules.instrument;
    const held = this.ledger.cash(account, FEE_ASSET);
    const fee = this.fees.of(listed, { side, quantity, price }, found.liquidity, held);
    const ordinal = order.fills++;
    const counted = ++market.fills;
    const fill: Fill = {
      venueTradeId: venueTradeId(
        this.vices.tradeIdsPerSymbol === 1
          ? `${counted}`
          : hashId('paper-fill', account, clientOrderId, ordinal),
      ),
      clientOrderId,
      venueOrderId:
        this.vices.stopChild === 1 && order.triggerTicks !== null
          ? venueOrderId(hashId('paper-stop-child', account, clientOrderId))
          : order.venueOrderId,
      account,
      instrument,
      side,
      quantity,
      price,
      fee: fee.amount,
      feeAsset: fee.asset,
      liquidity: found.liquidity,
      timeUs,
    };
    this.changed({ account, key: orderKey(order), timeUs, order, fill });
    order.filledLots += found.lots;
    this.ledger.apply(account, listed, side, quantity, price, fee);
    this.history.add(fill);
    if (order.filledLots === order.lots) this.close(market, order, 'filled', timeUs);
    return { type: 'VenueFilled', fill, cumulative: market.quantity(order.filledLots) };
  }

  /** Fills an order that is not ours, of at most this size, at a price; null where it fills nothing. */
  fillOutside(
    market: PaperMarket,
    account: AccountId,
    { why, side, size }: OutsideOrder,
    { ticks, timeUs }: Pick<Print, 'ticks' | 'timeUs'>,
  ): VenueEvent | null {
    const listed = market.rules.instrument;
    const quantity = size.toStep(market.rules.quantities.size, 'down');
    if (!quantity.isPositive()) return null;
    const price = market.price(ticks);
    const fee = { asset: listed.quote, amount: price.times(quantity).times(this.fees.takerRate) };
    const counted = ++market.fills;
    const name = `${why}-${listed.symbol}-${counted}`;
    const fill: Fill = {
      ...{ account, instrument: listed.id, side, quantity, price, timeUs, liquidity: 'taker' },
      ...{ clientOrderId: clientOrderId(name), venueOrderId: venueOrderId(name) },
      venueTradeId: venueTradeId(this.vices.tradeIdsPerSymbol === 1 ? `${counted}` : name),
      ...{ fee: fee.amount, feeAsset: fee.asset },
    };
    this.changed({ account, key: `${account}/${name}`, timeUs, order: null, fill });
    this.ledger.apply(account, listed, side, quantity, price, fee);
    this.history.add(fill);
    return { type: 'VenueFilled', fill, cumulative: quantity };
  }

  /** Moves cash that no trade moves; `amount` signed, in the asset. */
  moveCash(
    account: AccountId,
    asset: string,
    amount: Decimal,
    reason: CashReason,
    timeUs: TimeUs,
  ): VenueEvent {
    const venueMoveId = `${reason}-${this.history.movesOf(account).count + 1}`;
    const move: CashMove = { venueMoveId, account, asset, amount, reason, timeUs };
    this.changed({ account, key: `${account}/${venueMoveId}`, timeUs, order: null, fill: null, move });
    this.ledger.move(account, asset, amount);
    this.history.move(move);
    return { type: 'VenueCashMoved', ...move };
  }

  end(market: PaperMarket, order: PaperOrder, { status, reason, timeUs }: Ending): VenueEvent {
    this.changed({ account: order.request.account, key: orderKey(order), timeUs, order, fill: null });
    this.close(market, order, status, timeUs);
    const { account, clientOrderId, instrument } = order.request;
    const cumulative = market.quantity(order.filledLots);
    const type = status === 'canceled' ? 'VenueCanceled' : 'VenueExpired';
    return { type, clientOrderId, account, instrument, cumulative, reason, timeUs };
  }

  /** Forgets what has been over for so long that nobody asks about it any more. */
  forget(nowUs: TimeUs): void {
    if (this.history.forget(nowUs)) this.version++;
  }

  /** Returns the positions of an account that aren't flat. */
  positions(account: AccountId): VenuePosition[] {
    const listed = [...this.markets.values()].map(({ rules }) => rules.instrument);
    return this.ledger.positions(account, listed);
  }

  shown({ request, venueOrderId, status, filledLots, acceptedUs }: PaperOrder): VenueOrder {
    const filled = this.market(request.instrument).quantity(filledLots);
    return { request, venueOrderId, status, filled, acceptedUs };
  }

  snapshot(): Omit<PaperState, 'clockUs' | 'epochs' | 'gate' | 'refused'> {
    return {
      markets: [...this.markets].map(([instrument, { rules, tape, orders, aside, fills, prints }]) => ({
        instrument,
        grid: { price: rules.prices.size, quantity: rules.quantities.size },
        tape: copyTape(tape),
        fills,
        prints,
        orders: orders.map(copyOrder),
        aside: aside.map(copyOrder),
      })),
      ledger: this.ledger.snapshot(),
      setup: this.setup.snapshot(),
      ended: [...this.history.ended.values()].map(copyOrder),
      fills: copyLogs(this.history.logs),
      moves: this.history.moves(),
      ids: this.history.ids(),
      changes: [...this.changes],
    };
  }

  /** *Errors*: InputError on an account or instrument that isn't in the settings. */
  restore(state: PaperState): void {
    this.version++;
    this.ledger.restore(state.ledger);
    this.setup.restore(state.setup);
    for (const { instrument, grid, tape, orders, aside, fills, prints } of state.markets) {
      const market = this.market(instrument);
      const [prices, quantities] = [gridOf(grid.price), gridOf(grid.quantity)];
      market.relist(market.rules.instrument, { prices, quantities });
      market.tape = copyTape(tape);
      market.fills = fills;
      market.prints = prints;
      market.orders = orders.map(copyOrder);
      market.aside = aside.map(copyOrder);
      for (const order of [...market.orders, ...market.aside]) this.open.set(orderKey(order), order);
    }
    for (const ended of state.ended) {
      const order = copyOrder(ended);
      this.market(order.request.instrument);
      this.history.end(orderKey(order), order);
    }
    for (const [account, log] of copyLogs(state.fills)) this.history.logs.set(account, log);
    this.history.restoreMoves(state.moves);
    this.changes.splice(0, this.changes.length, ...state.changes);
    for (const [account, ids] of state.ids)
      for (const [id, takenUs] of ids) this.history.spend(account, id, takenUs);
  }

  /** *Errors*: InputError when the venue doesn't list the instrument. */
  market(instrument: InstrumentId): PaperMarket {
    const market = this.markets.get(instrument);
    if (market === undefined)
      throw new InputError({
        field: 'instrument',
        value: instrument,
        because: 'the paper venue does not list it',
        remedy: 'Name it under the paper instruments.',
      });
    return market;
  }

  private changed(
    change: Omit<PaperChange, 'order' | 'move' | 'positions' | 'balances'> & {
      readonly order: PaperOrder | null;
      readonly move?: CashMove;
    },
  ): void {
    this.version++;
    const { readsBehind } = this.vices;
    if (readsBehind === 0) return;
    const { account, move = null } = change;
    const order = change.order && this.shown(change.order);
    const books = { positions: this.positions(account), balances: this.funds.balances(account) };
    this.changes.push({ ...change, order, move, ...books });
    if (this.changes.length > readsBehind) this.changes.shift();
  }

  private close(market: PaperMarket, order: PaperOrder, status: PaperOrder['status'], timeUs: TimeUs): void {
    order.status = status;
    order.endedUs = timeUs;
    market.remove(order);
    this.open.delete(orderKey(order));
    this.history.end(orderKey(order), order);
  }
}
