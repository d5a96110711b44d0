import { Decimal } from '@algo/model';
import type { Ledger } from '../exchange/ledger.ts';
import { isAtMarket, type SpotFill, type SpotOrder } from './spot-order.ts';
import type { SpotSymbol } from './spot-symbol.ts';

const PLACES = 8;
/** What is left of a commission that is paid in BNB. */
const BNB_SHARE = Decimal.of('0.75');

/** What an account pays for trades. *Shape*: rates as decimals as text. */
export interface SpotFees {
  readonly maker: string;
  readonly taker: string;
  /** Pays in BNB at a discount, while it has any. */
  burnsBnb: boolean;
}

/** A trade of one order. */
export interface SpotTrade {
  readonly tradeId: number;
  readonly price: Decimal;
  readonly quantity: Decimal;
  readonly isMaker: boolean;
  readonly timeMs: number;
  readonly bookedMs: number;
  /** Whether the other side is nobody's account. */
  readonly isWithPublic: boolean;
}

/** Moves coins for trades, and takes the commission. */
export class SpotSettlement {
  /** What all have paid, and what the public has given (below nothing) or got. By asset. */
  readonly commissions = new Map<string, Decimal>();
  readonly outside = new Map<string, Decimal>();
  /** What a BNB costs, by the asset that it is priced in. *Shape*: decimals as text. */
  readonly bnbPrices = new Map<string, string>();
  readonly #ledger: Ledger;
  readonly #fees: (account: string) => SpotFees;

  constructor(ledger: Ledger, fees: (account: string) => SpotFees) {
    this.#ledger = ledger;
    this.#fees = fees;
  }

  /** Settles a trade of an order. Returns the fill, and what is still set aside for the order. */
  settle(order: SpotOrder, of: SpotSymbol, trade: SpotTrade): { fill: SpotFill; locked: Decimal } {
    const { account, side } = order;
    const cost = trade.price.times(trade.quantity);
    const buys = side === 'BUY';
    const [gives, given] = buys ? [of.quote, cost] : [of.base, trade.quantity];
    const [gets, got] = buys ? [of.base, trade.quantity] : [of.quote, cost];
    const wanted = !buys || isAtMarket(order) ? given : order.price.times(trade.quantity);
    const released = wanted.greaterThan(order.locked) ? order.locked : wanted;
    this.#ledger.unlock(account, gives, released);
    this.#ledger.move(account, gives, given.negated());
    this.#ledger.move(account, gets, got);
    if (trade.isWithPublic) {
      this.#book(this.outside, gives, given);
      this.#book(this.outside, gets, got.negated());
    }
    const { commission, commissionAsset } = this.#charge(order, of, trade, cost, gets, got);
    const fill = {
      ...{ tradeId: trade.tradeId, symbol: order.symbol, account },
      ...{ orderId: order.orderId, orderListId: order.orderListId },
      ...{ price: trade.price, quantity: trade.quantity, commission, commissionAsset },
      ...{ timeMs: trade.timeMs, bookedMs: trade.bookedMs, isBuyer: buys, isMaker: trade.isMaker },
    };
    return { fill, locked: order.locked.minus(released) };
  }

  #charge(
    { account }: SpotOrder,
    of: SpotSymbol,
    trade: SpotTrade,
    cost: Decimal,
    gets: string,
    got: Decimal,
  ): { commission: Decimal; commissionAsset: string } {
    const fees = this.#fees(account);
    const rate = Decimal.of(trade.isMaker ? fees.maker : fees.taker);
    const bnbPrice = of.quote === 'BNB' ? '1' : this.bnbPrices.get(of.quote);
    if (fees.burnsBnb && bnbPrice !== undefined) {
      const inQuote = cost.times(rate).times(BNB_SHARE);
      const commission = inQuote.dividedBy(Decimal.of(bnbPrice), PLACES, 'down');
      if (!this.#ledger.holding(account, 'BNB').free.lessThan(commission))
        return this.#paid(account, commission, 'BNB');
    }
    return this.#paid(account, got.times(rate).rounded(PLACES, 'down'), gets);
  }

  #paid(account: string, commission: Decimal, commissionAsset: string) {
    this.#ledger.move(account, commissionAsset, commission.negated());
    this.#book(this.commissions, commissionAsset, commission);
    return { commission, commissionAsset };
  }

  #book(sums: Map<string, Decimal>, asset: string, amount: Decimal): void {
    sums.set(asset, (sums.get(asset) ?? Decimal.zero).plus(amount));
  }
}
