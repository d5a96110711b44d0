import { type FeedEvent, type FeedGap, type InstrumentId, type TimeUs, US_PER_MINUTE } from '@algo/model';

/**
 * A closed bar of one minute as the venue tells it. *Units*: `openTimeUs` µs, `volume` base. *Shape*:
 * `trades` undefined where the venue doesn't count them.
 */
export interface VenueBar {
  readonly openTimeUs: TimeUs;
  readonly volume: number;
  readonly trades: number | undefined;
}

/** What our trades of a minute add up to. */
interface OurBar {
  volume: number;
  trades: number;
  /** Trades before this one, or within it, are missing: it was said already, or it is where we began. */
  isIncomplete: boolean;
}

/** Minutes that are remembered: a venue tells its bar within seconds of its end. */
const MINUTES_MAX = 5;
/** What sums of doubles may differ by, of the larger one. */
const VOLUME_TOLERANCE = 1e-9;

const minuteOf = (timeUs: TimeUs) => Math.floor(timeUs / US_PER_MINUTE) * US_PER_MINUTE;

/** Holds what the trades of one instrument add up to against the bars that the venue itself tells. */
export class BarAudit {
  readonly #instrument: InstrumentId;
  readonly #bars = new Map<TimeUs, OurBar>();
  /** Before it nothing is known. */
  #beganUs: TimeUs | undefined;

  constructor(instrument: InstrumentId) {
    this.#instrument = instrument;
  }

  /** Takes a released row that stands for `merged` trades; `isBehindHole`: trades before it are lost. */
  trade(timeUs: TimeUs, quantity: number, merged: number, isBehindHole: boolean): void {
    this.#beganUs ??= timeUs;
    const bar = this.#at(minuteOf(timeUs));
    bar.volume += quantity;
    bar.trades += merged;
    if (isBehindHole) bar.isIncomplete = true;
  }

  /**
   * Takes a bar of the venue once its trades must have come. Returns what is to be said: a difference is a
   * gap that nobody can fill.
   */
  compare({ openTimeUs, volume, trades }: VenueBar): FeedEvent[] {
    // A minute that we began in, or knew nothing of, is incomplete anyway.
    if (this.#beganUs === undefined || openTimeUs <= this.#beganUs) return [];
    const ours = this.#at(openTimeUs);
    const isSame =
      Math.abs(ours.volume - volume) <= VOLUME_TOLERANCE * Math.max(ours.volume, volume) &&
      (trades === undefined || trades === ours.trades);
    if (isSame || ours.isIncomplete) return [];
    ours.isIncomplete = true;
    const toUs = openTimeUs + US_PER_MINUTE - 1;
    const range = { kind: 'bar', fromUs: openTimeUs, toUs, ids: null, timeUs: toUs } as const;
    const gap: FeedGap = { instrument: this.#instrument, ...range };
    const [theirs, own] = [counted(volume, trades), counted(ours.volume, ours.trades)];
    const reason = `the venue's bar has ${theirs}, ours ${own}`;
    return [
      { type: 'GapOpened', ...gap, missing: 0 },
      { type: 'GapUnfillable', ...gap, missing: 0, code: 'BAR_DIFFERS', reason },
    ];
  }

  #at(openTimeUs: TimeUs): OurBar {
    let bar = this.#bars.get(openTimeUs);
    if (bar === undefined) {
      bar = { volume: 0, trades: 0, isIncomplete: false };
      this.#bars.set(openTimeUs, bar);
      const [oldest] = this.#bars.keys();
      if (this.#bars.size > MINUTES_MAX) this.#bars.delete(oldest!);
    }
    return bar;
  }
}

function counted(volume: number, trades: number | undefined): string {
  return trades === undefined ? `${volume}` : `${volume} in ${trades} trades`;
}
