import type { Requests, Ticket } from '@algo/bus';
import type { MarketProfileRow } from '@algo/market-analytics';
import { InputError, type InstrumentId, type TradeColumns } from '@algo/model';
import type { IdKind, RowStore, StoredPosition, StoreRows } from '@algo/tickstore';
import type { ShardRows } from '../domain/index.ts';

/** The store may be this far behind; then what comes next waits for it. */
const BACKLOG_MAX = 200_000;
/**
 * What may pass by itself, such as a file that somebody reads or a full disk, is tried again after so long,
 * each time after twice as long up to this many times that: rows wait meanwhile, other files don't.
 */
const TRY_AGAIN_MS = 250;
const TRY_AGAIN_TIMES_MAX = 20;
/** Some five minutes: then a new process tries, in which nothing of DuckDB is left from before. */
const TRIES_MAX = 60;

interface File {
  readonly opened: Promise<void>;
  /** What the file held when it was opened; undefined until it is. */
  stored: StoredPosition | undefined;
  isChecked: boolean;
}

/** Puts a shard's rows into the files of its instruments. */
export class RowStoring implements Requests<ShardRows, never> {
  readonly #store: RowStore;
  readonly #onWaiting: (error: Error) => void;
  readonly #tryAgainMs: number;
  readonly #files = new Map<InstrumentId, File>();
  readonly #failure = Promise.withResolvers<Error>();
  #storedBefore = 0;

  /** `onWaiting` is told of each try that failed and is made again. */
  constructor(store: RowStore, onWaiting: (error: Error) => void, tryAgainMs: number = TRY_AGAIN_MS) {
    this.#store = store;
    this.#onWaiting = onWaiting;
    this.#tryAgainMs = tryAgainMs;
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
    const opened = this.#untilDone(() => this.#store.openInstrument(instrument, kind)).then(
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

  /** *Errors*: what does not pass by itself, at once; the rest after the last try. */
  async #untilDone<Value>(work: () => Promise<Value>): Promise<Value> {
    let delayMs = this.#tryAgainMs;
    for (let tries = 1; ; tries++, delayMs *= 2) {
      try {
        return await work();
      } catch (error) {
        if (!mayPass(error) || tries === TRIES_MAX) throw error;
        this.#onWaiting(error);
      }
      const waitMs = Math.min(delayMs, this.#tryAgainMs * TRY_AGAIN_TIMES_MAX);
      await new Promise((resolve) => setTimeout(resolve, waitMs));
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
    // A write that failed may have left DuckDB unusable in this process: only a new one writes again.
    else
      this.#store.flush().then(
        () => ticket.settle([]),
        (error: unknown) => this.#failure.resolve(error as Error),
      );
  }
}

function mayPass(error: unknown): error is Error {
  return error instanceof Error && 'isPassing' in error && error.isPassing === true;
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
