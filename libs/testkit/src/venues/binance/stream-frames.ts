import { type TapeAggregate, type TapeTrade, timeIn } from './tape.ts';

/** How a frame is wrapped: `perMs` 1,000 has times in µs; more fields take the place of the true ones. */
export interface FrameStyle {
  readonly symbol: string;
  readonly perMs: number;
  readonly more?: Readonly<Record<string, unknown>>;
}

/** Returns a trade as the combined stream tells it. */
export function tradeFrame(trade: TapeTrade, { symbol, perMs, more }: FrameStyle): string {
  const T = timeIn(trade.timeUs, perMs);
  const { id: t, price: p, quantity: q, isBuyerMaker: m, kind: X } = trade;
  const data = {
    e: 'trade',
    E: T,
    s: symbol,
    t,
    p,
    q,
    T,
    m,
    ...(X === undefined ? { M: true } : { X }),
    ...more,
  };
  return JSON.stringify({ stream: `${symbol.toLowerCase()}@trade`, data });
}

/**
 * Returns a bar as the combined stream tells it. *Shape*: `row` as `GET /klines` has it, with times in the
 * unit of the stream; `more` takes the place of fields of the bar.
 */
export function klineFrame(
  [t, o, h, l, c, v, T, q, n, V, Q]: readonly unknown[],
  interval: string,
  isClosed: boolean,
  { symbol, more }: Omit<FrameStyle, 'perMs'>,
): string {
  const ids = { f: -1, L: -1 };
  const k = { t, T, s: symbol, i: interval, ...ids, o, c, h, l, v, n, x: isClosed, q, V, Q, B: '0', ...more };
  const data = { e: 'kline', E: T, s: symbol, k };
  return JSON.stringify({ stream: `${symbol.toLowerCase()}@kline_${interval}`, data });
}

/** Returns merged trades as the combined stream tells them. */
export function aggregateFrame(row: TapeAggregate, { symbol, perMs, more }: FrameStyle): string {
  const T = timeIn(row.timeUs, perMs);
  const { id: a, price: p, quantity: q, firstTradeId: f, lastTradeId: l, isBuyerMaker: m } = row;
  const data = { e: 'aggTrade', E: T, s: symbol, a, p, q, f, l, T, m, ...more };
  return JSON.stringify({ stream: `${symbol.toLowerCase()}@aggTrade`, data });
}
