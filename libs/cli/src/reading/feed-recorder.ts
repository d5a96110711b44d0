import { type Bus, type InboundMessage, StreamLanes, type Subscription } from '@algo/bus';
import { fenceFilter } from '@algo/contracts';
import type { InstrumentId, TradeBatch } from '@algo/model';
import type { RowStore, StoredPosition } from '@algo/tickstore';

const TRADES = 'md.trades.>';

/**
 * Stores the trades that a feed brings, each once: a row's position is its place in the stream, so that a
 * next life goes on where this one ended, however it ended.
 */
export class FeedRecorder implements AsyncDisposable {
  readonly #store: RowStore;
  readonly #lanes: StreamLanes;
  readonly #files = new Map<InstrumentId, StoredPosition>();
  #subscription: Subscription | undefined;
  #reached = 0;
  #trades = 0;

  private constructor(store: RowStore, lanes: StreamLanes) {
    this.#store = store;
    this.#lanes = lanes;
  }

  /** Begins behind what is stored of `known`, the instruments that have a file. */
  static async start(bus: Bus, store: RowStore, known: readonly InstrumentId[]): Promise<FeedRecorder> {
    const positions: number[] = [];
    const files = new Map<InstrumentId, StoredPosition>();
    for (const id of known) {
      const stored = await store.openInstrument(id, 'counted');
      files.set(id, stored);
      positions.push(stored.position);
    }
    const after = Math.min(...(positions.length > 0 ? positions : [0]));
    const { first } = await bus.bounds('MARKET');
    const recorder = new FeedRecorder(store, new StreamLanes('MARKET', first > 1 || after > 0));
    for (const [id, stored] of files) recorder.#files.set(id, stored);
    recorder.#subscription = await bus.follow(
      { stream: 'MARKET', subjects: [TRADES, fenceFilter('MARKET')], after },
      (message) => recorder.#take(message),
    );
    return recorder;
  }

  /** Settles with what makes recording impossible. */
  get closed(): Promise<Error | undefined> {
    return this.#subscription!.closed;
  }

  get instruments(): number {
    return this.#files.size;
  }

  /** How many trades this life has stored. */
  get trades(): number {
    return this.#trades;
  }

  /** Waits until all that the stream holds now is stored. */
  async drain(bus: Bus): Promise<void> {
    const last = await bus.last('MARKET', TRADES);
    while (this.#reached < (last?.sequence ?? 0)) {
      const next = new Promise((resolve) => setTimeout(resolve, 20));
      const ended = await Promise.race([this.closed.then((error) => error ?? new Error('it ended')), next]);
      if (ended instanceof Error) throw ended;
    }
    await this.#store.flush();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#subscription?.[Symbol.asyncDispose]();
  }

  async #take(message: InboundMessage): Promise<void> {
    const batches: TradeBatch[] = [];
    this.#lanes.admit(message, ({ fact }) => {
      if (fact.name === 'TradeBatch') batches.push(fact.body);
    });
    for (const { trades } of batches) {
      const { instrument } = trades;
      let file = this.#files.get(instrument);
      if (file === undefined) {
        file = await this.#store.openInstrument(instrument, trades.ids.kind);
        this.#files.set(instrument, file);
      }
      // The one that a repeat waited for passes with it: both are at the place that the stream has come to.
      this.#store.append({ instrument, position: message.sequence, trades });
      this.#store.commitUpTo(instrument, message.sequence);
      if (message.sequence > file.position) this.#trades += trades.count;
    }
    this.#reached = message.sequence;
    if (this.#store.isBehind) await this.#store.ready();
  }
}
