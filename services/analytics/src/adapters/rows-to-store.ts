import type { MarketProfileRow } from '@algo/market-analytics';
import { sliceTrades } from '@algo/model';
import type { StoredPosition, StoreRows } from '@algo/tickstore';
import type { ShardRows } from '../domain/index.ts';

/** Returns the rows of one input as the store takes them. */
export function rowsOf({
  instrument,
  position,
  trades,
  candles,
  doubted,
  orderFlow,
  profiles,
  zones,
  gaps,
}: ShardRows): StoreRows {
  return {
    ...{ instrument, position, candles, doubted, orderFlow, zones, gaps },
    profiles: profiles.map(profileOf),
    ...(trades === null ? {} : { trades }),
  };
}

function profileOf(row: MarketProfileRow): NonNullable<StoreRows['profiles']>[number] {
  return { ...row, profileShape: row.profileShape ?? 'not available' };
}

/** Returns how many rows of an input wait, of the tables that have many. */
export function rowsIn({ trades, candles, orderFlow, profiles }: ShardRows): number {
  return (trades?.count ?? 0) + candles.length + orderFlow.length + profiles.length;
}

/**
 * Returns rows without the trades that the archive has. A new file knows no positions of those who had the
 * instrument before, and where their state was lost their inputs are taken again.
 */
export function behindArchive(rows: ShardRows, { position, lastTradeId }: StoredPosition): ShardRows {
  const { trades } = rows;
  if (position > 0 || lastTradeId === null || trades?.ids.kind !== 'counted') return rows;
  const { values } = trades.ids;
  let from = 0;
  while (from < trades.count && values[from]! <= Number(lastTradeId)) from++;
  return from === 0 ? rows : { ...rows, trades: sliceTrades(trades, from, trades.count) };
}
