// fast-check arbitraries for orders, positions, venues, reports: what trading itself is made of.
import { type Fill, type OrderRequest, type Position, type VenueOrder, venueTradeId } from '@algo/model';
import fc from 'fast-check';
import type { Discrepancy } from '../messages.ts';
import {
  account,
  clientOrder,
  decimal,
  direction,
  few,
  flag,
  instrument,
  maybe,
  position,
  printable,
  side,
  strategy,
  tag,
  text,
  venueOrder,
  whole,
  word,
} from './arbitrary-values.ts';

export const exitReason = fc.constantFrom(
  'trailing_stop',
  'initial_stop',
  'target',
  'hold_time',
  'circuit_breaker',
  'health',
  'operator',
  'residual',
);
export const orderType = fc.constantFrom('market', 'limit');
export const timeInForce = fc.constantFrom('ioc', 'gtc', 'fok');
export const plan = fc.record({
  stopPrice: decimal,
  targetPrice: maybe(decimal),
  trailing: decimal,
  holdMaxUs: whole,
});
export const request = fc.record<OrderRequest>({
  clientOrderId: clientOrder,
  account,
  instrument,
  side,
  type: orderType,
  timeInForce,
  quantity: decimal,
  limitPrice: maybe(decimal),
  reduceOnly: flag,
});
export const fill = fc.record<Fill>({
  venueTradeId: printable.map(venueTradeId),
  clientOrderId: clientOrder,
  venueOrderId: venueOrder,
  account,
  instrument,
  side,
  quantity: decimal,
  price: decimal,
  fee: decimal,
  feeAsset: text,
  liquidity: fc.constantFrom('maker', 'taker'),
  timeUs: whole,
});

export const order = { clientOrderId: clientOrder, account, instrument, timeUs: whole };

const held = fc.record<Position>({
  id: position,
  account,
  instrument,
  strategy,
  direction,
  quantity: decimal,
  averagePrice: decimal,
  realized: decimal,
  fees: decimal,
  openedUs: whole,
});
export const ofPosition = { position: held, timeUs: whole };

export const scope = fc.oneof(
  fc.record({ kind: fc.constant('account' as const), account }),
  fc.record({ kind: fc.constant('venue' as const), venue: word }),
  fc.record({ kind: fc.constant('instrument' as const), instrument: word }),
  fc.record({ kind: fc.constant('strategy' as const), strategy: word }),
);
export const mode = fc.constantFrom('active', 'reducing', 'halted');
export const drawdownLevel = fc.constantFrom('none', 'alert', 'warning', 'critical', 'breaker');

const doubtful = { clientOrderId: clientOrder, reason: text, timeUs: whole };
export const outcome = fc.oneof(
  fc.record({
    ...tag('confirmed'),
    clientOrderId: clientOrder,
    venueOrderId: venueOrder,
    timeUs: whole,
  }),
  fc.record({ ...tag('refused'), ...doubtful }),
  fc.record({ ...tag('unknown'), ...doubtful }),
);
export const booked = fc.record<VenueOrder>({
  request,
  venueOrderId: venueOrder,
  status: fc.constantFrom('open', 'filled', 'canceled', 'expired', 'rejected'),
  filled: decimal,
  acceptedUs: whole,
});
export const lookup = fc.oneof(
  fc.record({ ...tag('found'), order: booked }),
  fc.constant({ type: 'absent' as const }),
  fc.record({ ...tag('failed'), reason: text }),
);
export const named = { account, instrument, clientOrderId: clientOrder };
export const ended = { ...named, cumulative: decimal, reason: text, timeUs: whole };

export const report = {
  reportId: word,
  account,
  venue: word,
  epoch: whole,
  asOfUs: whole,
  discrepancies: fc.array(
    fc.record<Discrepancy>({
      class: word,
      subject: word,
      evidence: text,
      action: text,
      before: text,
      after: text,
    }),
    few,
  ),
  counts: fc.dictionary(text, whole, { maxKeys: 4, noNullPrototype: true }),
};
export const process = {
  service: word,
  instance: word,
  version: text,
  pid: whole,
  reason: text,
  timeUs: whole,
};
export const notification = {
  notificationId: word,
  channel: word,
  subject: text,
  attempts: whole,
  timeUs: whole,
};
