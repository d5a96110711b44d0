import { BUY, TIMEFRAME_US, type Timeframe, type TradeColumns, type WarmBar } from '@algo/model';

/**
 * Returns all bars of a tape that end by `untilUs`, added up from its trades: nothing of the engine is used.
 * A quiet interval is a flat bar.
 */
export function plainBars(tape: TradeColumns, timeframe: Timeframe, untilUs: number): WarmBar[] {
  const lengthUs = TIMEFRAME_US[timeframe];
  const rows = Array.from(tape.timeUs, (timeUs, row) => ({ row, bar: Math.floor(timeUs / lengthUs) }));
  const byBar = Map.groupBy(rows, ({ bar }) => bar);
  const bars: WarmBar[] = [];
  for (let bar = rows[0]!.bar; (bar + 1) * lengthUs <= untilUs; bar++) {
    const trades = (byBar.get(bar) ?? []).map(({ row }) => row);
    const prices = trades.map((row) => tape.price[row]!);
    const close = prices.at(-1) ?? bars.at(-1)!.close;
    const sum = (of: readonly number[]) => of.reduce((total, row) => total + tape.quantity[row]!, 0);
    bars.push({
      openTimeUs: bar * lengthUs,
      open: prices[0] ?? close,
      high: Math.max(close, ...prices),
      low: Math.min(close, ...prices),
      close,
      volume: sum(trades),
      takerBuyVolume: sum(trades.filter((row) => tape.side[row] === BUY)),
      trades: trades.length,
    });
  }
  return bars;
}
