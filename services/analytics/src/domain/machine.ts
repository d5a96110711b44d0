import type { Machine, Say } from '@algo/bus';
import type { FactOf, StateTelling, TellsStates } from '@algo/contracts';
import { InstrumentAnalytics, SnapshotReader, SnapshotWriter, USUAL_SETTINGS } from '@algo/market-analytics';
import {
  InputError,
  type Instrument,
  type InstrumentId,
  instrumentId,
  RULE_SETS,
  type TimeAdvanced,
  type TimeUs,
  type TradeBatch,
  type Wanted,
} from '@algo/model';
import { RowGathering, type ShardRows, type ShardWord } from './shard-rows.ts';

/** All that there is, by both sets of rules: what the store and the screens show. */
export const EVERYTHING: Wanted = { ...USUAL_SETTINGS, rules: RULE_SETS };

/** What a shard takes. */
export type ShardInput = FactOf<'md.trades' | 'md.bars' | 'md.feed' | 'md.time'>;
interface Kept {
  readonly engine: InstrumentAnalytics;
  readonly rows: RowGathering;
  /** How its states are told; null where they are looked at at once. */
  readonly telling: StateTelling | null;
}

/**
 * One shard: a streaming engine for each instrument it owns. Candles and states follow the feed's sure
 * time.
 */
export class ShardMachine implements Machine<ShardInput, ShardWord, ShardRows> {
  readonly #instruments: ReadonlyMap<InstrumentId, Instrument>;
  readonly #kept = new Map<InstrumentId, Kept>();
  /** What the last snapshot took: between two of them its memory is not kept. */
  #snapshotBytes = 0;
  readonly #tellsStates: TellsStates | null;
  readonly #wanted: Wanted;
  #say!: Say<ShardWord, ShardRows>;
  #sureUs: TimeUs = 0;
  #trades = 0;

  /**
   * `tellsStates` null says that whoever is told a state looks at it before this goes on; `wanted` is what is
   * computed. *Errors*: InputError on a damaged snapshot or one of another layout.
   */
  constructor(
    instruments: ReadonlyMap<InstrumentId, Instrument>,
    snapshot?: Uint8Array,
    tellsStates: TellsStates | null = null,
    wanted: Wanted = USUAL_SETTINGS,
  ) {
    this.#wanted = wanted;
    this.#instruments = instruments;
    this.#tellsStates = tellsStates;
    if (snapshot !== undefined) this.#restore(new SnapshotReader(snapshot));
  }

  take(input: ShardInput, say: Say<ShardWord, ShardRows>): void {
    this.#say = say;
    switch (input.name) {
      case 'TradeBatch':
        this.#onTrades(input.body);
        return;
      case 'WarmBars':
        (this.#kept.get(input.body.instrument) ?? this.#open(input.body.instrument)).engine.onWarmBars(
          input.body,
        );
        return;
      case 'TimeAdvanced':
        this.#onTime(input.body);
        return;
      case 'FeedConnected':
      case 'FeedDisconnected':
      case 'FeedEnded': // bars that are not over stay open: nobody knows what would have come
      case 'GapOpened':
      case 'GapFilled':
      case 'PriceSeen':
      case 'TradeRefused':
        return; // batches say themselves whether something is missing before them, and hold every trade
      case 'GapUnfillable': {
        const { fromUs, instrument, kind, toUs } = input.body;
        const kept = kind === 'bar' ? this.#kept.get(instrument) : undefined;
        if (kept === undefined) return;
        kept.rows.begin(this.#say);
        kept.engine.onLost(fromUs, toUs, kept.rows);
        kept.rows.end(null);
        return;
      }
      default:
        input satisfies never;
    }
  }

  /** Returns all engines' states. */
  snapshot(): Uint8Array {
    const to = new SnapshotWriter(this.#snapshotBytes);
    to.number(this.#sureUs);
    to.number(this.#kept.size);
    for (const [id, { engine, telling }] of this.#kept) {
      to.text(id);
      to.section(() => engine.save(to));
      to.text(telling?.saved() ?? 'null');
    }
    const bytes = to.bytes();
    this.#snapshotBytes = bytes.length + bytes.length / SNAPSHOT_ROOM;
    return bytes;
  }

  /** The instruments that it has met. */
  get instruments(): readonly InstrumentId[] {
    return [...this.#kept.keys()];
  }

  counters(): Record<string, number> {
    const rows = [...this.#kept.values()].map((kept) => kept.rows);
    return {
      trades: this.#trades,
      candles: rows.reduce((sum, { candles }) => sum + candles, 0),
      signals: rows.reduce((sum, { signals }) => sum + signals, 0),
      instruments: this.#kept.size,
    };
  }

  #onTrades({ trades, complete }: TradeBatch): void {
    const kept = this.#kept.get(trades.instrument) ?? this.#open(trades.instrument);
    this.#trades += trades.count;
    kept.rows.begin(this.#say);
    kept.engine.onTrades(trades, complete, kept.rows);
    kept.rows.end(trades);
  }

  #onTime({ sureUs, behind }: TimeAdvanced): void {
    this.#sureUs = Math.max(this.#sureUs, sureUs);
    for (const [id, { engine, rows }] of this.#kept) {
      if (!engine.isDueAt(sureUs) || behind.includes(id)) continue;
      rows.begin(this.#say);
      engine.advanceTo(sureUs, rows);
      rows.end(null);
    }
  }

  #open(id: InstrumentId, state?: Uint8Array, told?: string): Kept {
    const instrument = this.#instruments.get(id);
    if (instrument === undefined)
      throw new InputError({
        field: 'instrument',
        value: id,
        because: `not in the catalog (${[...this.#instruments.keys()].join(', ')})`,
        remedy: 'Add it to config/instruments.yaml with its tick, step and minimums.',
      });
    const settings = {
      ...{ ...USUAL_SETTINGS, ...this.#wanted, instrument: id },
      priceTick: instrument.priceTick.toNumber(),
      quantityStep: instrument.quantityStep.toNumber(),
    };
    const engine =
      state === undefined ? new InstrumentAnalytics(settings) : InstrumentAnalytics.restore(settings, state);
    const telling = this.#tellsStates?.(told) ?? null;
    const kept = { engine, rows: new RowGathering(id, engine, telling), telling };
    this.#kept.set(id, kept);
    return kept;
  }

  #restore(from: SnapshotReader): void {
    this.#sureUs = from.number();
    for (let left = from.count(ENTRY_BYTES_MIN); left > 0; left--)
      this.#open(instrumentId(from.text()), from.section(), from.text());
    from.end();
  }
}

/** A snapshot may be larger than the one before by this part of it before it is copied to grow. */
const SNAPSHOT_ROOM = 8;

/** The lengths of a name, of a state, and of what was told of it. */
const ENTRY_BYTES_MIN = 24;
