import type {
  Candle,
  FairValueGap,
  InstrumentId,
  MarketState,
  OrderFlowRow,
  Signal,
  TimeUs,
  TradeColumns,
  Zone,
} from '@algo/model';
import type { AnalyticsSink, MarketProfileRow } from './rows.ts';

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
  readonly orderFlow: readonly OrderFlowRow[];
  readonly profiles: readonly MarketProfileRow[];
  readonly zones: readonly Zone[];
  readonly gaps: readonly FairValueGap[];
}

/** Where the findings of one instrument go at once: facts for the others. */
export interface Findings {
  candle(candle: Candle): void;
  zone(zone: Zone): void;
  gap(gap: FairValueGap): void;
  signal(signal: Signal): void;
  state(state: MarketState): void;
}

/** Gathers the rows of one input while its engine runs, and passes its findings on as they come. */
export class RowGathering implements AnalyticsSink {
  readonly #instrument: InstrumentId;
  readonly #readState: () => MarketState;
  #findings!: Findings;
  #candles: Candle[] = [];
  #orderFlow: OrderFlowRow[] = [];
  #profiles: MarketProfileRow[] = [];
  readonly #zones = new Map<string, Zone>();
  readonly #gaps = new Map<string, FairValueGap>();

  /** `readState` reads the engine's state at this very moment. */
  constructor(instrument: InstrumentId, readState: () => MarketState) {
    this.#instrument = instrument;
    this.#readState = readState;
  }

  begin(findings: Findings): void {
    this.#findings = findings;
    this.#candles = [];
    this.#orderFlow = [];
    this.#profiles = [];
    this.#zones.clear();
    this.#gaps.clear();
  }

  /** Returns the rows of the input with this number; null when there are none. */
  end(position: number, trades: TradeColumns | null): ShardRows | null {
    if (trades === null && this.#candles.length === 0 && this.#zones.size === 0 && this.#gaps.size === 0)
      return null;
    return {
      type: 'StoreRows',
      instrument: this.#instrument,
      position,
      trades,
      candles: this.#candles,
      orderFlow: this.#orderFlow,
      profiles: this.#profiles,
      zones: [...this.#zones.values()],
      gaps: [...this.#gaps.values()],
    };
  }

  onCandle(candle: Candle): void {
    this.#candles.push(candle);
    this.#findings.candle(candle);
  }

  /** A zone may take several steps in one input: its file keeps the last. */
  onZone(zone: Zone): void {
    this.#zones.set(zone.id, zone);
    this.#findings.zone(zone);
  }

  onGap(gap: FairValueGap): void {
    this.#gaps.set(gap.id, gap);
    this.#findings.gap(gap);
  }

  onSignal(signal: Signal): void {
    this.#findings.signal(signal);
  }

  onStateDue(_timeUs: TimeUs): void {
    this.#findings.state(this.#readState());
  }

  onOrderFlow(row: OrderFlowRow): void {
    this.#orderFlow.push(row);
  }

  onProfile(row: MarketProfileRow): void {
    this.#profiles.push(row);
  }
}
