import type { HandleContext } from '@algo/bus';
import { codecs, subjects } from '@algo/contracts';
import type {
  Candle,
  FairValueGap,
  InstrumentId,
  OrderFlowRow,
  Signal,
  TimeUs,
  TradeColumns,
  Zone,
} from '@algo/model';
import { emission } from '@algo/runtime';
import type { MarketProfileRow as StoredProfile, TickStore } from '@algo/tickstore';
import type { AnalyticsSink, InstrumentAnalytics, MarketProfileRow } from '../domain/index.ts';

/** What one instrument's engine finds in one input: published as it comes, stored as one position. */
export class InstrumentOutput implements AnalyticsSink {
  readonly #instrument: InstrumentId;
  readonly #engine: InstrumentAnalytics;
  readonly #store: TickStore;
  #context!: HandleContext;
  #candles: Candle[] = [];
  #orderFlow: OrderFlowRow[] = [];
  #profiles: StoredProfile[] = [];
  #zones = new Map<string, Zone>();
  #gaps = new Map<string, FairValueGap>();
  #signals = 0;

  constructor(instrument: InstrumentId, engine: InstrumentAnalytics, store: TickStore) {
    this.#instrument = instrument;
    this.#engine = engine;
    this.#store = store;
  }

  begin(context: HandleContext): void {
    this.#context = context;
    this.#candles = [];
    this.#orderFlow = [];
    this.#profiles = [];
    this.#zones.clear();
    this.#gaps.clear();
    this.#signals = 0;
  }

  /** Hands the rows of this input to the store, under the input's number. */
  end(trades: TradeColumns | undefined): { candles: number; signals: number } {
    if (trades !== undefined || this.#candles.length > 0 || this.#zones.size > 0 || this.#gaps.size > 0)
      this.#store.append({
        instrument: this.#instrument,
        position: this.#context.handled,
        ...(trades === undefined ? {} : { trades }),
        candles: this.#candles,
        orderFlow: this.#orderFlow,
        profiles: this.#profiles,
        zones: [...this.#zones.values()],
        gaps: [...this.#gaps.values()],
      });
    return { candles: this.#candles.length, signals: this.#signals };
  }

  onCandle(candle: Candle): void {
    this.#candles.push(candle);
    this.#context.emit(
      emission(
        subjects.candles(candle.instrument, candle.timeframe),
        codecs.CandleClosed,
        candle,
        candle.openTimeUs,
      ),
    );
  }

  onZone(zone: Zone): void {
    this.#zones.set(zone.id, zone);
    this.#context.emit(
      emission(
        subjects.pattern(this.#instrument, 'zone'),
        codecs.ZoneChanged,
        zone,
        Math.max(zone.lastTestedUs, zone.firstSeenUs),
      ),
    );
  }

  onGap(gap: FairValueGap): void {
    this.#gaps.set(gap.id, gap);
    this.#context.emit(
      emission(
        subjects.pattern(this.#instrument, 'gap'),
        codecs.GapChanged,
        gap,
        Math.max(gap.createdUs, gap.filledUs),
      ),
    );
  }

  onSignal(signal: Signal): void {
    this.#signals++;
    this.#context.emit(
      emission(subjects.signal(this.#instrument), codecs.SignalGenerated, signal, signal.state.timeUs),
    );
  }

  onStateDue(timeUs: TimeUs): void {
    this.#context.emit(
      emission(subjects.state(this.#instrument), codecs.MarketStateUpdated, this.#engine.state(), timeUs),
    );
  }

  onOrderFlow(row: OrderFlowRow): void {
    this.#orderFlow.push(row);
  }

  onProfile(row: MarketProfileRow): void {
    const { firstPrice, rowSize, volumes } = row.profileData;
    const profileData = volumes
      .map((volume, i) => [firstPrice + i * rowSize, volume] as const)
      .filter(([, volume]) => volume > 0);
    this.#profiles.push({ ...row, profileData, profileShape: row.profileShape ?? 'not available' });
  }
}
