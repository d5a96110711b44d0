import {
  type AccountSetup,
  accountId,
  type ClientOrderId,
  clientOrderId,
  Decimal,
  type Fill,
  fillEffect,
  type Instrument,
  instrumentId,
  isEnded,
  type OrderRequest,
  type OrderStatus,
  type VenueOrder,
  type VenueOrderStatus,
  venueOrderId,
  venueTradeId,
} from '@algo/model';
import type {
  LocalBooks,
  LocalOrder,
  LocalPosition,
  Lookup,
  ReconciliationContext,
  VenueBooks,
} from '../books.ts';
import type { ReconciliationReport } from '../reconciliation-report.ts';

export const d = (text: string) => Decimal.of(text);
export const ACCOUNT = accountId('paper-main');
export const LTC = instrumentId('synthetic.spot.LTCUSDT');
export const S = 1_000_000;
export const INSTRUMENT: Instrument = {
  ...{ id: LTC, venue: 'synthetic', market: 'spot', symbol: 'LTCUSDT', base: 'LTC', quote: 'USDT' },
  ...{ assetClass: 'regular', priceTick: d('0.01'), quantityStep: d('0.001'), minQuantity: d('0.001') },
  minNotional: d('5'),
  minNotionalBindsExits: true,
};
export const CONTEXT: ReconciliationContext = {
  ...{
    account: ACCOUNT,
    epoch: 2,
    asOfUs: 100 * S,
    shownUs: 100 * S,
    fillsSinceUs: 0,
    instruments: [INSTRUMENT],
  },
};
/** An account that may be short on spot, and one where coins lie in the account itself. */
export const LENT: AccountSetup = {
  ...{ positionMode: 'one_way', shortSpot: true },
  ...{ instruments: [], objections: [] },
};
export const OWNED: AccountSetup = { ...LENT, shortSpot: false };
/** An id of ours that ends in a letter of choice. */
export const ours = (letter: string): ClientOrderId => clientOrderId(`a${'b'.repeat(25)}${letter}`);
export const A = ours('a');
export const WEB = clientOrderId('web_1');

export function request(id: ClientOrderId, quantity = '10', side: 'buy' | 'sell' = 'buy'): OrderRequest {
  return {
    ...{ clientOrderId: id, account: ACCOUNT, instrument: LTC, side, type: 'limit', timeInForce: 'ioc' },
    ...{ quantity: d(quantity), limitPrice: d('83'), triggerPrice: null, reduceOnly: side === 'sell' },
  };
}
export function fill(trade: string, id: ClientOrderId, quantity: string, change: Partial<Fill> = {}): Fill {
  return {
    ...{ venueTradeId: venueTradeId(trade), clientOrderId: id, venueOrderId: venueOrderId('v') },
    ...{ account: ACCOUNT, instrument: LTC, side: 'buy', quantity: d(quantity), price: d('83'), fee: d('0') },
    ...{ feeAsset: 'USDT', liquidity: 'taker', timeUs: 10 * S, ...change },
  };
}
export const order = (id: ClientOrderId, status: OrderStatus, cumulative = '0') => ({
  request: request(id),
  status,
  cumulative: d(cumulative),
});
export const held = (quantity: string, change: Partial<LocalPosition> = {}): LocalPosition => ({
  ...{ instrument: LTC, quantity: d(quantity), averagePrice: null, beside: d('0'), settledUs: 0 },
  ...{ guarded: null, ...change },
});
export const venueOrder = (id: ClientOrderId, status: VenueOrderStatus, filled = '0'): VenueOrder => ({
  ...{ request: request(id), venueOrderId: venueOrderId('v'), status, filled: d(filled), acceptedUs: 1 },
});
export const venueHeld = (quantity: string, averagePrice = '83') => ({
  ...{ account: ACCOUNT, instrument: LTC, quantity: d(quantity), averagePrice: d(averagePrice) },
});
export const found = (id: ClientOrderId, status: VenueOrderStatus, filled: string): Lookup => ({
  clientOrderId: id,
  lookup: { type: 'found', order: venueOrder(id, status, filled) },
});
export type Ours = Omit<LocalBooks, 'undecided' | 'ended'> & { readonly orders: readonly LocalOrder[] };
export const local = ({ orders = [], ...change }: Partial<Ours>): LocalBooks => {
  const those = (isOver: boolean) =>
    new Map(orders.filter((o) => isEnded(o.status) === isOver).map((o) => [o.request.clientOrderId, o]));
  const nothing = {
    sentSince: new Set<ClientOrderId>(),
    fills: [],
    positions: [],
    cash: new Map(),
    epoch: 1,
  };
  return { ...nothing, undecided: those(false), ended: those(true), ...change };
};
export const venue = (change: Partial<VenueBooks>): VenueBooks => ({
  ...{ openOrders: [], fills: [], positions: [], balances: [], lookups: [], setup: LENT, ...change },
});
export const brief = (report: ReconciliationReport) =>
  report.discrepancies.map((x) => `${x.class} ${x.action}${x.refusal === null ? '' : ' refuse'}`);

export const changeBy = (f: Fill): Decimal => fillEffect(f, INSTRUMENT).baseChange;

export const T1 = fill('t1', A, '10');
export const HELD: LocalBooks = local({
  orders: [order(A, 'filled', '10')],
  fills: [T1],
  positions: [held('10')],
});
