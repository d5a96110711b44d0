import { Decimal, type Instrument, type Side } from '@algo/model';
import type { PaperSettings } from './paper-settings.ts';
import { FEE_ASSET } from './paper-vices.ts';

const BPS_PLACES = 4;
const BPS = Decimal.of('0.0001');
const FEE_PLACES = 8;

/** What a fill costs, and in what. */
export interface PaperFee {
  readonly asset: string;
  readonly amount: Decimal;
}

/** Says what fills cost. */
export class PaperFees {
  readonly takerRate: Decimal;
  private readonly makerRate: Decimal;
  private readonly inBase: boolean;
  /** Quote for one FEE_ASSET; zero where nobody pays in it. */
  private readonly assetPrice: Decimal;

  constructor({ fees, vices }: PaperSettings) {
    this.makerRate = Decimal.fromNumber(fees.makerBps, BPS_PLACES).times(BPS);
    this.takerRate = Decimal.fromNumber(fees.takerBps, BPS_PLACES).times(BPS);
    this.inBase = vices.feeInBase === 1;
    this.assetPrice = Decimal.fromNumber(vices.feeAssetPrice, FEE_PLACES);
  }

  /** Returns the fee of a fill; `held` is how much FEE_ASSET the account has. */
  of(
    { market, base, quote }: Instrument,
    fill: { readonly side: Side; readonly quantity: Decimal; readonly price: Decimal },
    liquidity: 'maker' | 'taker',
    held: Decimal,
  ): PaperFee {
    const rate = liquidity === 'maker' ? this.makerRate : this.takerRate;
    const amount = fill.price.times(fill.quantity).times(rate);
    if (!amount.isPositive()) return { asset: quote, amount };
    if (this.assetPrice.isPositive()) {
      const inAsset = amount.dividedBy(this.assetPrice, FEE_PLACES, 'half-even');
      if (!inAsset.greaterThan(held)) return { asset: FEE_ASSET, amount: inAsset };
    }
    if (this.inBase && market === 'spot' && fill.side === 'buy')
      return { asset: base, amount: fill.quantity.times(rate) };
    return { asset: quote, amount };
  }
}
