import type { Requests, Ticket } from '@algo/bus';
import { InputError, type InstrumentId, type TradeColumns } from '@algo/model';
import type { IdKind, Leaves, RowStore, StoredPosition } from '@algo/tickstore';
import type { ShardRows } from '../domain/index.ts';
import { mayPass } from './may-pass.ts';
import type { PastRows } from './past-rows.ts';
import { refill } from './refill.ts';
import { behindArchive, rowsIn, rowsOf } from './rows-to-store.ts';

/**
 * Rows that wait for files that can't be opened yet, such as one that a process holds that stands still.
 * Beyond it those of a file are let go: once it is open, they are put back from the streams.
 */
export const WAITING_ROWS_MAX = 200_000;
/**
 * What may pass by itself, such as a file that somebody reads or a full disk, is tried again after so long,
 * each time after twice as long up to this many times that, for as long as it takes: rows wait meanwhile,
 * other files don't.
 */
const TRY_AGAIN_MS = 250;
const TRY_AGAIN_TIMES_MAX = 20;

interface File {
  /** What the file held when it was opened; undefined until it is, and while it is filled again. */
  stored: StoredPosition | undefined;
  /** Whether its instrument was there in an earlier life: then an empty file has lost its rows. */
  readonly isKnown: boolean;
  /** Whether it was looked for rows that it lacks. */
  isChecked: boolean;
  /** Rows that came before it was open. */
  readonly waiting: ShardRows[];
  /** Rows were let go that are not in it. */
  lacks: boolean;
  /** Settles when it has what it lacked; undefined while nothing is put back. */
  refilling: Promise<void> | undefined;
}

export interface StoringOptions {
  readonly past: PastRows | null;
  /** Settles when the file of an instrument may be opened; with false when that isn't wanted any more. */
  mayOpen?(instrument: InstrumentId): Promise<boolean>;
  /** Told of each try that failed and is made again. */
  onWaiting(error: Error): void;
  /** Told what was put back, for a person. */
  onRefilled(words: string): void;
  readonly tryAgainMs?: number;
  readonly waitingRowsMax?: number;
}

/** Puts the rows of virtual shards into the files of their instruments. */
export class RowStoring implements Requests<ShardRows, never> {
  readonly #store: RowStore;
  readonly #options: StoringOptions;
  readonly #files = new Map<InstrumentId, File>();
  readonly #failure = Promise.withResolvers<Error>();
  /** Trades that the files held that are open when they were opened, less those of files that were closed. */
  #storedBefore = 0;
  #waitingRows = 0;
  readonly #waitingRowsMax: number;
  #hasFailed = false;
  /** Why files can't be opened yet, which is tried again. */
  readonly troubles = new Map<InstrumentId, string>();

  /** What a file lacks is put back from `past`, and told to `onRefilled`. */
  constructor(store: RowStore, options: StoringOptions) {
    this.#store = store;
    this.#options = options;
    this.#waitingRowsMax = options.waitingRowsMax ?? WAITING_ROWS_MAX;
  }

  /** Takes that a file is gone or damaged: a new process opens it anew. */
  fail(error: unknown): void {
    this.#hasFailed = true;
    this.#failure.resolve(error as Error);
  }

  /** Settles with what makes storing impossible. */
  get failed(): Promise<Error> {
    return this.#failure.promise;
  }

  counters(): Record<string, number> {
    const { storedTrades, pendingRows, lastCommitMs, commits } = this.#store.stats();
    const stored = this.#storedBefore + storedTrades;
    return { stored, pendingRows: pendingRows + this.#waitingRows, commits, lastCommitMs };
  }

  /** The rows of an instrument keep their order; the store passes over those that it has. */
  terms({ instrument }: ShardRows) {
    return { key: instrument, priority: 0, effect: 'before snapshot', withdraws: false } as const;
  }

  withdrawn(): never[] {
    return []; // nobody withdraws rows
  }

  /**
   * Opens the file of an instrument of an earlier life: what is wrong with it is known before rows come.
   * A stale one is of a time since which another process has had the instrument: its rows go to the archive
   * first.
   */
  open(instrument: InstrumentId, isStale: boolean = false): void {
    this.#fileOf(instrument, 'counted', true, isStale);
  }

  /** The machine waits for a store that is too far behind, and never for a file that can't be opened. */
  carryOut(rows: ShardRows, ticket: Ticket<never>): void {
    const file = this.#fileOf(rows.instrument, rows.trades?.ids.kind ?? 'counted', false);
    if (file.stored === undefined) this.#wait(file, rows);
    else this.#append(rows, file);
    if (this.#hasFailed) return;
    if (file.refilling !== undefined && this.#waitingRows > this.#waitingRowsMax)
      void file.refilling.then(() => ticket.settle([]));
    else if (!this.#store.isBehind) ticket.settle([]);
    // A write that failed may have left DuckDB unusable in this process: only a new one writes again.
    else
      this.#store.ready().then(
        () => ticket.settle([]),
        (error: unknown) => this.fail(error),
      );
  }

  /** Whether the store has all rows of some instruments; not where a file isn't open that rows wait for. */
  canStore(instruments: readonly InstrumentId[]): boolean {
    return !instruments.flatMap((instrument) => this.#files.get(instrument) ?? []).some(isWanting);
  }

  /** Returns true once all their rows are durable, false where some wait for a file. *Errors*: its own. */
  async flush(instruments: readonly InstrumentId[]): Promise<boolean> {
    if (!this.canStore(instruments)) return false;
    await this.#store.flush(instruments.filter((instrument) => this.#files.get(instrument)?.stored));
    return true;
  }

  /**
   * Lets go of the files of some instruments, whose rows have all come; `leaves` says what of them goes to
   * the archive. Rows of a file that can't be opened are given up: whoever goes on takes their inputs again.
   * *Errors*: those of the store; all are let go all the same.
   */
  async close(instruments: readonly InstrumentId[], leaves: Leaves): Promise<void> {
    const problems: unknown[] = [];
    for (const instrument of instruments) {
      const file = this.#files.get(instrument);
      if (file === undefined) continue;
      await file.refilling;
      this.#files.delete(instrument);
      this.#letGo(file);
      if (file.stored === undefined) continue; // whoever opens it finds that nobody wants it
      await this.#closeFile(instrument, leaves).catch((error: unknown) => problems.push(error));
    }
    if (problems.length > 0) throw problems[0];
  }

  async #closeFile(instrument: InstrumentId, leaves: Leaves): Promise<void> {
    const { trades } = await this.#store.closeInstrument(instrument, leaves);
    this.#storedBefore -= trades;
  }

  #wait(file: File, rows: ShardRows): void {
    if (file.lacks) this.#letGo(file);
    else if (file.refilling === undefined && this.#waitingRows + rowsIn(rows) > this.#waitingRowsMax) {
      this.#letGo(file);
      file.lacks = true;
      this.#options.onRefilled(
        `${rows.instrument}: too many rows wait for its file; they are put back from the stream later`,
      );
    }
    // The newest stay: they say up to where the others are put back, though nothing may come for hours.
    file.waiting.push(rows);
    this.#waitingRows += rowsIn(rows);
  }

  #letGo(file: File): void {
    for (const rows of file.waiting.splice(0)) this.#waitingRows -= rowsIn(rows);
  }

  #fileOf(instrument: InstrumentId, kind: IdKind, isKnown: boolean, isStale: boolean = false): File {
    const known = this.#files.get(instrument);
    if (known !== undefined) return known;
    const file: File = {
      ...{ stored: undefined, isKnown, isChecked: false, waiting: [], lacks: false },
      refilling: undefined,
    };
    this.#files.set(instrument, file);
    this.#open(instrument, kind, file, isStale).catch((error: unknown) => this.fail(error));
    return file;
  }

  /** *Errors*: what does not pass by itself. */
  async #open(instrument: InstrumentId, kind: IdKind, file: File, isStale: boolean): Promise<void> {
    const { onWaiting, tryAgainMs = TRY_AGAIN_MS } = this.#options;
    const isWanted = () => this.#files.get(instrument) === file && !this.#hasFailed;
    if ((await this.#options.mayOpen?.(instrument)) === false) return;
    for (let delayMs = tryAgainMs; isWanted(); delayMs *= 2) {
      try {
        if (isStale) {
          await this.#store.openInstrument(instrument, kind);
          await this.#store.closeInstrument(instrument, 'rows');
          isStale = false;
        }
        const stored = await this.#store.openInstrument(instrument, kind);
        this.troubles.delete(instrument);
        this.#storedBefore += stored.trades;
        if (isWanted()) this.#opened(file, stored);
        else await this.#closeFile(instrument, 'nothing');
        return;
      } catch (error) {
        if (!mayPass(error)) throw error;
        this.troubles.set(instrument, error.message);
        onWaiting(error);
      }
      const waitMs = Math.min(delayMs, tryAgainMs * TRY_AGAIN_TIMES_MAX);
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
    this.troubles.delete(instrument);
  }

  /** Stores what has waited for a file; what it lacks first. */
  #opened(file: File, stored: StoredPosition): void {
    file.stored = stored;
    while (file.waiting.length > 0 && file.stored !== undefined) {
      const rows = file.waiting.shift()!;
      this.#waitingRows -= rowsIn(rows);
      this.#append(rows, file);
    }
  }

  #append(rows: ShardRows, file: File): void {
    try {
      if (this.#isLacking(rows, file)) {
        this.#refill(rows, file, file.stored!);
        return;
      }
      this.#store.append(rowsOf(behindArchive(rows, file.stored!)));
      this.#store.commitUpTo(rows.instrument, rows.position);
    } catch (error) {
      this.fail(error);
    }
  }

  /** Whether rows that were taken before are not in the file. *Errors*: InputError: they cannot be had. */
  #isLacking({ trades, position }: ShardRows, file: File): boolean {
    const stored = file.stored!;
    if (file.lacks) return this.#options.past !== null && position > stored.position;
    if (file.isChecked) return false;
    const isLost = file.isKnown && stored.position === 0;
    if (trades === null) {
      if (isLost) file.isChecked = true;
      return isLost && this.#options.past !== null;
    }
    checkContinues(stored, trades, position);
    if (position <= stored.position) return false;
    file.isChecked = true;
    const first = trades.ids.values[0]!;
    const isBehind =
      stored.lastTradeId !== null && typeof first === 'number' && first > Number(stored.lastTradeId) + 1;
    return (isLost || isBehind) && this.#options.past !== null && position > 1;
  }

  /** Puts back what the file lacks before these rows, which it has next. */
  #refill(next: ShardRows, file: File, stored: StoredPosition): void {
    file.stored = undefined;
    file.lacks = false;
    file.isChecked = true;
    file.waiting.unshift(next);
    this.#waitingRows += rowsIn(next);
    const { instrument } = next;
    file.refilling = refill(this.#store, { instrument, stored, next }, this.#options.past!)
      .then((words) => {
        file.refilling = undefined;
        if (words !== undefined) this.#options.onRefilled(words);
        this.#opened(file, stored);
      })
      .catch((error: unknown) => this.fail(error));
  }
}

/** Whether rows of a file are nowhere on disk and not on their way there. */
function isWanting({ stored, waiting, lacks }: File): boolean {
  return lacks || (stored === undefined && waiting.length > 0);
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
