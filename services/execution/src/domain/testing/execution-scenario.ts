import {
  type Absence,
  type AccountSetup,
  accountId,
  type ClientOrderId,
  type ClosePosition,
  Decimal,
  type DenialCode,
  decisionId,
  type Fill,
  type Instrument,
  type InstrumentId,
  instrumentId,
  isOwnClientOrderId,
  type OrderLookup,
  type OrderRequest,
  type PlaceOrder,
  positionId,
  type SubmitOutcome,
  strategyName,
  type TimeAdvanced,
  type VenueOrderStatus,
  venueOrderId,
  venueTradeId,
} from '@algo/model';
import { ExecutionEngine } from '../execution-engine.ts';
import type { ExecutionInput, ExecutionOutput } from '../execution-io.ts';
import type { ExecutionSettings } from '../execution-settings.ts';
import { type ExecutionLimits, type InstrumentLimits, type NamedLimits, namedLimits } from '../limits.ts';

export const d = (text: string) => Decimal.of(text);
export const ACCOUNT = accountId('paper-main');
export const LTC = instrumentId('synthetic.spot.LTCUSDT');
export const BTC = instrumentId('synthetic.perp.BTCUSDT');
export const STRATEGY = strategyName('order_flow_scalping');
export const S = 1_000_000;

function instrument(id: InstrumentId, change: Partial<Instrument>): Instrument {
  const [venue, market, symbol] = id.split('.') as [string, 'spot' | 'perp', string];
  const base = symbol.slice(0, 3);
  const rules = {
    priceTick: d('0.01'),
    quantityStep: d('0.001'),
    minQuantity: d('0.001'),
    minNotional: d('5'),
    minNotionalBindsExits: market === 'spot',
  };
  return { id, venue, market, symbol, base, quote: 'USDT', assetClass: 'regular', ...rules, ...change };
}

export const INSTRUMENT_LIMITS: InstrumentLimits = {
  ...{ orderNotionalMax: d('1000'), positionNotionalMax: d('1500'), collar: d('0.01') },
  ...{ referenceAgeMaxUs: 2 * S, marketStaleUs: 5 * S, marketCap: d('0.005'), openOrdersMax: 5 },
  ...{ repeatAfterUs: 0, entriesPerHourMax: 1_000, entriesPerDayMax: 1_000 },
};
export const LIMITS: ExecutionLimits = {
  byInstrument: new Map([
    [LTC, INSTRUMENT_LIMITS],
    [BTC, INSTRUMENT_LIMITS],
  ]),
  venue: { openOrdersMax: 25, rejectsMax: 5, rejectsWithinUs: 60 * S, rejectsPauseUs: 1_800 * S },
  positionsMax: 2,
  grossNotionalMax: d('1800'),
  entriesPerMinuteMax: 3,
  entryNotionalPerMinuteMax: d('100000'),
  unknownOrdersMax: 3,
  unknownAgeMaxUs: 60 * S,
};
export const SETTINGS: ExecutionSettings = {
  account: ACCOUNT,
  venue: 'paper',
  instruments: [instrument(LTC, {}), instrument(BTC, {})],
  exitStyle: 'ioc_limit',
  closedOrdersMax: 200,
  commandIdsMax: 500,
};

export function place(n: number, change: Partial<PlaceOrder> = {}): PlaceOrder {
  const timeUs = change.timeUs ?? n * S;
  return {
    type: 'PlaceOrder',
    commandId: `place-${n}`,
    decision: decisionId(`decision-${n}`),
    strategy: STRATEGY,
    account: ACCOUNT,
    instrument: LTC,
    direction: 'long',
    orderType: 'limit',
    timeInForce: 'ioc',
    quantity: d('10'),
    limitPrice: d('83.5'),
    plan: { stopPrice: d('82.5'), targetPrice: d('84.5'), trailing: d('0.005'), holdMaxUs: 300 * S },
    timeUs,
    expiresUs: timeUs + 5 * S,
    ...change,
  };
}

export function close(n: number, change: Partial<ClosePosition> = {}): ClosePosition {
  return {
    type: 'ClosePosition',
    commandId: `close-${n}`,
    position: positionId('position-1'),
    account: ACCOUNT,
    instrument: LTC,
    direction: 'long',
    quantity: d('10'),
    reason: 'trailing_stop',
    attempt: n,
    timeUs: n * S,
    ...change,
  };
}

export const price = (timeUs: number, at = 83, id = LTC): ExecutionInput => ({
  type: 'PriceSeen',
  instrument: id,
  price: at,
  timeUs,
});
/** An account that may be short on spot. */
export const SETUP: AccountSetup = {
  ...{ positionMode: 'one_way', shortSpot: true, objections: [] },
  instruments: [{ instrument: BTC, marginMode: 'cross', leverage: 5 }],
};
/**
 * A reconciliation passed: the answer to one question of an epoch, usually to the one that follows when the
 * account stream is connected. Good for 60 s from then.
 */
export const gate = (epoch = 1, number = 2): ExecutionInput => ({
  type: 'ReconciliationCompleted',
  account: ACCOUNT,
  requestId: `${ACCOUNT}:${epoch}:${number}`,
  epoch,
  validForMs: 60_000,
  shut: [],
  differences: [],
  aside: [],
  setup: SETUP,
  orders: [],
  shownUs: S,
});
/** A reconciliation did not pass. */
export const shut = (epoch = 1, number = 2): ExecutionInput => ({
  type: 'ReconciliationFailed',
  account: ACCOUNT,
  requestId: `${ACCOUNT}:${epoch}:${number}`,
  epoch,
});
/** A feed tells its time. */
export const told = (timeUs: number, change: Partial<TimeAdvanced> = {}): TimeAdvanced => ({
  ...{ type: 'TimeAdvanced', feed: 'synthetic', toldUs: timeUs, sureUs: timeUs, behind: [] },
  ...{ wallUs: timeUs, speed: 1, warm: false, ...change },
});
/** Position-risk says that it lives. */
export const alive = (timeUs: number, feed = 'synthetic'): ExecutionInput => ({
  ...{ type: 'GuardAlive', account: ACCOUNT, feed, timeUs },
});
export const life = (epoch: number): ExecutionInput => ({ type: 'EpochStarted', epoch });
export const mode = (to: 'active' | 'reducing' | 'halted', timeUs: number): ExecutionInput => ({
  type: 'TradingModeChanged',
  scope: { kind: 'account', account: ACCOUNT },
  mode: to,
  reason: 'test',
  by: 'operator',
  latched: true,
  commandId: null,
  timeUs,
});

export function fillOf(
  request: Pick<OrderRequest, 'clientOrderId' | 'account' | 'instrument' | 'side'>,
  trade: string,
  quantity: string,
  timeUs: number,
  feeLtc = '0',
): Fill {
  const { clientOrderId, account, side } = request;
  return {
    ...{ venueTradeId: venueTradeId(trade), clientOrderId },
    venueOrderId: venueOrderId(isOwnClientOrderId(clientOrderId) ? 'v' : clientOrderId),
    ...{ account, instrument: request.instrument, side, quantity: d(quantity), price: d('83') },
    ...{ fee: d(feeLtc), feeAsset: feeLtc === '0' ? 'USDT' : 'LTC', liquidity: 'taker', timeUs },
  };
}
export const filled = (
  request: OrderRequest,
  trade: string,
  quantity: string,
  cumulative: string,
  timeUs: number,
) =>
  ({
    type: 'VenueFilled',
    fill: fillOf(request, trade, quantity, timeUs),
    cumulative: d(cumulative),
  }) satisfies ExecutionInput;
export const canceled = (
  { clientOrderId, account, instrument }: OrderRequest,
  cumulative: string,
  timeUs: number,
) =>
  ({
    ...{ type: 'VenueCanceled', clientOrderId, account, instrument },
    ...{ cumulative: d(cumulative), reason: 'ioc', timeUs },
  }) as const satisfies ExecutionInput;
export const outcome = (id: ClientOrderId, type: SubmitOutcome['type'], timeUs: number): SubmitOutcome => {
  const base = { clientOrderId: id, timeUs };
  if (type === 'confirmed') return { type, venueOrderId: venueOrderId('v'), ...base };
  if (type === 'refused')
    return { type, reason: 'because', retryAfterMs: null, evidence: ['it says so'], ...base };
  return { type, reason: 'because', ...base };
};
export const submitted = (
  id: ClientOrderId,
  type: SubmitOutcome['type'],
  timeUs: number,
): ExecutionInput => ({
  ...{ type: 'SubmitOutcomeKnown', outcome: outcome(id, type, timeUs) },
});
export const lookedUp = (id: ClientOrderId, lookup: OrderLookup, timeUs: number): ExecutionInput => ({
  type: 'OrderLookedUp',
  clientOrderId: id,
  lookup,
  timeUs,
});
/** What came of proving that an order never arrived. */
export const absence = (id: ClientOrderId, type: Absence['type'], timeUs: number): ExecutionInput => ({
  ...{ type: 'AbsenceKnown', clientOrderId: id, timeUs },
  absence: type === 'proven' ? { type, evidence: ['no such order'] } : { type, reason: 'old books' },
});
export const found = (request: OrderRequest, status: VenueOrderStatus, amount: string): OrderLookup => ({
  type: 'found',
  order: { request, venueOrderId: venueOrderId('v'), status, filled: d(amount), acceptedUs: 0 },
});

/** An order is proven not to have left. */
export const neverLeft = (clientOrderId: ClientOrderId, reason: string, code: DenialCode | null = null) =>
  ({ type: 'OrderNeverLeft', clientOrderId, reason, code, timeUs: S }) as const satisfies ExecutionInput;

/** The venue's answer to a question for fills. */
export const fetched = (fills: readonly Fill[]): ExecutionInput => ({
  ...{ type: 'FillsFetched', answer: { type: 'answered', fills } },
});
type CancelOrders = Extract<ExecutionInput, { type: 'CancelOrders' }>;
/** A person has all entries withdrawn, or as said; good for a minute. */
export function cancelAll(commandId: string, change: Partial<CancelOrders> = {}): CancelOrders {
  const timeUs = change.timeUs ?? S;
  return {
    ...{ type: 'CancelOrders', commandId, account: ACCOUNT, scope: { kind: 'account', account: ACCOUNT } },
    ...{ clientOrderId: null, force: false, reason: 'a test', by: 'Ada', timeUs },
    ...{ expiresWallUs: timeUs + 60 * S, ...change },
  };
}
/** The wall clock says what time it is, for the sake of a command. */
export const wall = (commandId: string, wallUs: number): ExecutionInput => ({
  ...{ type: 'WallTold', commandId, wallUs },
});

/** The account stream tells what happens, from here on. */
export const heard: ExecutionInput = { type: 'AccountStreamConnected' };

export const types = (outputs: readonly ExecutionOutput[]) => outputs.map((o) => o.type);
export function sent(outputs: readonly ExecutionOutput[]): OrderRequest {
  const effect = outputs.find((o) => o.type === 'SubmitOrder');
  if (effect?.type !== 'SubmitOrder') throw new Error(`nothing was sent: ${JSON.stringify(outputs)}`);
  return effect.request;
}
export function denial(outputs: readonly ExecutionOutput[]): DenialCode | null {
  const event = outputs.find((o) => o.type === 'OrderDenied');
  return event?.type === 'OrderDenied' ? event.denial.code : null;
}

/** Limits with their name. */
export const named = (limits: ExecutionLimits): NamedLimits => namedLimits(limits);
export const limited = (limits: ExecutionLimits = LIMITS): ExecutionInput => ({
  ...{ type: 'LimitsChanged', ...named(limits) },
});

/** An engine whose gate is open, whose guard lives and whose markets trade. */
export function ready({
  limits = LIMITS,
  ...change
}: Partial<ExecutionSettings & { readonly limits: ExecutionLimits }> = {}): ExecutionEngine {
  const engine = new ExecutionEngine({ ...SETTINGS, ...change });
  engine.handle({ type: 'VenueDescribed', holdsStops: false, readsSettleMs: 10_000, objections: [] });
  for (const input of [
    ...[limited(limits), told(0), alive(0), life(1), heard, gate()],
    ...[price(0.9 * S), price(0.9 * S, 83, BTC)],
  ])
    engine.handle(input);
  return engine;
}
/** An engine that holds 10 LTC bought by a first entry. */
export function holding(): { engine: ExecutionEngine; entry: OrderRequest } {
  const engine = ready();
  const entry = sent(engine.handle(place(1)));
  engine.handle(filled(entry, 't1', '10', '10', 1.5 * S));
  return { engine, entry };
}
