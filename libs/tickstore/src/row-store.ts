import type { TickStore } from './tick-store.ts';

/** Where rows go: the DuckDB files of a live engine, or nowhere in a backtest. */
export interface RowStore
  extends Pick<
      TickStore,
      'openInstrument' | 'closeInstrument' | 'append' | 'commitUpTo' | 'flush' | 'ready' | 'stats' | 'rollBy'
    >,
    AsyncDisposable {
  /** Rows appended and not durable yet. */
  readonly backlog: number;
  /** Whether so many rows wait that those who bring more should wait for `ready`. */
  readonly isBehind: boolean;
}
