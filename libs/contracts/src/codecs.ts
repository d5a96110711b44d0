import type {
  ControlCommand,
  FeedEvent,
  OrderCommand,
  OrderEvent,
  PositionEvent,
  RiskEvent,
  VenueEvent,
} from '@algo/model';
import type { MessageCodec } from './codec.ts';
import { analyticsCodecs } from './codecs/analytics.ts';
import { decisionCodecs } from './codecs/decision.ts';
import { candleCodecs, feedCodecs, timeCodecs } from './codecs/market.ts';
import { orderCommandCodecs, orderEventCodecs } from './codecs/order.ts';
import { positionCodecs } from './codecs/position.ts';
import { reconcileCodecs } from './codecs/reconcile.ts';
import { answerCodecs, controlCodecs, riskCodecs } from './codecs/risk.ts';
import { systemCodecs } from './codecs/system.ts';
import { tradeBatchCodec } from './codecs/trade-batch.ts';
import { venueEventCodecs, venueReplyCodecs, venueRequestCodecs } from './codecs/venue.ts';
import { type EventFamily, eventFamily } from './event-family.ts';

/** Every codec that is made of a table: all but the one of trade batches. */
export const tableCodecs = {
  ...feedCodecs,
  ...timeCodecs,
  ...candleCodecs,
  ...analyticsCodecs,
  ...decisionCodecs,
  ...orderCommandCodecs,
  ...orderEventCodecs,
  ...positionCodecs,
  ...riskCodecs,
  ...controlCodecs,
  ...answerCodecs,
  ...venueRequestCodecs,
  ...venueReplyCodecs,
  ...venueEventCodecs,
  ...reconcileCodecs,
  ...systemCodecs,
};

/** The codec of every message that travels on its own, by its short name. */
export const codecs = { TradeBatch: tradeBatchCodec, ...tableCodecs };

export type MessageName = keyof typeof codecs;

/** The model's type of a message: `MessageOf<'CandleClosed'>` is Candle. */
export type MessageOf<Name extends MessageName> =
  (typeof codecs)[Name] extends MessageCodec<infer Value> ? Value : never;

const byType = new Map<string, MessageCodec<unknown>>(
  Object.values<MessageCodec<unknown>>(codecs).map((codec) => [codec.type, codec]),
);

/**
 * Returns the codec of a full message name such as `algo.v1.OrderFilled`,
 * or undefined for a type that this build doesn't know.
 */
export function codecFor(type: string): MessageCodec<unknown> | undefined {
  return byType.get(type);
}

export const feedEvents: EventFamily<FeedEvent> = eventFamily<FeedEvent>('FeedEvent', feedCodecs);
export const orderCommands: EventFamily<OrderCommand> = eventFamily<OrderCommand>(
  'OrderCommand',
  orderCommandCodecs,
);
export const orderEvents: EventFamily<OrderEvent> = eventFamily<OrderEvent>('OrderEvent', orderEventCodecs);
export const positionEvents: EventFamily<PositionEvent> = eventFamily<PositionEvent>(
  'PositionEvent',
  positionCodecs,
);
export const riskEvents: EventFamily<RiskEvent> = eventFamily<RiskEvent>('RiskEvent', riskCodecs);
export const controlCommands: EventFamily<ControlCommand> = eventFamily<ControlCommand>(
  'ControlCommand',
  controlCodecs,
);
export const venueEvents: EventFamily<VenueEvent> = eventFamily<VenueEvent>('VenueEvent', venueEventCodecs);

/** Every event and command of the model that is told by `type`. */
export type AnyEvent =
  | FeedEvent
  | OrderCommand
  | OrderEvent
  | PositionEvent
  | RiskEvent
  | ControlCommand
  | VenueEvent;

const anyEvents: EventFamily<AnyEvent> = eventFamily<AnyEvent>('AnyEvent', {
  ...feedCodecs,
  ...orderCommandCodecs,
  ...orderEventCodecs,
  ...positionCodecs,
  ...riskCodecs,
  ...controlCodecs,
  ...venueEventCodecs,
});

/** Returns an event or command as it travels, with its full message name. */
export const encodeEvent = anyEvents.encode;
