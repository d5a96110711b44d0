import { US_PER_MINUTE, type VenueBar } from '@algo/model';
import type { BinanceStream, StreamRow } from './binance-stream.ts';
import { decimal, microseconds, wholeNumber } from './trade.ts';

/** A closed bar of one minute. *Shape*: `id` rises with the bars of a symbol. */
export type MinuteBar = StreamRow & VenueBar;

/** Returns the streams of bars of a minute at a path; only closed bars are told of them. */
export function minuteBars(path: string, query: string): BinanceStream<MinuteBar> {
  return { path, query, name: 'kline_1m', rowOf };
}

function rowOf({ e, s, k }: Readonly<Record<string, unknown>>): MinuteBar | 'nothing' | undefined {
  if (e !== 'kline' || typeof s !== 'string' || typeof k !== 'object' || k === null) return undefined;
  const { i, t, v, n, x } = k as Readonly<Record<string, unknown>>;
  const [openTimeUs, volume, trades] = [microseconds(t), decimal(v), wholeNumber(n)];
  const isWhole = openTimeUs % US_PER_MINUTE === 0 && volume >= 0 && trades >= 0;
  if (i !== '1m' || typeof x !== 'boolean' || !isWhole) return undefined;
  return x ? { symbol: s, id: openTimeUs, openTimeUs, volume, trades } : 'nothing';
}
