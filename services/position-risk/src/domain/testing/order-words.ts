import {
  accountId,
  type ClosePosition,
  clientOrderId,
  Decimal,
  type ExitPlan,
  type Fill,
  type InstrumentId,
  instrumentId,
  type OrderEvent,
  type OrderIntent,
  type Side,
  strategyName,
  type TimeUs,
  US_PER_SECOND,
  venueOrderId,
  venueTradeId,
} from '@algo/model';

export const ACCOUNT = accountId('paper-main');
export const BTC = instrumentId('binance.perp.BTCUSDT');
export const ETH = instrumentId('binance.spot.ETHUSDT');
/** Event time at which the stories below begin. */
export const T0: TimeUs = 1_750_000_000 * US_PER_SECOND;

export const d = (text: string): Decimal => Decimal.of(text);
export const at = (seconds: number): TimeUs => T0 + seconds * US_PER_SECOND;

/** What else there is to say of a fill. */
export interface FillOptions {
  readonly id?: InstrumentId;
  readonly trade?: string;
  readonly fee?: string;
  readonly feeAsset?: string;
  readonly leaves?: string;
  readonly seconds?: number;
}

/** An order goes to the venue. */
export function submitted(
  order: string,
  intent: OrderIntent,
  side: Side,
  position: ClosePosition['position'] | null,
  commandId: string,
  plan: ExitPlan | null,
  timeUs: TimeUs,
  id: InstrumentId,
): OrderEvent {
  return {
    type: 'OrderSubmitted',
    clientOrderId: clientOrderId(order),
    account: ACCOUNT,
    instrument: id,
    commandId,
    intent,
    strategy: intent === 'entry' ? strategyName('hierarchical') : null,
    position,
    request: {
      clientOrderId: clientOrderId(order),
      account: ACCOUNT,
      instrument: id,
      side,
      type: 'market',
      timeInForce: 'ioc',
      quantity: Decimal.one,
      limitPrice: null,
      triggerPrice: null,
      reduceOnly: intent !== 'entry',
    },
    plan,
    epoch: 1,
    retryOf: null,
    replaces: null,
    timeUs,
  };
}

/** An order was filled. */
export function filled(
  order: string,
  side: Side,
  quantity: string,
  price: string,
  trade: string,
  more: FillOptions,
): OrderEvent {
  const base = {
    clientOrderId: clientOrderId(order),
    account: ACCOUNT,
    instrument: more.id ?? BTC,
    timeUs: at(more.seconds ?? 0),
  };
  const fill: Fill = {
    ...base,
    venueTradeId: venueTradeId(trade),
    venueOrderId: venueOrderId(`v-${order}`),
    side,
    quantity: d(quantity),
    price: d(price),
    fee: d(more.fee ?? '0'),
    feeAsset: more.feeAsset ?? 'USDT',
    liquidity: 'taker',
  };
  return { ...base, type: 'OrderFilled', fill, cumulative: d(quantity), leaves: d(more.leaves ?? '0') };
}
