import type { Say } from '@algo/bus';
import type { StateTelling } from '@algo/contracts';
import type { AnalyticsSink, InstrumentAnalytics, MarketProfileRow } from '@algo/market-analytics';
import {
  type Candle,
  type CandleDoubted,
  type FairValueGap,
  type InstrumentId,
  type OrderFlowRow,
  plainState,
  type Signal,
  type TimeUs,
  type TradeColumns,
  type Zone,
} from '@algo/model';

/**
 * What one input brought for one instrument's file. *Shape*: `position` is the input's number, above 0
 * and rising; rows of a position that the file has already are passed over by whoever stores them.
 */
export interface ShardRows {
  readonly type: 'StoreRows';
  readonly instrument: InstrumentId;
  readonly position: number;
  readonly trades: TradeColumns | null;
  readonly candles: readonly Candle[];
  readonly doubted: readonly CandleDoubted[];
  readonly orderFlow: readonly OrderFlowRow[];
  readonly profiles: readonly MarketProfileRow[];
  readonly zones: readonly Zone[];
  readonly gaps: readonly FairValueGap[];
}

/** What a shard says. */
export type ShardWord =
  | 'CandleClosed'
  | 'CandleDoubted'
  | 'MarketStateUpdated'
  | 'MarketStateChanged'
  | 'SignalGenerated'
  | 'ZoneChanged'
  | 'GapChanged';

/** Gathers the rows of one input while its engine runs, and says its findings as they come. */
export class RowGathering implements AnalyticsSink {
  readonly #instrument: InstrumentId;
  readonly #engine: InstrumentAnalytics;
  readonly #telling: StateTelling | null;
  #say!: Say<ShardWord, ShardRows>;
  #candles: Candle[] = [];
  #doubted: CandleDoubted[] = [];
  #orderFlow: OrderFlowRow[] = [];
  #profiles: MarketProfileRow[] = [];
  readonly #zones = new Map<string, Zone>();
  readonly #gaps = new Map<string, FairValueGap>();

  /** How many it has said. */
  candles = 0;
  signals = 0;

  /**
   * `telling` says how the engine's states are told, null where whoever is told one looks at it before the
   * engine goes on.
   */
  constructor(instrument: InstrumentId, engine: InstrumentAnalytics, telling: StateTelling | null) {
    this.#instrument = instrument;
    this.#engine = engine;
    this.#telling = telling;
  }

  begin(say: Say<ShardWord, ShardRows>): void {
    this.#say = say;
    this.#candles = [];
    this.#doubted = [];
    this.#orderFlow = [];
    this.#profiles = [];
    this.#zones.clear();
    this.#gaps.clear();
  }

  /** Has the rows of the input stored, if there are any. */
  end(trades: TradeColumns | null): void {
    const found = this.#candles.length + this.#doubted.length + this.#zones.size + this.#gaps.size;
    if (trades === null && found === 0) return;
    this.#say.request({
      type: 'StoreRows',
      instrument: this.#instrument,
      position: this.#say.input,
      trades,
      candles: this.#candles,
      doubted: this.#doubted,
      orderFlow: this.#orderFlow,
      profiles: this.#profiles,
      zones: [...this.#zones.values()],
      gaps: [...this.#gaps.values()],
    });
  }

  onCandle(candle: Candle): void {
    this.candles++;
    this.#candles.push(candle);
    this.#say('CandleClosed', candle);
  }

  onDoubt(doubted: CandleDoubted): void {
    this.#doubted.push(doubted);
    this.#say('CandleDoubted', doubted);
  }

  /** A zone may take several steps in one input: its file keeps the last. */
  onZone(zone: Zone): void {
    this.#zones.set(zone.id, zone);
    this.#say('ZoneChanged', zone);
  }

  onGap(gap: FairValueGap): void {
    this.#gaps.set(gap.id, gap);
    this.#say('GapChanged', gap);
  }

  onSignal(signal: Signal): void {
    this.signals++;
    const { state } = signal;
    this.#say('SignalGenerated', this.#telling === null ? signal : { ...signal, state: plainState(state) });
  }

  onStateDue(_timeUs: TimeUs): void {
    const state = this.#engine.stateInHand();
    if (this.#telling === null) {
      this.#say('MarketStateUpdated', { state, changesFollow: false });
      return;
    }
    const { name, body } = this.#telling.tell(state);
    if (name === 'MarketStateChanged') this.#say('MarketStateChanged', body);
    else this.#say('MarketStateUpdated', body);
  }

  onOrderFlow(row: OrderFlowRow): void {
    this.#orderFlow.push(row);
  }

  onProfile(row: MarketProfileRow): void {
    this.#profiles.push(row);
  }
}
