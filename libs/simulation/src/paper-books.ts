import {
  type AccountId,
  type ClientOrderId,
  clientOrderId,
  Decimal,
  type Fill,
  hashId,
  InputError,
  type Instrument,
  type InstrumentId,
  type OrderRequest,
  type TimeUs,
  type VenueBalance,
  type VenueEvent,
  type VenueOrder,
  type VenuePosition,
  venueOrderId,
  venueTradeId,
} from '@algo/model';
import type { PaperChange } from './paper-changes.ts';
import { PaperFees } from './paper-fees.ts';
import { copyLogs, PaperHistory } from './paper-history.ts';
import { PaperLedger } from './paper-ledger.ts';
import { reservedMargin } from './paper-margin.ts';
import { orderKey, PaperMarket, precedes } from './paper-market.ts';
import { copyOrder, type Ending, type Match, type PaperOrder } from './paper-matching.ts';
import type { PaperSettings } from './paper-settings.ts';
import type { PaperState } from './paper-state.ts';
import { copyTape } from './paper-tape.ts';
import { FEE_ASSET, type PaperVices } from './paper-vices.ts';

/**
 * The venue's books: markets, working orders, cash and positions, and what is over. Booking a fill keeps them
 * in step.
 */
export class PaperBooks {
  readonly markets = new Map<InstrumentId, PaperMarket>();
  readonly instruments: readonly Instrument[];
  readonly ledger: PaperLedger;
  readonly history = new PaperHistory();
  readonly open = new Map<string, PaperOrder>();
  /** The last things that happened, oldest first: as many as reads are behind. */
  readonly changes: PaperChange[] = [];
  readonly vices: PaperVices;
  private readonly fees: PaperFees;

  constructor(settings: PaperSettings) {
    this.instruments = settings.instruments;
    this.vices = settings.vices;
    this.ledger = new PaperLedger(settings.accounts);
    this.fees = new PaperFees(settings);
    for (const instrument of settings.instruments)
      this.markets.set(instrument.id, new PaperMarket(instrument));
  }

  /** Takes an order; from here on its id is spent. */
  add(order: PaperOrder, market: PaperMarket): void {
    const key = orderKey(order);
    this.changed({ account: order.request.account, key, timeUs: order.liveUs, order: null, fill: null });
    this.history.ids.add(key);
    this.open.set(key, order);
    market.insert(order);
  }

  find(account: AccountId, clientOrderId: ClientOrderId): PaperOrder | undefined {
    const key = orderKey({ request: { account, clientOrderId } });
    return this.open.get(key) ?? this.history.ended.get(key);
  }

  /** Returns whether this id was ever taken. */
  spent(account: AccountId, clientOrderId: ClientOrderId): boolean {
    return this.history.ids.has(orderKey({ request: { account, clientOrderId } }));
  }

  /** Returns the working orders of an account, in the order they come alive. */
  openOrders(account: AccountId): PaperOrder[] {
    const orders = [...this.open.values()].filter(({ request }) => request.account === account);
    return orders.sort((a, b) => (precedes(a, b) ? -1 : 1));
  }

  /** Returns what an order may still fill: a reduce-only one no more than the position it reduces. */
  wantedLots(market: PaperMarket, order: PaperOrder): number {
    const leaves = order.lots - order.filledLots;
    return order.request.reduceOnly ? Math.min(leaves, this.reducibleLots(market, order.request)) : leaves;
  }

  /** Returns the lots of the position that an order of this side would reduce. */
  reducibleLots(market: PaperMarket, { account, side }: OrderRequest): number {
    const held = this.ledger.quantity(account, market.rules.instrument.id);
    if (held.isZero() || held.isPositive() === (side === 'buy')) return 0;
    return Number(held.abs().dividedBy(market.rules.quantities.size, 0, 'down').units);
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
      venueOrderId: order.venueOrderId,
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
    if (order.filledLots === order.lots) this.close(market, order, 'filled');
    return { type: 'VenueFilled', fill, cumulative: market.quantity(order.filledLots) };
  }

  /**
   * Closes a position at a price, or what of it nothing locks, as an order that isn't ours; null where
   * nothing can be closed.
   */
  closeOutside(
    market: PaperMarket,
    account: AccountId,
    why: 'hand' | 'liquidation',
    { ticks, timeUs }: { readonly ticks: number; readonly timeUs: TimeUs },
  ): VenueEvent | null {
    const listed = market.rules.instrument;
    const held = this.ledger.quantity(account, listed.id);
    const locks = this.vices.spotNoShort === 1 && listed.market === 'spot';
    const size = locks ? this.freeBase(account, market) : held.abs();
    const quantity = size.toStep(market.rules.quantities.size, 'down');
    if (!quantity.isPositive()) return null;
    const side = held.isPositive() ? 'sell' : 'buy';
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

  end(market: PaperMarket, order: PaperOrder, { status, reason, timeUs }: Ending): VenueEvent {
    this.changed({ account: order.request.account, key: orderKey(order), timeUs, order, fill: null });
    this.close(market, order, status);
    const { account, clientOrderId, instrument } = order.request;
    const cumulative = market.quantity(order.filledLots);
    const type = status === 'canceled' ? 'VenueCanceled' : 'VenueExpired';
    return { type, clientOrderId, account, instrument, cumulative, reason, timeUs };
  }

  /** Returns the cash that positions and working orders tie up, with one more order if told. */
  usedMargin(account: AccountId, asset: string, extra: PaperOrder | null): Decimal {
    let used = Decimal.zero;
    for (const market of this.markets.values()) {
      const { id, quote } = market.rules.instrument;
      const isAsked = market.orders.length > 0 || extra !== null || !this.ledger.margin(account, id).isZero();
      if (quote !== asset || !isAsked) continue;
      const orders = market.orders.filter(({ request }) => request.account === account);
      if (extra?.request.instrument === id) orders.push(extra);
      const held = this.ledger.quantity(account, id);
      used = used
        .plus(this.ledger.margin(account, id))
        .plus(reservedMargin(market, orders, held, this.fees.takerRate));
    }
    return used;
  }

  /** Returns the positions of an account that aren't flat. */
  positions(account: AccountId): VenuePosition[] {
    return this.ledger.positions(account, this.instruments);
  }

  /**
   * Returns cash by asset; `free` is what a new order may tie up, never below 0. Where nothing may be short,
   * what is held on spot stands there too.
   */
  balances(account: AccountId): VenueBalance[] {
    const cash = this.ledger.assets(account).map((asset) => {
      const total = this.ledger.cash(account, asset);
      const free = total.minus(this.usedMargin(account, asset, null));
      return { account, asset, total, free: free.isNegative() ? Decimal.zero : free };
    });
    if (this.vices.spotNoShort === 0) return cash;
    const spot = [...this.markets.values()].filter(({ rules }) => rules.instrument.market === 'spot');
    return [
      ...cash,
      ...spot.flatMap((market) => {
        const { id, base } = market.rules.instrument;
        const total = this.ledger.quantity(account, id);
        return total.isZero() ? [] : [{ account, asset: base, total, free: this.freeBase(account, market) }];
      }),
    ];
  }

  /** Returns the base that an account may sell on spot: what is held and not locked by its working sells. */
  freeBase(account: AccountId, market: PaperMarket): Decimal {
    let free = this.ledger.quantity(account, market.rules.instrument.id);
    for (const { request, lots, filledLots } of market.orders)
      if (request.account === account && request.side === 'sell')
        free = free.minus(market.quantity(lots - filledLots));
    return free;
  }

  shown({ request, venueOrderId, status, filledLots, liveUs }: PaperOrder): VenueOrder {
    const filled = this.market(request.instrument).quantity(filledLots);
    return { request, venueOrderId, status, filled, acceptedUs: liveUs };
  }

  snapshot(): Omit<PaperState, 'clockUs' | 'epochs' | 'gate'> {
    return {
      markets: [...this.markets].map(([instrument, { tape, orders, fills, prints }]) => ({
        instrument,
        tape: copyTape(tape),
        fills,
        prints,
        orders: orders.map(copyOrder),
      })),
      ledger: this.ledger.snapshot(),
      ended: [...this.history.ended.values()].map(copyOrder),
      fills: copyLogs(this.history.logs),
      ids: [...this.history.ids],
      changes: [...this.changes],
    };
  }

  /** *Errors*: InputError on an account or instrument that isn't in the settings. */
  restore(state: PaperState): void {
    this.ledger.restore(state.ledger);
    for (const { instrument, tape, orders, fills, prints } of state.markets) {
      const market = this.market(instrument);
      market.tape = copyTape(tape);
      market.fills = fills;
      market.prints = prints;
      market.orders = orders.map(copyOrder);
      for (const order of market.orders) this.open.set(orderKey(order), order);
    }
    for (const ended of state.ended) {
      const order = copyOrder(ended);
      this.market(order.request.instrument);
      this.history.end(orderKey(order), order);
    }
    for (const [account, log] of copyLogs(state.fills)) this.history.logs.set(account, log);
    this.changes.splice(0, this.changes.length, ...state.changes);
    for (const id of state.ids) this.history.ids.add(id);
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
    change: Omit<PaperChange, 'order' | 'positions' | 'balances'> & { readonly order: PaperOrder | null },
  ): void {
    const { readsBehind } = this.vices;
    if (readsBehind === 0) return;
    const { account } = change;
    const order = change.order && this.shown(change.order);
    const books = { positions: this.positions(account), balances: this.balances(account) };
    this.changes.push({ ...change, order, ...books });
    if (this.changes.length > readsBehind) this.changes.shift();
  }

  private close(market: PaperMarket, order: PaperOrder, status: PaperOrder['status']): void {
    order.status = status;
    market.remove(order);
    this.open.delete(orderKey(order));
    this.history.end(orderKey(order), order);
  }
}
