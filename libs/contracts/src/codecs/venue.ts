import type {
  OrderLookup,
  SubmitOutcome,
  VenueBalance,
  VenueEvent,
  VenueOrder,
  VenueOrderStatus,
  VenuePosition,
} from '@algo/model';
import { codec, nested, part, tagged, union, wrapped } from '../codec.ts';
import { decimal, flag, list, oneWordOf, text, whole, word } from '../field.ts';
import { algo } from '../generated/algo.v1.js';
import type {
  AccountRequest,
  AccountRequestKind,
  BalancesReply,
  CancelOrderRequest,
  FillsReply,
  LookUpOrderRequest,
  OpenOrdersReply,
  PositionsReply,
  SubmitOrderRequest,
} from '../messages.ts';
import { fill, orderRequest } from './order.ts';
import { account, clientOrder, instrument, venueOrder as venueOrderName } from './vocabulary.ts';

/** Names one order of one account to the venue. */
const named = { account, instrument, clientOrderId: clientOrder };

const outcome = union<SubmitOutcome, 'type'>('SubmitOutcome', 'type', {
  confirmed: part('Confirmed', { clientOrderId: clientOrder, venueOrderId: venueOrderName, timeUs: whole }),
  refused: part('Refused', { clientOrderId: clientOrder, reason: text, timeUs: whole }),
  unknown: part('Unknown', { clientOrderId: clientOrder, reason: text, timeUs: whole }),
});

const venueOrder = part<VenueOrder>('VenueOrder', {
  request: nested(orderRequest),
  venueOrderId: venueOrderName,
  status: oneWordOf<VenueOrderStatus>('VenueOrderStatus', {
    open: 1,
    filled: 2,
    canceled: 3,
    expired: 4,
    rejected: 5,
  }),
  filled: decimal,
  acceptedUs: whole,
});

const lookup = union<OrderLookup, 'type'>('OrderLookup', 'type', {
  found: part('Found', { order: nested(venueOrder) }),
  absent: part('Absent', {}),
  failed: part('Failed', { reason: text }),
});

const position = part<VenuePosition>('VenuePosition', {
  account,
  instrument,
  quantity: decimal,
  averagePrice: decimal,
});

const balance = part<VenueBalance>('VenueBalance', { account, asset: word, total: decimal, free: decimal });

const accountRequest = part<AccountRequest>('AccountRequest', {
  account,
  kind: oneWordOf<AccountRequestKind>('AccountRequestKind', {
    'open-orders': 1,
    'fills-since': 2,
    positions: 3,
    balances: 4,
  }),
  sinceUs: whole,
});

export const venueRequestCodecs = {
  SubmitOrderRequest: codec(
    algo.v1.SubmitOrderRequest,
    part<SubmitOrderRequest>('SubmitOrderRequest', {
      order: nested(orderRequest),
      sentUs: whole,
    }),
  ),
  CancelOrderRequest: codec(
    algo.v1.CancelOrderRequest,
    part<CancelOrderRequest>('CancelOrderRequest', { ...named, sentUs: whole }),
  ),
  LookUpOrderRequest: codec(
    algo.v1.LookUpOrderRequest,
    part<LookUpOrderRequest>('LookUpOrderRequest', named),
  ),
  AccountRequest: codec(algo.v1.AccountRequest, accountRequest),
};

export const venueReplyCodecs = {
  SubmitOutcomeReply: codec(algo.v1.SubmitOutcomeReply, wrapped('SubmitOutcomeReply', 'outcome', outcome)),
  OrderLookupReply: codec(algo.v1.OrderLookupReply, wrapped('OrderLookupReply', 'lookup', lookup)),
  OpenOrdersReply: codec(
    algo.v1.OpenOrdersReply,
    part<OpenOrdersReply>('OpenOrdersReply', { account, orders: list(nested(venueOrder)) }),
  ),
  FillsReply: codec(
    algo.v1.FillsReply,
    part<FillsReply>('FillsReply', { account, fills: list(nested(fill)), complete: flag }),
  ),
  PositionsReply: codec(
    algo.v1.PositionsReply,
    part<PositionsReply>('PositionsReply', { account, positions: list(nested(position)) }),
  ),
  BalancesReply: codec(
    algo.v1.BalancesReply,
    part<BalancesReply>('BalancesReply', { account, balances: list(nested(balance)) }),
  ),
};

const ended = { ...named, cumulative: decimal, reason: text, timeUs: whole };

export const venueEventCodecs = {
  VenueFilled: codec(
    algo.v1.VenueFilled,
    tagged<VenueEvent, 'VenueFilled'>('VenueFilled', { fill: nested(fill), cumulative: decimal }),
  ),
  VenueCanceled: codec(algo.v1.VenueCanceled, tagged<VenueEvent, 'VenueCanceled'>('VenueCanceled', ended)),
  VenueExpired: codec(algo.v1.VenueExpired, tagged<VenueEvent, 'VenueExpired'>('VenueExpired', ended)),
};
