import type { FeedEvent, Instrument, InstrumentId, TimeUs } from '@algo/model';
import { US_PER_MINUTE } from '@algo/model';
import { SyntheticMarket, type SyntheticSettings, type SyntheticSnapshot } from '@algo/simulation';
import { rawOf } from '../domain/raw-trades.ts';
import { openFeedState, type RecordedFeed, type Stretch, sealFeedState } from '../domain/recorded-feed.ts';

/** Always the same, so that runs can be compared: 2025-01-01T00:00Z. */
const START_US = 1_735_689_600_000_000;
/** *Units*: price ticks. Moves of a basis point are then still several ticks. */
const START_TICKS = 10_000;

export interface SyntheticFeedSettings {
  readonly instruments: readonly Instrument[];
  readonly seed: number;
  /** Length of the history that comes before the markets open with something to see. */
  readonly warmHistoryMinutes: number;
}

interface SyntheticFeedState {
  readonly givenUs: TimeUs;
  readonly markets: readonly SyntheticSnapshot[];
}

/** A feed without end of markets that never were. */
export class SyntheticFeed implements RecordedFeed {
  readonly warmUntilUs: TimeUs;
  readonly #settings: SyntheticFeedSettings;
  readonly #markets: readonly SyntheticMarket[];
  readonly #name: string;
  #givenUs: TimeUs;

  /** *Errors*: InputError when the snapshot is of a feed with other settings. */
  constructor(settings: SyntheticFeedSettings, restored: string | undefined) {
    const { instruments, seed, warmHistoryMinutes } = settings;
    this.#settings = settings;
    this.warmUntilUs = START_US + warmHistoryMinutes * US_PER_MINUTE;
    const ids = instruments.map(({ id }) => id).join(',');
    this.#name = `synthetic ${ids} seed ${seed} warm ${warmHistoryMinutes} min`;
    const from = restored === undefined ? undefined : openFeedState<SyntheticFeedState>(this.#name, restored);
    this.#givenUs = from?.givenUs ?? START_US;
    this.#markets = instruments.map((instrument, i) => {
      const market: SyntheticSettings = {
        instrument,
        seed,
        startUs: START_US,
        startPrice: instrument.priceTick.toNumber() * START_TICKS,
        opensUs: this.warmUntilUs,
      };
      const saved = from?.markets[i];
      return saved === undefined ? new SyntheticMarket(market) : SyntheticMarket.restore(market, saved);
    });
  }

  get instruments(): InstrumentId[] {
    return this.#settings.instruments.map(({ id }) => id);
  }

  get givenUs(): TimeUs {
    return this.#givenUs;
  }

  async next(untilUs: TimeUs): Promise<Stretch> {
    const notices = this.#givenUs === START_US ? this.#connected(untilUs) : [];
    const rows = this.#markets.map((market) => rawOf(market.next(untilUs))).filter(({ count }) => count > 0);
    this.#givenUs = Math.max(this.#givenUs, untilUs);
    return { untilUs: this.#givenUs, parts: [...notices, ...rows] };
  }

  snapshot(): string {
    const state: SyntheticFeedState = {
      givenUs: this.#givenUs,
      markets: this.#markets.map((market) => market.snapshot()),
    };
    return sealFeedState(this.#name, state);
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  #connected(timeUs: TimeUs): FeedEvent[] {
    const source = `synthetic:${this.#settings.seed}`;
    return this.instruments.map((instrument) => ({
      ...{ type: 'FeedConnected', instrument, source, completeness: 'complete-by-id', timeUs },
    }));
  }
}
