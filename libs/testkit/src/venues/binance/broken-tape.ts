import { BUY, type TradeColumns } from '@algo/model';
import type { TapeAggregate, TapeTrade } from './tape.ts';

/** Returns a row of a tape as one line. Merged rows are told in milliseconds. */
export function lineOf(row: TapeTrade | TapeAggregate): string {
  const { id, isBuyerMaker, price, quantity, timeUs } = row;
  const merged = 'firstTradeId' in row ? row.lastTradeId - row.firstTradeId + 1 : 1;
  const toldUs = 'firstTradeId' in row ? Math.floor(timeUs / 1_000) * 1_000 : timeUs;
  return [id, toldUs, Number(price), Number(quantity), !isBuyerMaker, merged].join(' ');
}

/** Returns trades as the same lines. */
export function linesOfTrades(trades: TradeColumns): string[] {
  const { count, ids, timeUs, price, quantity, side, merged } = trades;
  return Array.from({ length: count }, (_, i) =>
    [ids.values[i], timeUs[i], price[i], quantity[i], side[i] === BUY, merged?.[i] ?? 1].join(' '),
  );
}
