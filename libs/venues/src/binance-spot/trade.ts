import { BUY, SELL } from '@algo/model';
import { SIDE_UNREADABLE } from '../domain/raw-trades.ts';
import { microseconds } from './trade-layout.ts';

/** A public trade as Binance's spot stream tells it; fields that can't be read are NaN or SIDE_UNREADABLE. */
export interface BinanceTrade {
  readonly symbol: string;
  readonly id: number;
  readonly timeUs: number;
  readonly price: number;
  readonly quantity: number;
  readonly side: number;
}

/**
 * Returns the trade in a frame, `answer` for the reply to a request of ours, undefined for what is neither.
 */
export function binanceTradeIn(frame: string): BinanceTrade | 'answer' | undefined {
  let message: unknown;
  try {
    message = JSON.parse(frame);
  } catch {
    return undefined; // counted by the caller; a frame that is no JSON names no instrument
  }
  if (!isRecord(message)) return undefined;
  if ('id' in message && ('result' in message || 'error' in message)) return 'answer';
  const data = isRecord(message.data) ? message.data : message;
  if (data.e !== 'trade' || typeof data.s !== 'string') return undefined;
  return {
    symbol: data.s,
    id: Number.isSafeInteger(data.t) ? Number(data.t) : Number.NaN,
    timeUs: typeof data.T === 'number' ? microseconds(data.T) : Number.NaN,
    price: decimal(data.p),
    quantity: decimal(data.q),
    // m: the buyer was the maker, so the taker sold.
    side: data.m === true ? SELL : data.m === false ? BUY : SIDE_UNREADABLE,
  };
}

function decimal(value: unknown): number {
  return typeof value === 'string' && /^\d+(\.\d+)?$/.test(value) ? Number(value) : Number.NaN;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
