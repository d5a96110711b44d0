import { fillProfile, type MarketProfile, type TimeUs, type ValueArea } from '@algo/model';
import type { InSteps, Resolution } from '../resolution.ts';
import type { MarketProfileRow } from '../rows.ts';
import { STATES, type TapeTip } from '../tape-tip.ts';
import { BLOCK_ROWS } from '../trade-block.ts';
import type { TradeReader, TradeRing } from '../trade-ring.ts';
import { LOOK_BACKS, type LookBack } from './look-back.ts';
import { type LookBackWindow, ProfileInHand, type ProfilesByWindow } from './profile-in-hand.ts';
import { VolumeRows } from './volume-rows.ts';

/**
 * Volume by price over the last 1, 5, 15 and 60 minutes, a row for each step of price, exact at any moment. A
 * look-back takes in what is new in the ring of trades and gives back what is too old only when that can
 * change what is asked. *Units*: whole steps.
 */
export class LookBackProfiles implements InSteps, ProfilesByWindow, TradeReader {
  readonly #resolution: Resolution;
  readonly #ring: TradeRing;
  readonly #windows: readonly LookBackWindow[];
  readonly #longest: LookBackWindow;
  /** Those that are shown. */
  readonly #read: readonly LookBackWindow[];
  /** The profiles that are shown, as often as states are told apart; and those of them that have a trade. */
  readonly #shown: readonly (readonly ProfileInHand[])[];
  readonly #lists: (readonly ProfileInHand[])[];
  #next = 0;
  /** When profiles were last read. */
  #turn = -1;
  #tip: TapeTip | null = null;

  /** `scopes` are what is asked for, one look-back at least; `shown` those of them that are read. */
  constructor(
    resolution: Resolution,
    scopes: readonly LookBack[],
    shown: readonly LookBack[],
    ring: TradeRing,
  ) {
    this.#resolution = resolution;
    this.#ring = ring;
    this.#windows = LOOK_BACKS.filter(({ scope }) => scopes.includes(scope)).map((lookBack) => ({
      ...{ ...lookBack, rows: new VolumeRows(), from: 0, to: 0, oldest: 0, seen: 0 },
      ...{ volume: 0, pending: 0, area: null },
    }));
    this.#longest = this.#windows.at(-1)!;
    this.#read = this.#windows.filter(({ scope }) => shown.includes(scope));
    const profiles = () => this.#read.map((window) => new ProfileInHand(this, window));
    this.#shown = Array.from({ length: STATES }, profiles);
    this.#lists = [...this.#shown];
    ring.addReader(this);
  }

  /** Returns the profiles that are shown and have a trade: the same while the tape stands. */
  read(tip: TapeTip): readonly MarketProfile[] {
    if (tip.turn === this.#turn) return this.#lists[this.#next]!;
    this.#turn = tip.turn;
    this.#tip = tip;
    this.#next = (this.#next + 1) % STATES;
    const shown = this.#shown[this.#next]!;
    let traded = 0;
    for (let i = 0; i < shown.length; i++) {
      const window = this.#read[i]!;
      this.#pass(window, tip.momentUs);
      if (window.volume > 0) traded++;
      shown[i]!.begin(tip.turn);
    }
    // Nothing trades in the shorter ones where nothing does in a longer one.
    this.#lists[this.#next] = traded === shown.length ? shown : shown.slice(shown.length - traded);
    return this.#lists[this.#next]!;
  }

  /** Whether the tape is where it was at a turn. */
  isAt(turn: number): boolean {
    return this.#tip!.turn === turn;
  }

  pocOf(window: LookBackWindow): number {
    if (window.pending >= window.rows.lead) {
      this.#bringUp(window);
      window.rows.findMost();
    }
    return this.#resolution.price.toValue(window.rows.poc);
  }

  volumeOf({ volume }: LookBackWindow): number {
    return this.#resolution.quantity.toValue(volume);
  }

  /** Returns the area: the same as before where its edges are. */
  areaOf(window: LookBackWindow): ValueArea | null {
    this.#bringUp(window);
    const { area, rows } = window;
    rows.judge();
    if (!rows.hasArea) return null;
    const low = this.#resolution.price.toValue(rows.low);
    const high = this.#resolution.price.toValue(rows.high);
    if (area === null || area.low !== low || area.high !== high) window.area = { low, high };
    return window.area;
  }

  /** Fills the record of a profile. */
  recordOf(window: LookBackWindow, to: Float64Array): void {
    this.#bringUp(window);
    const { rows, volume } = window;
    rows.findMost();
    rows.judge();
    fillProfile(to, rows.poc, rows.hasArea ? rows.low : Number.NaN, rows.high, volume);
  }

  /** Returns the row of one look-back for the table, or null without a trade in it. */
  row(scope: LookBack, timeUs: TimeUs): MarketProfileRow | null {
    const window = this.#windows.find((candidate) => candidate.scope === scope)!;
    this.#pass(window, timeUs);
    if (window.volume === 0) return null;
    const valueArea = this.areaOf(window);
    const { price, quantity } = this.#resolution;
    const steps = window.rows.prices().sort();
    return {
      ...{ timeUs, timeframe: scope, pocPrice: this.pocOf(window), valueArea },
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
    for (const window of this.#windows) {
      this.#letGo(window, momentUs);
      this.#giveBack(window);
    }
    return this.#longest.from;
  }

  passTo(row: number): void {
    for (const window of this.#windows) {
      for (; window.oldest < row; window.oldest++)
        if (window.oldest < window.seen) window.volume -= this.#volumeAt(window.oldest);
      this.#giveBack(window);
    }
  }

  rescale(priceFactor: number, quantityFactor: number): void {
    for (const window of this.#windows) {
      window.rows.rescale(priceFactor, quantityFactor);
      window.volume *= quantityFactor;
      window.pending *= quantityFactor;
    }
  }

  /** Begins with the rows of a ring that was restored: nothing of them has been taken in. */
  restart(): void {
    for (const window of this.#windows) {
      window.rows.clear();
      window.from = this.#ring.tail;
      window.to = this.#ring.tail;
      window.oldest = this.#ring.tail;
      window.seen = this.#ring.tail;
      window.volume = 0;
      window.pending = 0;
    }
  }

  /** Lets a window go on to a moment. */
  #pass(window: LookBackWindow, momentUs: TimeUs): void {
    this.#letGo(window, momentUs);
    const ring = this.#ring;
    const { head } = ring;
    let at = Math.max(window.oldest, window.seen);
    window.seen = head;
    if (at === head) return;
    let came = 0;
    let { volume } = ring.blockOf(at);
    for (let slot = ring.slotOf(at); at < head; at++, slot++) {
      if (slot === BLOCK_ROWS) {
        ({ volume } = ring.blockOf(at));
        slot = 0;
      }
      came += volume[slot]!;
    }
    window.volume += came;
    window.pending += came;
  }

  /** Lets go of what is too old at a moment. */
  #letGo(window: LookBackWindow, momentUs: TimeUs): void {
    const ring = this.#ring;
    const edge = ring.since(momentUs - window.lengthUs);
    const { seen } = window;
    let at = window.oldest;
    let gone = 0;
    if (at < seen) {
      let { time, volume } = ring.blockOf(at);
      for (let slot = ring.slotOf(at); at < seen; at++, slot++) {
        if (slot === BLOCK_ROWS) {
          ({ time, volume } = ring.blockOf(at));
          slot = 0;
        }
        if (time[slot]! >= edge) break;
        gone += volume[slot]!;
      }
    }
    window.oldest = at < seen ? at : ring.firstFrom(edge, at);
    window.volume -= gone;
    window.pending += gone;
  }

  /** Gives back what is too old. */
  #giveBack(window: LookBackWindow): void {
    this.#change(window.rows, window.from, Math.min(window.to, window.oldest), -1);
    window.from = window.oldest;
  }

  /** Takes in what is new, too; what came and went was never taken in. */
  #bringUp(window: LookBackWindow): void {
    this.#giveBack(window);
    this.#change(window.rows, Math.max(window.to, window.oldest), window.seen, 1);
    window.to = window.seen;
    window.pending = 0;
  }

  /** Adds what some rows of the ring hold, or takes it away. */
  #change(rows: VolumeRows, from: number, to: number, sign: 1 | -1): void {
    if (from >= to) return;
    const ring = this.#ring;
    let { price, volume } = ring.blockOf(from);
    for (let at = from, slot = ring.slotOf(from); at < to; at++, slot++) {
      if (slot === BLOCK_ROWS) {
        ({ price, volume } = ring.blockOf(at));
        slot = 0;
      }
      rows.change(price[slot]!, sign * volume[slot]!);
    }
  }

  #volumeAt(row: number): number {
    return this.#ring.blockOf(row).volume[this.#ring.slotOf(row)]!;
  }
}
