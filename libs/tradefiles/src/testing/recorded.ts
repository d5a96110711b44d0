import type { TradeFile } from '../trade-file.ts';
import type { TradeRows } from '../trade-rows.ts';

export const T0_MS = 1_750_507_467_494;
export const ROWS = 40;
/** What every file of the table holds: its times lie within one second and a half of each other. */
export const TRADES = Array.from({ length: ROWS }, (_, n) => ({
  ms: T0_MS + n * 137,
  id: 1_000 + n,
  price: (83.29 + ((n * 7) % 5) / 100).toFixed(2),
  quantity: (0.111 + n / 1_000).toFixed(3),
  side: n % 3 === 0 ? 'sell' : 'buy',
}));
export const HEADER = 'ts_ms,trade_id,price,qty,side';
export const OURS = TRADES.map(({ ms, id, price, quantity, side }) =>
  [ms, id, price, quantity, side].join(','),
);
export const CSV = `${HEADER}\n${OURS.join('\n')}\n`;

export type Trade = (typeof TRADES)[number];
/** A text with these trades, a header where there is one. */
export const csv = (header: string | null, row: (trade: Trade, n: number) => string, ends = '\n') =>
  [...(header === null ? [] : [header]), ...TRADES.map(row), ''].join(ends);
export const uuid = (n: number) =>
  `8f3a${n.toString(16).padStart(4, '0')}-1b2c-4d3e-9f00-0017487${10_000 + n}`;

/** All rows of a file in one piece. */
export async function rowsOf(file: TradeFile, skip = 0): Promise<TradeRows> {
  const parts: TradeRows[] = [];
  for await (const rows of file.read(skip)) parts.push(rows);
  const all = <Key extends 'timeUs' | 'price' | 'quantity'>(key: Key) =>
    Float64Array.from(parts.flatMap((rows) => [...rows[key]]));
  return {
    count: parts.reduce((sum, { count }) => sum + count, 0),
    ...{ timeUs: all('timeUs'), price: all('price'), quantity: all('quantity') },
    side: Uint8Array.from(parts.flatMap(({ side }) => [...side])),
    ids: parts[0]?.ids && Float64Array.from(parts.flatMap(({ ids }) => [...ids!])),
  };
}
