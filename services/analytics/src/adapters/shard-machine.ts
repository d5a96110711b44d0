import type { HandleContext, InboundMessage, StepMachine } from '@algo/bus';
import { codecs, familyOf, feedEvents } from '@algo/contracts';
import {
  InputError,
  type InstrumentId,
  instrumentId,
  TIMEFRAME_US,
  type TimeUs,
  type TradeColumns,
  US_PER_HOUR,
} from '@algo/model';
import { type InstrumentCatalog, instrumentOf } from '@algo/runtime';
import type { StoredPosition, TickStore } from '@algo/tickstore';
import { CLASSIC_THRESHOLDS, InstrumentAnalytics, SnapshotReader, SnapshotWriter } from '../domain/index.ts';
import { InstrumentOutput } from './instrument-output.ts';

interface Kept {
  readonly engine: InstrumentAnalytics;
  readonly output: InstrumentOutput;
}

/** The shortest bar: nothing closes between two of its boundaries. */
const BOUNDARY_US = TIMEFRAME_US['15s'];
/** The store may be this far behind; then trades wait for it. */
const STORE_BACKLOG_MAX = 200_000;

/**
 * One shard between bus, engines and store: a streaming engine and a DuckDB file for each instrument it owns.
 */
export class ShardMachine implements StepMachine {
  readonly #catalog: InstrumentCatalog;
  readonly #store: TickStore;
  readonly #kept = new Map<InstrumentId, Kept>();
  readonly #restored: Map<InstrumentId, Uint8Array>;
  readonly #touched = new Set<InstrumentId>();
  /** One for all snapshots: fresh memory for tens of MB costs more than the copying. */
  readonly #snapshot = new SnapshotWriter();
  #storedBefore = 0;
  #trades = 0;
  #candles = 0;
  #signals = 0;
  #timeUs: TimeUs = 0;

  constructor(catalog: InstrumentCatalog, store: TickStore, state: Uint8Array | undefined) {
    this.#catalog = catalog;
    this.#store = store;
    this.#restored = state === undefined ? new Map() : statesOf(state);
  }

  /**
   * Opens the files of the instruments that the snapshot knows,
   * so that a corrupt one is found before trading starts.
   */
  async openRestored(): Promise<void> {
    for (const id of [...this.#restored.keys()]) await this.#open(id, 'counted');
  }

  handle(message: InboundMessage, context: HandleContext): void | Promise<void> {
    switch (familyOf(message.subject)) {
      case 'md.trades':
        return this.#onTrades(message, context);
      case 'md.feed': {
        const event = feedEvents.decode(message.type, message.data);
        if (event.type === 'TimeAdvanced')
          this.#advance(this.#kept.get(event.instrument), event.timeUs, context);
        // Nothing more comes of a recorded feed, so the hour it
        // ended in is over: every bar closes, and volumes add up.
        if (event.type === 'FeedEnded')
          this.#advance(
            this.#kept.get(event.instrument),
            Math.ceil(event.timeUs / US_PER_HOUR) * US_PER_HOUR,
            context,
          );
        return;
      }
      default:
        return; // not one of ours to judge
    }
  }

  endStep(timeUs: TimeUs, context: HandleContext): void {
    const crossed = Math.floor(timeUs / BOUNDARY_US) > Math.floor(this.#timeUs / BOUNDARY_US);
    this.#timeUs = timeUs;
    if (crossed) for (const kept of this.#kept.values()) this.#advance(kept, timeUs, context);
  }

  onBoundary(handled: number): void {
    for (const instrument of this.#touched) this.#store.commitUpTo(instrument, handled);
    this.#touched.clear();
  }

  snapshot(): Uint8Array {
    const to = this.#snapshot;
    to.restart();
    to.number(this.#kept.size);
    for (const [id, { engine }] of this.#kept) {
      to.text(id);
      to.section(() => engine.save(to));
    }
    return to.bytes();
  }

  counters(): Record<string, number> {
    const { storedTrades, pendingRows, lastCommitMs, commits } = this.#store.stats();
    return {
      trades: this.#trades,
      stored: this.#storedBefore + storedTrades,
      candles: this.#candles,
      signals: this.#signals,
      pendingRows,
      commits,
      lastCommitMs,
      instruments: this.#kept.size,
    };
  }

  #onTrades(message: InboundMessage, context: HandleContext): void | Promise<void> {
    const { trades, complete } = codecs.TradeBatch.decode(message.data);
    const kept = this.#kept.get(trades.instrument);
    if (kept === undefined)
      return this.#open(trades.instrument, trades.ids.kind).then((stored) => {
        checkContinues(stored, trades, context.handled);
        return this.#onTrades(message, context);
      });
    this.#trades += trades.count;
    kept.output.begin(context);
    kept.engine.onTrades(trades, complete, kept.output);
    this.#touched.add(trades.instrument);
    const { candles, signals } = kept.output.end(trades);
    this.#candles += candles;
    this.#signals += signals;
    if (this.#store.backlog > STORE_BACKLOG_MAX) return this.#store.flush();
  }

  #advance(kept: Kept | undefined, timeUs: TimeUs, context: HandleContext): void {
    if (kept === undefined) return;
    kept.output.begin(context);
    kept.engine.advanceTo(timeUs, kept.output);
    const { candles, signals } = kept.output.end(undefined);
    if (candles > 0) this.#touched.add(kept.engine.settings.instrument);
    this.#candles += candles;
    this.#signals += signals;
  }

  async #open(id: InstrumentId, idKind: 'counted' | 'named'): Promise<StoredPosition> {
    const instrument = instrumentOf(this.#catalog, id);
    const stored = await this.#store.openInstrument(id, idKind);
    this.#storedBefore += stored.trades;
    const settings = {
      instrument: id,
      priceTick: instrument.priceTick.toNumber(),
      quantityStep: instrument.quantityStep.toNumber(),
      ...CLASSIC_THRESHOLDS,
    };
    const state = this.#restored.get(id);
    this.#restored.delete(id);
    const engine =
      state === undefined ? new InstrumentAnalytics(settings) : InstrumentAnalytics.restore(settings, state);
    this.#kept.set(id, { engine, output: new InstrumentOutput(id, engine, this.#store) });
    return stored;
  }
}

/**
 * A shard that lost its snapshot counts its inputs from 1 again and meets its stored trades again, as long as the stream
 * goes back that far. Where it doesn't, rows would be taken for stored ones and be lost. *Errors*: InputError.
 */
function checkContinues(stored: StoredPosition, trades: TradeColumns, handled: number): void {
  if (trades.ids.kind !== 'counted' || stored.lastTradeId === null || handled > stored.position) return;
  const first = trades.ids.values[0]!;
  if (first <= Number(stored.lastTradeId)) return;
  throw new InputError({
    field: `trades of ${trades.instrument}`,
    value: first,
    because: `the file ends at trade ${stored.lastTradeId}, the snapshot of this shard is gone, and the stream no longer goes back so far`,
    remedy: 'Put the snapshot back, or move the file aside to begin a new one.',
  });
}

/** The lengths of a name and of a state. */
const ENTRY_BYTES_MIN = 16;

/** Returns the engines' own snapshots out of the shard's. *Errors*: InputError on damaged bytes or another layout. */
function statesOf(snapshot: Uint8Array): Map<InstrumentId, Uint8Array> {
  const from = new SnapshotReader(snapshot);
  const states = new Map<InstrumentId, Uint8Array>();
  for (let left = from.count(ENTRY_BYTES_MIN); left > 0; left--)
    states.set(instrumentId(from.text()), from.section());
  from.end();
  return states;
}
