import { join } from 'node:path';
import type { InstrumentId, Timeframe } from '@algo/model';

/** What the tick files of a stopped engine hold of one instrument. *Units*: volumes base. */
export interface StoredInstrument {
  readonly instrument: InstrumentId;
  readonly stored: number;
  readonly duplicate: number;
  readonly tradeVolume: number;
  readonly candleVolume: Readonly<Record<Timeframe, number>>;
}

/** Reads the tick files; no engine may have them open. */
export async function readStoredTrades(dataDir: string): Promise<StoredInstrument[]> {
  // Only here, since DuckDB takes as long to load as all the rest of a command.
  const { openReader } = await import('@algo/tickstore');
  const reader = openReader(join(dataDir, 'ticks'));
  const found: StoredInstrument[] = [];
  for (const instrument of reader.instruments()) {
    const volumes = await reader.sumVolumes(instrument);
    found.push({
      instrument,
      stored: await reader.countTrades(instrument),
      duplicate: await reader.countDuplicates(instrument),
      tradeVolume: volumes.trades,
      candleVolume: volumes.candles,
    });
  }
  return found;
}
