import { InputError, type InstrumentId, type TradeColumns } from '@algo/model';

/**
 * *Errors*: InputError naming the first row that cannot be a trade, before anything of the slice has been
 * used: prices, quantities and times must be positive and finite, the instrument ours.
 */
export function checkTrades(trades: TradeColumns, instrument: InstrumentId): void {
  if (trades.instrument !== instrument)
    throw new InputError({
      field: 'trades.instrument',
      value: trades.instrument,
      because: `not ${instrument}`,
      remedy: 'Hand each instrument to its own engine.',
    });
  const { count, timeUs, price, quantity } = trades;
  for (let i = 0; i < count; i++) {
    const t = timeUs[i]!;
    // One comparison each in the good case; NaN fails all of them.
    if (
      t > 0 &&
      t < Number.POSITIVE_INFINITY &&
      price[i]! > 0 &&
      quantity[i]! > 0 &&
      price[i]! * quantity[i]! < Number.POSITIVE_INFINITY
    )
      continue;
    throw new InputError({
      field: `trades row ${i}`,
      value: `time ${t}, price ${price[i]}, quantity ${quantity[i]}`,
      because: 'not a trade',
      remedy: 'Ingest must refuse such rows before they are published.',
    });
  }
}
