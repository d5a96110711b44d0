import { type MarketProfile, type ProfileScope, type TimeUs, US_PER_MINUTE } from '@algo/model';
import { emptyLike, holding, type StepsRing, turned } from '../grown-ring.ts';
import type { InSteps, Resolution } from '../resolution.ts';
import type { MarketProfileRow } from '../rows.ts';
import { type SnapshotReader, SnapshotWriter } from '../snapshot.ts';
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
/** Trades at one time and price are one; of more than so many in an hour the oldest fall out. */
const MAX_TRADES = 1 << 19;
const FIRST_TRADES = 256;
/** The ring grows by so much: twice as much of a thousand instruments would lie idle. */
const GROWTH = 1.25;
/** So far times of the ring may lie apart, more than the longest look-back. *Units*: µs. */
const RELATIVE_MAX = 2 ** 32 - 1;
const FIRST_ROWS = 64;

/** What of the ring one look-back holds, and its volumes by row. */
interface Window {
  readonly scope: LookBack;
  readonly lengthUs: number;
  readonly volumes: VolumeRows;
  from: number;
  to: number;
  /** What it said last, kept while nothing changes. */
  profile: MarketProfile | null;
}

/**
 * Volume by price over the last 1, 5, 15 and 60 minutes, a row for each step of price, exact at any moment. A
 * trade is put into a ring; a look-back takes in what is new and gives back what is too old only when it is
 * read. *Units*: whole steps.
 */
export class LookBackProfiles implements InSteps {
  readonly #resolution: Resolution;
  // The ring of trades from `#tail` to `#head`, in `#headSlot`; `#time` since `#baseUs`, `#row` of the price.
  #time = new Uint32Array(FIRST_TRADES);
  #volume: StepsRing = new Float32Array(FIRST_TRADES);
  #row = new Int32Array(FIRST_TRADES);
  #baseUs = 0;
  #head = 0;
  #headSlot = 0;
  #tail = 0;
  /** Prices of the rows, and how many trades in the ring each has. */
  #price = new Float64Array(FIRST_ROWS);
  #uses = new Int32Array(FIRST_ROWS);
  readonly #rowOf = new Map<number, number>();
  readonly #free: number[] = [];
  #rows = 0;
  /** Time of the newest trade that fell out too early, −∞ when none did. */
  droppedUs = Number.NEGATIVE_INFINITY;
  readonly #windows: readonly Window[];
  readonly #longest: Window;
  #lastPrice = Number.NaN;
  #lastRow = 0;

  /** `scopes` are what is asked for: one look-back at least. */
  constructor(resolution: Resolution, scopes: readonly ProfileScope[]) {
    this.#resolution = resolution;
    this.#windows = LOOK_BACKS.filter(({ scope }) => scopes.includes(scope)).map((lookBack) => ({
      ...{ ...lookBack, volumes: new VolumeRows(FIRST_ROWS), from: 0, to: 0, profile: null },
    }));
    this.#longest = this.#windows.at(-1)!;
  }

  add(timeUs: TimeUs, price: number, volume: number): void {
    if (price !== this.#lastPrice) {
      this.#lastPrice = price;
      this.#lastRow = -1;
    } else if (
      this.#head > this.#tail &&
      this.#baseUs + this.#time[this.#slotOf(this.#head - 1)]! === timeUs
    ) {
      this.#addToLast(volume);
      return;
    }
    if (this.#head - this.#tail === this.#time.length) this.#makeRoom(timeUs);
    let relative = timeUs - this.#baseUs;
    if (relative > RELATIVE_MAX || relative < 0) relative = this.#moveBase(timeUs);
    // A row may have been given up while there was no room.
    if (this.#lastRow < 0 || this.#uses[this.#lastRow] === 0)
      this.#lastRow = this.#rowOf.get(price) ?? this.#newRow(price);
    const slot = this.#headSlot;
    this.#uses[this.#lastRow]!++;
    this.#time[slot] = relative;
    this.#setVolume(slot, volume);
    this.#row[slot] = this.#lastRow;
    this.#head++;
    this.#headSlot = slot + 1 === this.#time.length ? 0 : slot + 1;
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
    const steps = Float64Array.from(window.volumes.present, (row) => this.#price[row]!).sort();
    return {
      ...{ timeUs, timeframe: scope, pocPrice: profile.poc, valueArea: profile.valueArea },
      profileData: {
        prices: Array.from(steps, (step) => price.toValue(step)),
        volumes: Array.from(steps, (step) => quantity.toValue(window.volumes.of(this.#rowOf.get(step)!))),
      },
      profileShape: null,
    };
  }

  rescale(priceFactor: number, quantityFactor: number): void {
    this.#rowOf.clear();
    for (let row = 0; row < this.#rows; row++) {
      this.#price[row]! *= priceFactor;
      if (this.#uses[row]! > 0) this.#rowOf.set(this.#price[row]!, row);
    }
    for (const window of this.#windows) {
      window.volumes.rescale(quantityFactor);
      window.profile = null;
    }
    this.#volume = Float64Array.from(this.#volume, (volume) => volume * quantityFactor);
    this.#lastPrice *= priceFactor;
  }

  /** Writes the trades of the last hour; what each look-back holds of them follows when it is read. */
  save(to: SnapshotWriter, momentUs: TimeUs): void {
    this.#drop(momentUs);
    to.number(this.droppedUs);
    const count = this.#head - this.#tail;
    const [room, slot] = [SnapshotWriter.room(count), count === 0 ? 0 : this.#slotOf(this.#tail)];
    to.times(turned(this.#time, room, slot, count), this.#baseUs);
    turned(this.#row, room, slot, count);
    for (let i = 0; i < count; i++) room[i] = this.#price[room[i]!]!;
    to.wholes(room);
    to.wholes(turned(this.#volume, room, slot, count));
  }

  load(from: SnapshotReader): void {
    this.droppedUs = from.number();
    const [firstUs, behindUs] = from.times();
    const [price, volume] = [from.wholes(), from.wholes()];
    for (let i = 0; i < price.length; i++) this.add(firstUs + behindUs[i]!, price[i]!, volume[i]!);
  }

  /** A trade at the time and price of the one before is the same one. */
  #addToLast(volume: number): void {
    const slot = this.#slotOf(this.#head - 1);
    this.#setVolume(slot, this.#volume[slot]! + volume);
    const row = this.#row[slot]!;
    for (const window of this.#windows)
      if (window.to === this.#head && window.from < this.#head)
        window.volumes.change(row, this.#price[row]!, volume);
  }

  #read(window: Window, momentUs: TimeUs): MarketProfile | null {
    this.#giveBack(window, momentUs);
    this.#takeIn(window);
    const { volumes, scope, profile } = window;
    if (volumes.total === 0) return null;
    volumes.judge(this.#price);
    const { price, quantity } = this.#resolution;
    const [poc, volume] = [price.toValue(volumes.poc), quantity.toValue(volumes.total)];
    const [low, high] = [price.toValue(volumes.low), price.toValue(volumes.high)];
    let valueArea = profile?.valueArea ?? null;
    if (!volumes.hasArea) valueArea = null;
    else if (valueArea === null || valueArea.low !== low || valueArea.high !== high)
      valueArea = { low, high };
    else if (profile !== null && profile.poc === poc && profile.volume === volume) return profile;
    window.profile = { scope, poc, pocRunnerUp: null, valueArea, volume };
    return window.profile;
  }

  #setVolume(slot: number, volume: number): void {
    if (Math.fround(volume) !== volume) this.#volume = holding(this.#volume, volume);
    this.#volume[slot] = volume;
  }

  #slotOf(trade: number): number {
    const slot = this.#headSlot - (this.#head - trade);
    return slot < 0 ? slot + this.#time.length : slot;
  }

  /** Gives back what is too old; what came and went since it was read was never taken in. */
  #giveBack(window: Window, momentUs: TimeUs): void {
    const time = this.#time;
    const edge = momentUs - window.lengthUs - this.#baseUs;
    let at = window.from;
    if (at === this.#head) return;
    for (let slot = this.#slotOf(at); at < this.#head && time[slot]! < edge; at++) {
      if (at < window.to) this.#change(window, slot, -1);
      slot = slot + 1 === time.length ? 0 : slot + 1;
    }
    window.from = at;
  }

  #takeIn(window: Window): void {
    let at = Math.max(window.from, window.to);
    window.to = this.#head;
    if (at === this.#head) return;
    for (let slot = this.#slotOf(at); at < this.#head; at++) {
      this.#change(window, slot, 1);
      slot = slot + 1 === this.#time.length ? 0 : slot + 1;
    }
  }

  #change({ volumes }: Window, slot: number, sign: 1 | -1): void {
    const row = this.#row[slot]!;
    volumes.change(row, this.#price[row]!, sign * this.#volume[slot]!);
  }

  /** Forgets what is older than the longest look-back, and the rows that nobody uses any more. */
  #drop(momentUs: TimeUs): void {
    for (const window of this.#windows) this.#giveBack(window, momentUs);
    this.#dropUntil(this.#longest.from);
  }

  #dropUntil(trade: number): void {
    const [rows, uses] = [this.#row, this.#uses];
    let slot = this.#slotOf(this.#tail);
    for (; this.#tail < trade; this.#tail++) {
      const row = rows[slot]!;
      slot = slot + 1 === rows.length ? 0 : slot + 1;
      if (--uses[row]! > 0) continue;
      this.#rowOf.delete(this.#price[row]!);
      this.#free.push(row);
    }
  }

  #makeRoom(nowUs: TimeUs): void {
    this.#drop(nowUs);
    const held = this.#head - this.#tail;
    if (held === MAX_TRADES) {
      const until = this.#tail + MAX_TRADES / 4;
      this.droppedUs = this.#baseUs + this.#time[this.#slotOf(until - 1)]!;
      for (const window of this.#windows)
        for (; window.from < until; window.from++)
          if (window.from < window.to) this.#change(window, this.#slotOf(window.from), -1);
      this.#dropUntil(this.#longest.from);
    } else if (held * GROWTH > this.#time.length)
      this.#resize(Math.min(MAX_TRADES, Math.ceil(this.#time.length * GROWTH)));
  }

  /** Counts times from the oldest trade on that is held; returns that of a new one. */
  #moveBase(timeUs: TimeUs): number {
    this.#drop(timeUs);
    const oldestUs = this.#baseUs + this.#time[this.#slotOf(this.#tail)]!;
    const baseUs = this.#tail === this.#head ? timeUs : oldestUs;
    const shift = baseUs - this.#baseUs;
    for (let slot = 0; slot < this.#time.length; slot++) this.#time[slot]! -= shift;
    this.#baseUs = baseUs;
    return timeUs - baseUs;
  }

  #resize(capacity: number): void {
    const held = this.#head - this.#tail;
    const from = held === 0 ? 0 : this.#slotOf(this.#tail);
    this.#time = turned(this.#time, new Uint32Array(capacity), from, held);
    this.#volume = turned(this.#volume, emptyLike(this.#volume, capacity), from, held);
    this.#row = turned(this.#row, new Int32Array(capacity), from, held);
    this.#headSlot = held;
  }

  #newRow(price: number): number {
    const row = this.#free.pop() ?? this.#rows++;
    if (row === this.#price.length) {
      this.#price = turned(this.#price, new Float64Array(row * 2), 0, row);
      this.#uses = turned(this.#uses, new Int32Array(row * 2), 0, row);
      for (const { volumes } of this.#windows) volumes.widen(row * 2);
    }
    this.#price[row] = price;
    this.#rowOf.set(price, row);
    return row;
  }
}
