import type { MessageCodec } from './codec.ts';
import { tableCodecs } from './generated/codecs.ts';
import { tradeBatchCodec } from './trade-batch.ts';
import { stateChangeCodec } from './written-state-change.ts';

/** The codec of every message that travels on its own, by its short name. */
export const codecs = { TradeBatch: tradeBatchCodec, ...tableCodecs, MarketStateChanged: stateChangeCodec };

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
