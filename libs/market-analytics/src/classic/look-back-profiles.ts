import {
  type MarketProfile,
  type ProfileScope,
  type TimeUs,
  US_PER_MINUTE,
  type ValueArea,
} from '@algo/model';
import type { InSteps, Resolution } from '../resolution.ts';
import type { MarketProfileRow } from '../rows.ts';
import type { TradeReader, TradeRing } from '../trade-ring.ts';
import { VolumeRows } from './volume-rows.ts';

/** What the profiles look back over, the longest last. */
const LOOK_BACKS = [
  { scope: '1m', lengthUs: US_PER_MINUTE },
  { scope: '5m', lengthUs: 5 * US_PER_MINUTE },
  { scope: '15m', lengthUs: 15 * US_PER_MINUTE },
  { scope: '60m', lengthUs: 60 * US_PER_MINUTE },
] as const;
/** Name of a look-back. */
export type LookBack = (typeof LOOK_BACKS)[number]['scope'];
export const LOOK_BACK_SCOPES: readonly LookBack[] = LOOK_BACKS.map(({ scope }) => scope);

/** What of the ring one look-back holds, and its volumes by price. */
interface Window {
  readonly scope: LookBack;
  readonly lengthUs: number;
  readonly rows: VolumeRows;
  from: number;
  to: number;
  /** What it said last, kept while nothing changes. */
  profile: ProfileInHand | null;
  /** The last value area that somebody looked at. */
  area: ValueArea | null;
}

/**
 * A profile whose value area is worked out when somebody looks. *Errors*: looking at it for the first time
 * when the window has gone on.
 */
class ProfileInHand implements MarketProfile {
  readonly scope: LookBack;
  readonly poc: number;
  readonly pocRunnerUp = null;
  readonly volume: number;
  readonly #window: Window;
  readonly #resolution: Resolution;
  readonly #changes: number;
  #valueArea: ValueArea | null | undefined;

  constructor(window: Window, resolution: Resolution) {
    const { scope, rows } = window;
    this.scope = scope;
    this.poc = resolution.price.toValue(rows.poc);
    this.volume = resolution.quantity.toValue(rows.total);
    this.#window = window;
    this.#resolution = resolution;
    this.#changes = rows.changes;
  }

  /** Whether nothing has changed since. */
  get stands(): boolean {
    return this.#window.rows.changes === this.#changes;
  }

  get valueArea(): ValueArea | null {
    if (this.#valueArea === undefined) {
      if (!this.stands) throw new Error(`the value area of an old profile of ${this.scope} is asked for`);
      this.#valueArea = this.#area();
    }
    return this.#valueArea;
  }

  /** Returns the area, the same as before where its edges are. */
  #area(): ValueArea | null {
    const { area, rows } = this.#window;
    rows.judge();
    if (!rows.hasArea) return null;
    const low = this.#resolution.price.toValue(rows.low);
    const high = this.#resolution.price.toValue(rows.high);
    if (area === null || area.low !== low || area.high !== high) this.#window.area = { low, high };
    return this.#window.area;
  }
}

/**
 * Volume by price over the last 1, 5, 15 and 60 minutes, a row for each step of price, exact at any moment. A
 * look-back takes in what is new in the ring of trades and gives back what is too old only when it is read.
 * *Units*: whole steps.
 */
export class LookBackProfiles implements InSteps, TradeReader {
  readonly #resolution: Resolution;
  readonly #ring: TradeRing;
  readonly #windows: readonly Window[];
  readonly #longest: Window;

  /** `scopes` are what is asked for: one look-back at least. */
  constructor(resolution: Resolution, scopes: readonly ProfileScope[], ring: TradeRing) {
    this.#resolution = resolution;
    this.#ring = ring;
    this.#windows = LOOK_BACKS.filter(({ scope }) => scopes.includes(scope)).map((lookBack) => ({
      ...{ ...lookBack, rows: new VolumeRows(), from: 0, to: 0, profile: null, area: null },
    }));
    this.#longest = this.#windows.at(-1)!;
    ring.addReader(this);
  }

  /**
   * Returns the profiles of some look-backs, those that have a trade, of trades from `momentUs` − length on.
   */
  read(momentUs: TimeUs, scopes: readonly ProfileScope[]): MarketProfile[] {
    const found: MarketProfile[] = [];
    for (const window of this.#windows) {
      const profile = scopes.includes(window.scope) ? this.#read(window, momentUs) : null;
      if (profile !== null) found.push(profile);
    }
    return found;
  }

  /** Returns the row of one look-back for the table, or null without a trade in it. */
  row(scope: LookBack, timeUs: TimeUs): MarketProfileRow | null {
    const window = this.#windows.find((candidate) => candidate.scope === scope)!;
    const profile = this.#read(window, timeUs);
    if (profile === null) return null;
    const { price, quantity } = this.#resolution;
    const steps = window.rows.prices().sort();
    return {
      ...{ timeUs, timeframe: scope, pocPrice: profile.poc, valueArea: profile.valueArea },
      profileData: {
        prices: Array.from(steps, (step) => price.toValue(step)),
        volumes: Array.from(steps, (step) => quantity.toValue(window.rows.of(step))),
      },
      profileShape: null,
    };
  }

  /** How far back the longest of them reaches. *Units*: µs. */
  get lengthUs(): number {
    return this.#longest.lengthUs;
  }

  wantedFrom(momentUs: TimeUs): number {
    for (const window of this.#windows) this.#giveBack(window, momentUs);
    return this.#longest.from;
  }

  passTo(row: number): void {
    for (const window of this.#windows)
      for (; window.from < row; window.from++)
        if (window.from < window.to) {
          const slot = this.#ring.slotOf(window.from);
          window.rows.change(this.#ring.price[slot]!, -this.#ring.volume[slot]!);
        }
  }

  rescale(priceFactor: number, quantityFactor: number): void {
    for (const window of this.#windows) {
      window.rows.rescale(priceFactor, quantityFactor);
      window.profile = null;
    }
  }

  /** Begins with the rows of a ring that was restored: nothing of them has been taken in. */
  restart(): void {
    for (const window of this.#windows) {
      window.rows.clear();
      window.from = this.#ring.tail;
      window.to = this.#ring.tail;
      window.profile = null;
    }
  }

  #read(window: Window, momentUs: TimeUs): ProfileInHand | null {
    this.#giveBack(window, momentUs);
    this.#takeIn(window);
    const { rows } = window;
    if (rows.total === 0) return null;
    if (window.profile?.stands !== true) {
      rows.findMost();
      window.profile = new ProfileInHand(window, this.#resolution);
    }
    return window.profile;
  }

  /** Gives back what is too old; what came and went since it was read was never taken in. */
  #giveBack(window: Window, momentUs: TimeUs): void {
    const { time, price, volume, head } = this.#ring;
    const edge = this.#ring.since(momentUs - window.lengthUs);
    const { rows, to } = window;
    let at = window.from;
    const until = Math.min(to, head);
    if (at < until) {
      for (let slot = this.#ring.slotOf(at); at < until && time[slot]! < edge; at++) {
        rows.change(price[slot]!, -volume[slot]!);
        slot = slot + 1 === time.length ? 0 : slot + 1;
      }
    }
    window.from = at < until ? at : this.#ring.firstFrom(edge, at);
  }

  #takeIn(window: Window): void {
    const { price, volume, head } = this.#ring;
    const { rows } = window;
    let at = Math.max(window.from, window.to);
    window.to = head;
    if (at === head) return;
    for (let slot = this.#ring.slotOf(at); at < head; at++) {
      rows.change(price[slot]!, volume[slot]!);
      slot = slot + 1 === price.length ? 0 : slot + 1;
    }
  }
}
