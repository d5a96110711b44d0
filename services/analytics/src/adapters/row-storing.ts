import type { Requests, Ticket } from '@algo/bus';
import type { MarketProfileRow } from '@algo/market-analytics';
import { InputError, type InstrumentId, type TradeColumns } from '@algo/model';
import type { IdKind, RowStore, StoredPosition, StoreRows } from '@algo/tickstore';
import type { ShardRows } from '../domain/index.ts';

/** The store may be this far behind; then what comes next waits for it. */
const BACKLOG_MAX = 200_000;
/** A file that somebody reads just now is tried so often, 38 s in all; its rows wait, other files don't. */
const OPEN_TRIES_MAX = 12;
const OPEN_DELAY_MS = 250;
const OPEN_DELAY_MAX_MS = 5_000;

interface File {
  readonly opened: Promise<void>;
  /** What the file held when it was opened; undefined until it is. */
  stored: StoredPosition | undefined;
  isChecked: boolean;
}

/** Puts a shard's rows into the files of its instruments. */
export class RowStoring implements Requests<ShardRows, never> {
  readonly #store: RowStore;
  readonly #files = new Map<InstrumentId, File>();
  readonly #failure = Promise.withResolvers<Error>();
  #storedBefore = 0;

  constructor(store: RowStore) {
    this.#store = store;
  }

  /** Settles with what makes storing impossible. */
  get failed(): Promise<Error> {
    return this.#failure.promise;
  }

  counters(): Record<string, number> {
    const { storedTrades, pendingRows, lastCommitMs, commits } = this.#store.stats();
    return { stored: this.#storedBefore + storedTrades, pendingRows, commits, lastCommitMs };
  }

  /** The rows of an instrument keep their order; the store passes over those that it has. */
  terms({ instrument }: ShardRows) {
    return { key: instrument, priority: 0, effect: 'before snapshot', withdraws: false } as const;
  }

  withdrawn(): never[] {
    return []; // nobody withdraws rows
  }

  /** Opens the file of an instrument, so that what is wrong with it is known before rows come. */
  open(instrument: InstrumentId): void {
    this.#fileOf(instrument, 'counted');
  }

  carryOut(rows: ShardRows, ticket: Ticket<never>): void {
    const file = this.#fileOf(rows.instrument, rows.trades?.ids.kind ?? 'counted');
    if (file.stored !== undefined) this.#append(rows, file.stored, file, ticket);
    else
      void file.opened.then(() => {
        if (file.stored !== undefined) this.#append(rows, file.stored, file, ticket);
      });
  }

  #fileOf(instrument: InstrumentId, kind: IdKind): File {
    const known = this.#files.get(instrument);
    if (known !== undefined) return known;
    const opened = this.#open(instrument, kind).then(
      (stored) => {
        this.#storedBefore += stored.trades;
        file.stored = stored;
      },
      (error: unknown) => this.#failure.resolve(error as Error),
    );
    const file: File = { opened, stored: undefined, isChecked: false };
    this.#files.set(instrument, file);
    return file;
  }

  /** *Errors*: InputError, at once or after the last try where the trouble may pass. */
  async #open(instrument: InstrumentId, kind: IdKind): Promise<StoredPosition> {
    let delayMs = OPEN_DELAY_MS;
    for (let tries = 1; ; tries++) {
      try {
        return await this.#store.openInstrument(instrument, kind);
      } catch (error) {
        if (!(error instanceof InputError && error.isPassing) || tries === OPEN_TRIES_MAX) throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, delayMs));
      delayMs = Math.min(delayMs * 2, OPEN_DELAY_MAX_MS);
    }
  }

  #append(rows: ShardRows, stored: StoredPosition, file: File, ticket: Ticket<never>): void {
    try {
      if (!file.isChecked && rows.trades !== null) {
        checkContinues(stored, rows.trades, rows.position);
        file.isChecked = true;
      }
      this.#store.append(rowsOf(rows));
      this.#store.commitUpTo(rows.instrument, rows.position);
    } catch (error) {
      this.#failure.resolve(error as Error);
      return;
    }
    if (this.#store.backlog <= BACKLOG_MAX) ticket.settle([]);
    else
      this.#store.flush().then(
        () => ticket.settle([]),
        (error: unknown) => this.#failure.resolve(error as Error),
      );
  }
}

function rowsOf({
  instrument,
  position,
  trades,
  candles,
  orderFlow,
  profiles,
  zones,
  gaps,
}: ShardRows): StoreRows {
  return {
    ...{ instrument, position, candles, orderFlow, zones, gaps },
    profiles: profiles.map(profileOf),
    ...(trades === null ? {} : { trades }),
  };
}

function profileOf(row: MarketProfileRow): NonNullable<StoreRows['profiles']>[number] {
  const { prices, volumes } = row.profileData;
  const profileData = prices.map((price, i) => [price, volumes[i]!] as const);
  return { ...row, profileData, profileShape: row.profileShape ?? 'not available' };
}

/**
 * A shard that lost its snapshot counts its inputs from 1 again and meets its stored trades again, as
 * long as the stream goes back that far. Where it doesn't, rows would be taken for stored ones and be
 * lost. *Errors*: InputError.
 */
function checkContinues(stored: StoredPosition, trades: TradeColumns, position: number): void {
  if (trades.ids.kind !== 'counted' || stored.lastTradeId === null || position > stored.position) return;
  const first = trades.ids.values[0]!;
  if (first <= Number(stored.lastTradeId)) return;
  throw new InputError({
    field: `trades of ${trades.instrument}`,
    value: first,
    because:
      `the file ends at trade ${stored.lastTradeId}, the snapshot of this shard is gone, ` +
      'and the stream no longer goes back so far',
    remedy: 'Put the snapshot back, or move the file aside to begin a new one.',
  });
}
