import type { Bus } from '@algo/bus';
import type { InstrumentId } from '@algo/model';
import { readEvents } from './read-events.ts';

/** What the market stream still holds of one instrument. *Units*: volume base. */
export interface InstrumentTrades {
  readonly trades: number;
  readonly volume: number;
}

/** What came in by the market stream. `isWhole` is false once the stream has dropped its oldest messages. */
export interface StreamTrades {
  readonly byInstrument: ReadonlyMap<InstrumentId, InstrumentTrades>;
  readonly isWhole: boolean;
}

/** Counts the trades that the market stream holds, each batch once. */
export async function countStreamTrades(bus: Bus): Promise<StreamTrades> {
  const byInstrument = new Map<InstrumentId, InstrumentTrades>();
  for await (const { fact } of readEvents(bus, 'MARKET', 'md.trades.>')) {
    if (fact.name !== 'TradeBatch') continue;
    const { trades } = fact.body;
    const before = byInstrument.get(trades.instrument) ?? { trades: 0, volume: 0 };
    let volume = 0;
    for (let i = 0; i < trades.count; i++) volume += trades.quantity[i]!;
    byInstrument.set(trades.instrument, {
      trades: before.trades + trades.count,
      volume: before.volume + volume,
    });
  }
  return { byInstrument, isWhole: (await bus.bounds('MARKET')).first <= 1 };
}
