import { type MarketProfile, type ProfileScope, type TimeUs, US_PER_MINUTE } from '@algo/model';
import type { InSteps, Resolution } from '../resolution.ts';
import type { MarketProfileRow } from '../rows.ts';
import type { SnapshotReader, SnapshotWriter } from '../snapshot.ts';
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
  // The ring of trades from `#tail` to `#head`; `#row` is where the price's volumes stand.
  #time = new Float64Array(FIRST_TRADES);
  #volume = new Float64Array(FIRST_TRADES);
  #row = new Int32Array(FIRST_TRADES);
  #head = 0;
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
    const mask = this.#time.length - 1;
    if (price !== this.#lastPrice) {
      this.#lastPrice = price;
      this.#lastRow = -1;
    } else if (this.#head > this.#tail && this.#time[(this.#head - 1) & mask] === timeUs) {
      this.#addToLast(volume);
      return;
    }
    if (this.#head - this.#tail > mask) this.#makeRoom(timeUs);
    // A row may have been given up while there was no room.
    if (this.#lastRow < 0 || this.#uses[this.#lastRow] === 0)
      this.#lastRow = this.#rowOf.get(price) ?? this.#newRow(price);
    const slot = this.#head & (this.#time.length - 1);
    this.#uses[this.#lastRow]!++;
    this.#time[slot] = timeUs;
    this.#volume[slot] = volume;
    this.#row[slot] = this.#lastRow;
    this.#head++;
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
    for (let i = 0; i < this.#volume.length; i++) this.#volume[i]! *= quantityFactor;
    this.#lastPrice *= priceFactor;
  }

  /** Writes the trades of the last hour; what each look-back holds of them follows when it is read. */
  save(to: SnapshotWriter, momentUs: TimeUs): void {
    this.#drop(momentUs);
    const count = this.#head - this.#tail;
    const [time, price, volume] = [0, 0, 0].map(() => new Float64Array(count)) as [
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    for (let i = 0; i < count; i++) {
      const slot = (this.#tail + i) & (this.#time.length - 1);
      time[i] = this.#time[slot]!;
      price[i] = this.#price[this.#row[slot]!]!;
      volume[i] = this.#volume[slot]!;
    }
    to.numbers([this.droppedUs]);
    to.number(count);
    for (const column of [time, price, volume]) to.run(column);
  }

  load(from: SnapshotReader): void {
    this.droppedUs = from.numbers()[0]!;
    const count = from.count(24);
    const [time, price, volume] = [from.doubles(count), from.doubles(count), from.doubles(count)];
    for (let i = 0; i < count; i++) this.add(time[i]!, price[i]!, volume[i]!);
  }

  /** A trade at the time and price of the one before is the same one. */
  #addToLast(volume: number): void {
    const slot = (this.#head - 1) & (this.#time.length - 1);
    this.#volume[slot]! += volume;
    const row = this.#row[slot]!;
    for (const window of this.#windows)
      if (window.to === this.#head && window.from < this.#head)
        window.volumes.change(row, this.#price[row]!, volume);
  }

  #read(window: Window, momentUs: TimeUs): MarketProfile | null {
    this.#advance(window, momentUs);
    const { volumes, scope, profile } = window;
    if (volumes.total === 0) return null;
    volumes.judge(this.#price);
    const { price, quantity } = this.#resolution;
    const poc = price.toValue(volumes.poc);
    const volume = quantity.toValue(volumes.total);
    const low = price.toValue(volumes.low);
    const high = price.toValue(volumes.high);
    let valueArea = profile?.valueArea ?? null;
    if (!volumes.hasArea) valueArea = null;
    else if (valueArea === null || valueArea.low !== low || valueArea.high !== high)
      valueArea = { low, high };
    else if (profile !== null && profile.poc === poc && profile.volume === volume) return profile;
    window.profile = { scope, poc, pocRunnerUp: null, valueArea, volume };
    return window.profile;
  }

  #advance(window: Window, momentUs: TimeUs): void {
    const mask = this.#time.length - 1;
    const { volumes } = window;
    const edge = momentUs - window.lengthUs;
    let at = window.from;
    for (; at < this.#head && this.#time[at & mask]! < edge; at++) {
      if (at >= window.to) continue; // came and went since it was read
      const row = this.#row[at & mask]!;
      volumes.change(row, this.#price[row]!, -this.#volume[at & mask]!);
    }
    window.from = at;
    for (at = Math.max(at, window.to); at < this.#head; at++) {
      const row = this.#row[at & mask]!;
      volumes.change(row, this.#price[row]!, this.#volume[at & mask]!);
    }
    window.to = this.#head;
  }

  /** Forgets what is older than the longest look-back, and the rows that nobody uses any more. */
  #drop(momentUs: TimeUs): void {
    for (const window of this.#windows) this.#advance(window, momentUs);
    while (this.#tail < this.#longest.from) this.#dropOldest();
  }

  #dropOldest(): void {
    const row = this.#row[this.#tail & (this.#time.length - 1)]!;
    this.#tail++;
    this.#uses[row]!--;
    if (this.#uses[row] !== 0) return;
    this.#rowOf.delete(this.#price[row]!);
    this.#free.push(row);
  }

  #makeRoom(nowUs: TimeUs): void {
    this.#drop(nowUs);
    const held = this.#head - this.#tail;
    if (held === MAX_TRADES) {
      const until = this.#tail + MAX_TRADES / 4;
      this.droppedUs = this.#time[(until - 1) & (this.#time.length - 1)]!;
      for (const window of this.#windows) this.#giveUp(window, until);
      while (this.#tail < this.#longest.from) this.#dropOldest();
    } else if (held > this.#time.length / 2) this.#grow();
  }

  /** Lets a look-back go of all that stands before `until`. */
  #giveUp(window: Window, until: number): void {
    const mask = this.#time.length - 1;
    for (; window.from < until; window.from++) {
      if (window.from >= window.to) continue;
      const row = this.#row[window.from & mask]!;
      window.volumes.change(row, this.#price[row]!, -this.#volume[window.from & mask]!);
    }
  }

  #grow(): void {
    const [time, volume, row] = [this.#time, this.#volume, this.#row];
    const mask = time.length - 1;
    this.#time = new Float64Array(time.length * 2);
    this.#volume = new Float64Array(time.length * 2);
    this.#row = new Int32Array(time.length * 2);
    for (let at = this.#tail; at < this.#head; at++) {
      const to = at & (this.#time.length - 1);
      this.#time[to] = time[at & mask]!;
      this.#volume[to] = volume[at & mask]!;
      this.#row[to] = row[at & mask]!;
    }
  }

  #newRow(price: number): number {
    const row = this.#free.pop() ?? this.#rows++;
    if (row === this.#price.length) {
      const wider = <T extends Float64Array | Int32Array>(old: T, fresh: T): T => {
        fresh.set(old);
        return fresh;
      };
      this.#price = wider(this.#price, new Float64Array(row * 2));
      this.#uses = wider(this.#uses, new Int32Array(row * 2));
      for (const { volumes } of this.#windows) volumes.widen(row * 2);
    }
    this.#price[row] = price;
    this.#rowOf.set(price, row);
    return row;
  }
}
