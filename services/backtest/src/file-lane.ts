import { type FeedFile, type FileRows, type RawTrades, sliceRaw, TradeScreen } from '@algo/ingest/recordings';
import { InputError, type InstrumentId, type TimeUs } from '@algo/model';
import { rowAfter, sliceRows, type TapeLane, type TapeRows } from './tape.ts';

/** From when to when a recording is read. *Shape*: both ends belong to it. */
export interface TimeRange {
  readonly fromUs: TimeUs;
  readonly toUs: TimeUs;
}

/**
 * The recorded files of one instrument, one after the other: what is no trade, or comes twice, is left
 * out.
 */
export class FileLane implements TapeLane {
  readonly instrument: InstrumentId;
  readonly #files: readonly FeedFile[];
  readonly #range: TimeRange;
  readonly #screen: TradeScreen;
  #file = 0;
  #reading: FileRows | undefined;
  /** What was read behind the last jump of ids, not screened yet. */
  #rest: RawTrades | undefined;
  #isBehindHole = false;

  constructor(instrument: InstrumentId, files: readonly FeedFile[], range: TimeRange) {
    this.instrument = instrument;
    this.#files = files.toSorted((a, b) => a.firstUs - b.firstUs);
    this.#range = range;
    this.#screen = new TradeScreen(instrument);
  }

  /** What came of the rows that were read so far. */
  get counters(): TradeScreen['counters'] {
    return this.#screen.counters;
  }

  /**
   * *Errors*: InputError on a file that is damaged: a result over half a recording would pass for one
   * over all.
   */
  async read(): Promise<TapeRows | undefined> {
    while (this.#file < this.#files.length && this.#screen.lastTimeUs <= this.#range.toUs) {
      if (this.#rest !== undefined) {
        const rows = this.#within(this.#judge(this.#rest));
        if (rows.trades.count > 0) return rows;
        continue;
      }
      const { file } = this.#files[this.#file]!;
      this.#reading ??= file.read(0);
      const next = await this.#reading.next();
      if (next.done) {
        if (next.value !== undefined) throw damaged(file.path, next.value);
        this.#reading = undefined;
        this.#file++;
        continue;
      }
      const rows = this.#within(this.#judge(next.value));
      if (rows.trades.count > 0) return rows;
    }
    await this.#reading?.return(undefined);
    return undefined;
  }

  /** Screens rows up to the first that ids are missing before; a recording has no more than it holds. */
  #judge(raw: RawTrades): TapeRows {
    const { trades, jump } = this.#screen.screen(raw);
    const holes = this.#isBehindHole && trades.count > 0 ? [0] : [];
    if (trades.count > 0) this.#isBehindHole = false;
    this.#rest = undefined;
    if (jump !== undefined) {
      this.#screen.skipTo(jump.toTradeId + 1);
      this.#isBehindHole = true;
      this.#rest = sliceRaw(raw, jump.row, raw.count);
    }
    return { trades, holes };
  }

  #within(rows: TapeRows): TapeRows {
    const from = rowAfter(rows.trades, 0, this.#range.fromUs - 1);
    return sliceRows(rows, from, rowAfter(rows.trades, from, this.#range.toUs));
  }
}

function damaged(path: string, because: string): InputError {
  return new InputError({
    field: '--data',
    value: path,
    because: `it could not be read to its end: ${because}`,
    remedy: 'Give a whole file, or end before the damage with --to.',
  });
}
