import {
  InputError,
  type Instrument,
  type InstrumentId,
  type TimeUs,
  US_PER_MINUTE,
  US_PER_SECOND,
} from '@algo/model';
import { SyntheticMarket, type SyntheticSettings, type SyntheticSnapshot } from '@algo/simulation';
import type { RawTrades } from '../domain/raw-trades.ts';
import type { RecordedFeed, RecordedSlice } from '../domain/recorded-feed.ts';
import { stepAt } from '../domain/slicer.ts';

/** Always the same, so that runs can be compared: 2025-01-01T00:00Z. */
const START_US = 1_735_689_600_000_000;
const WARM_STEP_US = 5 * US_PER_SECOND;
/** *Units*: price ticks. Moves of a basis point are then still several ticks. */
const START_TICKS = 10_000;

/**
 * *Units*: `stepUs` divides WARM_STEP_US or is a multiple of it; `warmUs` of market time given out without
 * waiting.
 */
export interface SyntheticFeedSettings {
  readonly instruments: readonly Instrument[];
  readonly seed: number;
  readonly stepUs: number;
  readonly warmHistoryMinutes: number;
}

interface SyntheticFeedSnapshot {
  readonly version: 1;
  readonly made: string;
  readonly endUs: TimeUs;
  readonly markets: readonly SyntheticSnapshot[];
}

/**
 * A feed without end of markets that never were. The history that indicators need comes first, in coarser
 * slices.
 */
export class SyntheticFeed implements RecordedFeed {
  readonly #settings: SyntheticFeedSettings;
  readonly #markets: readonly SyntheticMarket[];
  readonly #warmUntilUs: TimeUs;
  #endUs: TimeUs;

  get instruments(): InstrumentId[] {
    return this.#settings.instruments.map(({ id }) => id);
  }

  /** *Errors*: InputError when the snapshot is of a feed with other settings. */
  constructor(settings: SyntheticFeedSettings, restored: Uint8Array | undefined) {
    this.#settings = settings;
    this.#warmUntilUs = START_US + settings.warmHistoryMinutes * US_PER_MINUTE;
    const from = restored === undefined ? undefined : this.#read(restored);
    this.#endUs = from?.endUs ?? START_US;
    this.#markets = settings.instruments.map((instrument, i) => {
      const market: SyntheticSettings = {
        instrument,
        seed: settings.seed,
        startUs: START_US,
        startPrice: instrument.priceTick.toNumber() * START_TICKS,
      };
      const saved = from?.markets[i];
      return saved === undefined ? new SyntheticMarket(market) : SyntheticMarket.restore(market, saved);
    });
  }

  async next(): Promise<RecordedSlice> {
    const isFirst = this.#endUs === START_US;
    for (;;) {
      const startUs = this.#endUs;
      const warm = startUs < this.#warmUntilUs;
      this.#endUs = startUs + (warm ? WARM_STEP_US : this.#settings.stepUs);
      const parts = this.#markets
        .map((market) => rawOf(market.next(this.#endUs)))
        .filter(({ count }) => count > 0);
      if (parts.length === 0) continue;
      const notices = isFirst
        ? this.#settings.instruments.map(({ id }) => ({
            type: 'FeedConnected' as const,
            instrument: id,
            source: `synthetic:${this.#settings.seed}`,
            timeUs: this.#endUs,
          }))
        : [];
      return { step: stepAt(startUs), timeUs: this.#endUs, parts, notices, warm };
    }
  }

  snapshot(): Uint8Array {
    const snapshot: SyntheticFeedSnapshot = {
      version: 1,
      made: this.#made(),
      endUs: this.#endUs,
      markets: this.#markets.map((market) => market.snapshot()),
    };
    return new TextEncoder().encode(JSON.stringify(snapshot));
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  #made(): string {
    const { instruments, seed, stepUs, warmHistoryMinutes } = this.#settings;
    const names = instruments.map(({ id }) => id).join(',');
    return `${names} seed ${seed} steps ${stepUs} µs warm ${warmHistoryMinutes} min`;
  }

  #read(bytes: Uint8Array): SyntheticFeedSnapshot {
    const saved = JSON.parse(new TextDecoder().decode(bytes)) as SyntheticFeedSnapshot;
    if (saved.version !== 1 || saved.made !== this.#made())
      throw new InputError({
        field: 'ALGO_FEED',
        value: `synthetic: ${this.#made()}`,
        because: `this data directory is in the middle of another feed: ${saved.made}`,
        remedy: 'Go on with that one, or use a fresh data directory.',
      });
    return saved;
  }
}

function rawOf(trades: ReturnType<SyntheticMarket['next']>): RawTrades {
  const { ids, ...columns } = trades;
  return { ...columns, ids: ids.kind === 'counted' ? ids.values : undefined };
}
