import { SIDE_UNREADABLE } from '@algo/model';
import type { BinanceMarket } from './binance-market.ts';
import type { BinanceStream, StreamRow } from './binance-stream.ts';
import type { BinanceTrade } from './trade.ts';

/** What a frame is: `nothing` that anybody waits for, `ending`: the server will close soon. */
export type BinanceFrame<Row> = Row | 'nothing' | 'ending' | undefined;

/** Returns what is in a frame; undefined for what is none of the known. */
export function binanceFrameIn<Row extends StreamRow>(
  frame: string,
  { rowOf }: Pick<BinanceStream<Row>, 'rowOf'>,
): BinanceFrame<Row> {
  let message: unknown;
  try {
    message = JSON.parse(frame);
  } catch {
    return undefined; // counted by the caller; a frame that is no JSON names no instrument
  }
  if (!isRecord(message)) return undefined;
  const { data } = message;
  if (isRecord(data)) return data.e === 'serverShutdown' ? 'ending' : rowOf(data);
  // The answer to a request of ours.
  if ('id' in message && ('result' in message || 'error' in message)) return 'nothing';
  return message.e === 'serverShutdown' ? 'ending' : rowOf(message);
}

/** Returns a trade of a REST answer; undefined when any field of it can't be read. */
export function historicalTradeOf(
  row: unknown,
  symbol: string,
  tradeOf: BinanceMarket['history']['tradeOf'],
): BinanceTrade | undefined {
  if (!isRecord(row)) return undefined;
  const trade = tradeOf(row, symbol);
  const { id, timeUs, price, quantity, side, merged } = trade;
  const isWhole = id >= 0 && timeUs > 0 && price > 0 && quantity > 0 && merged > 0;
  return isWhole && side !== SIDE_UNREADABLE ? trade : undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
