import type { Requests, Ticket } from '@algo/bus';
import type { MarketProfileRow } from '@algo/market-analytics';
import { InputError, type InstrumentId, type TradeColumns } from '@algo/model';
import type { IdKind, RowStore, StoredPosition, StoreRows } from '@algo/tickstore';
import type { ShardRows } from '../domain/index.ts';
import type { PastRows } from './past-rows.ts';
import { refill } from './refill.ts';

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
  opened: Promise<void>;
  /** What the file held when it was opened; undefined until it is. */
  stored: StoredPosition | undefined;
  /** Whether its instrument was there in an earlier life: then an empty file has lost its rows. */
  readonly isKnown: boolean;
  /** Whether it was looked for rows that it lacks. */
  isChecked: boolean;
}

export interface StoringOptions {
  readonly past: PastRows | null;
  /** Told of each try that failed and is made again. */
  onWaiting(error: Error): void;
  /** Told what was put back, for a person. */
  onRefilled(words: string): void;
  readonly tryAgainMs?: number;
}

/** Puts a shard's rows into the files of its instruments. */
export class RowStoring implements Requests<ShardRows, never> {
  readonly #store: RowStore;
  readonly #onWaiting: (error: Error) => void;
  readonly #onRefilled: (words: string) => void;
  readonly #tryAgainMs: number;
  readonly #past: PastRows | null;
  readonly #files = new Map<InstrumentId, File>();
  readonly #failure = Promise.withResolvers<Error>();
  #storedBefore = 0;
  #hasFailed = false;

  /** What a file lacks is put back from `past`, and told to `onRefilled`. */
  constructor(store: RowStore, { past, onWaiting, onRefilled, tryAgainMs }: StoringOptions) {
    this.#store = store;
    this.#past = past;
    this.#onWaiting = onWaiting;
    this.#onRefilled = onRefilled;
    this.#tryAgainMs = tryAgainMs ?? TRY_AGAIN_MS;
  }

  /** Takes that a file is gone or damaged: a new process opens it anew. */
  fail(error: Error): void {
    this.#fail(error);
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

  /** Opens the file of an instrument of an earlier life: what is wrong with it is known before rows come. */
  open(instrument: InstrumentId): void {
    this.#fileOf(instrument, 'counted', true);
  }

  carryOut(rows: ShardRows, ticket: Ticket<never>): void {
    const file = this.#fileOf(rows.instrument, rows.trades?.ids.kind ?? 'counted', false);
    this.#whenOpen(file, () => this.#append(rows, file, ticket));
  }

  /** Does something once a file is open and lacks nothing, in the order of the calls. */
  #whenOpen(file: File, work: () => void): void {
    if (file.stored !== undefined) work();
    else if (!this.#hasFailed) void file.opened.then(() => this.#whenOpen(file, work));
  }

  #fileOf(instrument: InstrumentId, kind: IdKind, isKnown: boolean): File {
    const known = this.#files.get(instrument);
    if (known !== undefined) return known;
    const opened = this.#untilDone(() => this.#store.openInstrument(instrument, kind)).then(
      (stored) => {
        this.#storedBefore += stored.trades;
        file.stored = stored;
      },
      (error: unknown) => this.#fail(error),
    );
    const file: File = { opened, stored: undefined, isKnown, isChecked: false };
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

  #append(rows: ShardRows, file: File, ticket: Ticket<never>): void {
    try {
      if (this.#isLacking(rows, file)) {
        this.#refill(rows, file, file.stored!);
        this.#whenOpen(file, () => this.#append(rows, file, ticket));
        return;
      }
      this.#store.append(rowsOf(rows));
      this.#store.commitUpTo(rows.instrument, rows.position);
    } catch (error) {
      this.#fail(error);
      return;
    }
    if (this.#store.backlog <= BACKLOG_MAX) ticket.settle([]);
    // A write that failed may have left DuckDB unusable in this process: only a new one writes again.
    else
      this.#store.flush().then(
        () => ticket.settle([]),
        (error: unknown) => this.#fail(error),
      );
  }

  /** Whether rows that were taken before are not in the file. *Errors*: InputError: they cannot be had. */
  #isLacking({ trades, position }: ShardRows, file: File): boolean {
    const stored = file.stored!;
    if (file.isChecked) return false;
    const isLost = file.isKnown && stored.position === 0;
    if (trades === null) {
      if (isLost) file.isChecked = true;
      return isLost && this.#past !== null;
    }
    checkContinues(stored, trades, position);
    if (position <= stored.position) return false;
    file.isChecked = true;
    const first = trades.ids.values[0]!;
    const isBehind =
      stored.lastTradeId !== null && typeof first === 'number' && first > Number(stored.lastTradeId) + 1;
    return (isLost || isBehind) && this.#past !== null && position > 1;
  }

  #refill(next: ShardRows, file: File, stored: StoredPosition): void {
    file.stored = undefined;
    const { instrument } = next;
    file.opened = refill(this.#store, { instrument, stored, next }, this.#past!).then(
      (words) => {
        file.stored = stored;
        if (words !== undefined) this.#onRefilled(words);
      },
      (error: unknown) => this.#fail(error),
    );
  }

  #fail(error: unknown): void {
    this.#hasFailed = true;
    this.#failure.resolve(error as Error);
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
