import {
  type AccountId,
  Decimal,
  type InstrumentId,
  type OrderRequest,
  type VenueBalance,
} from '@algo/model';
import type { PaperLedger } from './paper-ledger.ts';
import { reservedMargin } from './paper-margin.ts';
import type { PaperMarket } from './paper-market.ts';
import type { PaperOrder } from './paper-matching.ts';
import type { PaperVices } from './paper-vices.ts';

/** Says what working orders leave of an account's cash and positions, and what they may still take. */
export class PaperFunds {
  private readonly ledger: PaperLedger;
  private readonly markets: ReadonlyMap<InstrumentId, PaperMarket>;
  private readonly takerRate: Decimal;
  private readonly vices: PaperVices;

  constructor(
    ledger: PaperLedger,
    markets: ReadonlyMap<InstrumentId, PaperMarket>,
    takerRate: Decimal,
    vices: PaperVices,
  ) {
    this.ledger = ledger;
    this.markets = markets;
    this.takerRate = takerRate;
    this.vices = vices;
  }

  /** Returns what an order may still fill: one that only reduces no more than the position it reduces. */
  wantedLots(market: PaperMarket, order: PaperOrder): number {
    const leaves = order.lots - order.filledLots;
    return order.reduces ? Math.min(leaves, this.reducibleLots(market, order.request)) : leaves;
  }

  /** Returns the lots of the position that an order of this side would reduce. */
  reducibleLots(market: PaperMarket, { account, side }: OrderRequest): number {
    const held = this.ledger.quantity(account, market.rules.instrument.id);
    if (held.isZero() || held.isPositive() === (side === 'buy')) return 0;
    return held.abs().dividedBy(market.rules.quantities.size, 0, 'down').toNumber();
  }

  /** Returns the cash that positions and working orders tie up, with one more order if told. */
  usedMargin(account: AccountId, asset: string, extra: PaperOrder | null): Decimal {
    let used = Decimal.zero;
    for (const market of this.markets.values()) {
      const { id, quote } = market.rules.instrument;
      if (quote !== asset) continue;
      const margin = this.ledger.margin(account, id);
      if (market.orders.length === 0 && extra === null && margin.isZero()) continue;
      const orders = market.orders.filter(({ request }) => request.account === account);
      if (extra?.request.instrument === id) orders.push(extra);
      const held = this.ledger.quantity(account, id);
      used = used.plus(margin).plus(reservedMargin(market, orders, held, this.takerRate));
    }
    return used;
  }

  /**
   * Returns cash by asset, as a wallet shows it: what is held on spot is paid for, what is short there has
   * brought its price. `free` is what a new order may tie up, never below 0. Where nothing may be short, what
   * is held on spot stands there too.
   */
  balances(account: AccountId): VenueBalance[] {
    const cash = this.ledger.assets(account).map((asset) => {
      const cash = this.ledger.cash(account, asset);
      const free = cash.minus(this.usedMargin(account, asset, null));
      const total = cash.minus(this.paidOnSpot(account, asset));
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

  /** Returns what was paid for all that is held on spot for an asset, less what was got for what is short. */
  private paidOnSpot(account: AccountId, asset: string): Decimal {
    let paid = Decimal.zero;
    for (const { rules } of this.markets.values())
      if (rules.instrument.market === 'spot' && rules.instrument.quote === asset)
        paid = paid.plus(this.ledger.cost(account, rules.instrument.id));
    return paid;
  }

  /**
   * Returns the base that an account may sell on spot: what is held and not locked by its working sells and
   * its stops. What waits to replace a stop locks nothing: the stop does.
   */
  freeBase(account: AccountId, market: PaperMarket): Decimal {
    let free = this.ledger.quantity(account, market.rules.instrument.id);
    for (const orders of [market.orders, market.aside])
      for (const { request, waits, lots, filledLots } of orders)
        if (request.account === account && request.side === 'sell' && !waits)
          free = free.minus(market.quantity(lots - filledLots));
    return free;
  }
}
