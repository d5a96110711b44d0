import { MergedTape, type Tape, type TapeLane, type TapeStretch } from '@algo/backtest';
import type { InstrumentId, TradeColumns } from '@algo/model';

/** The trades that an engine has stored, as a tape for a backtest. */
export class StoredTape implements Tape {
  readonly instruments: readonly InstrumentId[];
  readonly #batches: readonly TradeColumns[];
  readonly #tape: MergedTape;

  constructor(batches: readonly TradeColumns[]) {
    this.#batches = batches;
    this.instruments = [...new Set(batches.map(({ instrument }) => instrument))];
    this.#tape = new MergedTape(this.instruments.map((instrument) => this.#laneOf(instrument)));
  }

  /** The ids of all trades in the order in which they are stored. */
  get ids(): readonly number[] {
    return this.#batches.flatMap(({ ids }) => [...ids.values].map(Number));
  }

  next(): Promise<TapeStretch | undefined> {
    return this.#tape.next();
  }

  #laneOf(instrument: InstrumentId): TapeLane {
    const batches = this.#batches.filter((batch) => batch.instrument === instrument).values();
    return {
      instrument,
      async read() {
        const { value } = batches.next();
        return value === undefined ? undefined : { trades: value, holes: [] };
      },
    };
  }
}
