import { type MarketProfile, type ProfileScope, type TimeUs, US_PER_MINUTE } from '@algo/model';
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
  profile: MarketProfile | null;
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
      ...{ ...lookBack, rows: new VolumeRows(), from: 0, to: 0, profile: null },
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
        if (window.from < window.to) this.#change(window, this.#ring.slotOf(window.from), -1);
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

  #read(window: Window, momentUs: TimeUs): MarketProfile | null {
    this.#giveBack(window, momentUs);
    this.#takeIn(window);
    const { rows, scope, profile } = window;
    if (rows.total === 0) return null;
    rows.judge();
    const { price, quantity } = this.#resolution;
    const [poc, volume] = [price.toValue(rows.poc), quantity.toValue(rows.total)];
    const [low, high] = [price.toValue(rows.low), price.toValue(rows.high)];
    let valueArea = profile?.valueArea ?? null;
    if (!rows.hasArea) valueArea = null;
    else if (valueArea === null || valueArea.low !== low || valueArea.high !== high)
      valueArea = { low, high };
    else if (profile !== null && profile.poc === poc && profile.volume === volume) return profile;
    window.profile = { scope, poc, pocRunnerUp: null, valueArea, volume };
    return window.profile;
  }

  /** Gives back what is too old; what came and went since it was read was never taken in. */
  #giveBack(window: Window, momentUs: TimeUs): void {
    const { time, head } = this.#ring;
    const edge = this.#ring.since(momentUs - window.lengthUs);
    let at = window.from;
    if (at === head) return;
    for (let slot = this.#ring.slotOf(at); at < head && time[slot]! < edge; at++) {
      if (at < window.to) this.#change(window, slot, -1);
      slot = slot + 1 === time.length ? 0 : slot + 1;
    }
    window.from = at;
  }

  #takeIn(window: Window): void {
    const { time, head } = this.#ring;
    let at = Math.max(window.from, window.to);
    window.to = head;
    if (at === head) return;
    for (let slot = this.#ring.slotOf(at); at < head; at++) {
      this.#change(window, slot, 1);
      slot = slot + 1 === time.length ? 0 : slot + 1;
    }
  }

  #change({ rows }: Window, slot: number, sign: 1 | -1): void {
    rows.change(this.#ring.price[slot]!, sign * this.#ring.volume[slot]!);
  }
}
