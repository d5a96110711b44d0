import { type MarketProfile, type TimeUs, US_PER_MINUTE } from '@algo/model';
import type { InSteps, Resolution } from '../resolution.ts';
import type { MarketProfileRow } from '../rows.ts';
import type { SnapshotReader, SnapshotWriter } from '../snapshot.ts';
import { valueAreaByVolume } from './value-area.ts';

/** What the profiles look back over, the longest last. */
const LOOK_BACKS = [
  { scope: '1m', lengthUs: US_PER_MINUTE },
  { scope: '5m', lengthUs: 5 * US_PER_MINUTE },
  { scope: '15m', lengthUs: 15 * US_PER_MINUTE },
  { scope: '60m', lengthUs: 60 * US_PER_MINUTE },
] as const;
/** Name of a look-back. */
export type LookBack = (typeof LOOK_BACKS)[number]['scope'];
const LONGEST = LOOK_BACKS.length - 1;
/** Trades at one time and price are one; of more than so many in an hour the oldest fall out. */
const MAX_TRADES = 1 << 19;
const FIRST_TRADES = 256;
const FIRST_ROWS = 64;

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
  /** Prices of the rows, how many trades in the ring each has, and each look-back's volume by row. */
  #price = new Float64Array(FIRST_ROWS);
  #uses = new Int32Array(FIRST_ROWS);
  #volumes = LOOK_BACKS.map(() => new Float64Array(FIRST_ROWS));
  /** The last gathering that met each row. */
  #stamps = new Float64Array(FIRST_ROWS);
  #stamp = 0;
  readonly #rowOf = new Map<number, number>();
  readonly #free: number[] = [];
  #rows = 0;
  /** Time of the newest trade that fell out too early, −∞ when none did. */
  droppedUs = Number.NEGATIVE_INFINITY;
  /** What of the ring each look-back holds. */
  readonly #from = LOOK_BACKS.map(() => 0);
  readonly #to = LOOK_BACKS.map(() => 0);
  #lastPrice = Number.NaN;

  constructor(resolution: Resolution) {
    this.#resolution = resolution;
  }

  add(timeUs: TimeUs, price: number, volume: number): void {
    const last = (this.#head - 1) & (this.#time.length - 1);
    if (price === this.#lastPrice && this.#time[last] === timeUs && this.#head > this.#tail) {
      this.#volume[last]! += volume;
      for (const [i, volumes] of this.#volumes.entries())
        if (this.#to[i] === this.#head) volumes[this.#row[last]!]! += volume;
      return;
    }
    this.#lastPrice = price;
    if (this.#head - this.#tail === this.#time.length) this.#makeRoom(timeUs);
    const slot = this.#head & (this.#time.length - 1);
    const row = this.#rowOf.get(price) ?? this.#newRow(price);
    this.#uses[row]!++;
    this.#time[slot] = timeUs;
    this.#volume[slot] = volume;
    this.#row[slot] = row;
    this.#head++;
  }

  /** Returns the profiles of those look-backs that have a trade, of trades from `momentUs` − length on. */
  read(momentUs: TimeUs): MarketProfile[] {
    return LOOK_BACKS.flatMap((_, i) => this.#read(i, momentUs)?.profile ?? []);
  }

  /** Returns the row of one look-back for the table, or null without a trade in it. */
  row(scope: LookBack, timeUs: TimeUs): MarketProfileRow | null {
    const reading = this.#read(
      LOOK_BACKS.findIndex((lookBack) => lookBack.scope === scope),
      timeUs,
    );
    if (reading === null) return null;
    const { profile, prices, volumes } = reading;
    const { price, quantity } = this.#resolution;
    const rows = Array.from(prices, (_, i) => i).sort((a, b) => prices[a]! - prices[b]!);
    return {
      ...{ timeUs, timeframe: scope, pocPrice: profile.poc, valueArea: profile.valueArea },
      profileData: {
        prices: rows.map((i) => price.toValue(prices[i]!)),
        volumes: rows.map((i) => quantity.toValue(volumes[i]!)),
      },
      profileShape: null,
    };
  }

  rescale(priceFactor: number, quantityFactor: number): void {
    this.#rowOf.clear();
    for (let row = 0; row < this.#rows; row++) {
      this.#price[row]! *= priceFactor;
      if (this.#uses[row]! > 0) this.#rowOf.set(this.#price[row]!, row);
      for (const volumes of this.#volumes) volumes[row]! *= quantityFactor;
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

  #read(i: number, momentUs: TimeUs) {
    this.#advance(i, momentUs);
    const { prices, volumes, total } = this.#traded(i);
    if (volumes.length === 0) return null;
    const { price, quantity } = this.#resolution;
    const { poc, area } = valueAreaByVolume(prices, volumes);
    const profile: MarketProfile = {
      scope: LOOK_BACKS[i]!.scope,
      poc: price.toValue(poc),
      pocRunnerUp: null,
      valueArea: area && { low: price.toValue(area.low), high: price.toValue(area.high) },
      volume: quantity.toValue(total),
    };
    return { profile, prices, volumes };
  }

  #advance(i: number, momentUs: TimeUs): void {
    const mask = this.#time.length - 1;
    const volumes = this.#volumes[i]!;
    for (let at = this.#to[i]!; at < this.#head; at++)
      volumes[this.#row[at & mask]!]! += this.#volume[at & mask]!;
    this.#to[i] = this.#head;
    const edge = momentUs - LOOK_BACKS[i]!.lengthUs;
    let at = this.#from[i]!;
    for (; at < this.#head && this.#time[at & mask]! < edge; at++)
      volumes[this.#row[at & mask]!]! -= this.#volume[at & mask]!;
    this.#from[i] = at;
  }

  #traded(i: number): { prices: Float64Array; volumes: Float64Array; total: number } {
    const rows = this.#rowsOf(i);
    const prices = new Float64Array(rows.length);
    const volumes = new Float64Array(rows.length);
    let total = 0;
    for (const [n, row] of rows.entries()) {
      prices[n] = this.#price[row]!;
      volumes[n] = this.#volumes[i]![row]!;
      total += volumes[n]!;
    }
    return { prices, volumes, total };
  }

  /** Returns the rows that a look-back has volume in, by its trades or by all rows, whichever are fewer. */
  #rowsOf(i: number): number[] {
    const volumes = this.#volumes[i]!;
    const found: number[] = [];
    const [from, to] = [this.#from[i]!, this.#to[i]!];
    if (to - from >= this.#rows) {
      for (let row = 0; row < this.#rows; row++) if (volumes[row]! > 0) found.push(row);
      return found;
    }
    this.#stamp++;
    for (let at = from; at < to; at++) {
      const row = this.#row[at & (this.#time.length - 1)]!;
      if (this.#stamps[row] === this.#stamp) continue;
      this.#stamps[row] = this.#stamp;
      found.push(row);
    }
    return found;
  }

  /** Forgets what is older than the longest look-back, and the rows that nobody uses any more. */
  #drop(momentUs: TimeUs): void {
    for (let i = 0; i <= LONGEST; i++) this.#advance(i, momentUs);
    while (this.#tail < this.#from[LONGEST]!) this.#dropOldest();
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
      for (let i = 0; i <= LONGEST; i++) this.#giveUp(i, until);
      while (this.#tail < this.#from[LONGEST]!) this.#dropOldest();
    } else if (held > this.#time.length / 2) this.#grow();
  }

  /** Lets a look-back go of all that stands before `until`. */
  #giveUp(i: number, until: number): void {
    const mask = this.#time.length - 1;
    for (; this.#from[i]! < until; this.#from[i]!++) {
      const slot = this.#from[i]! & mask;
      this.#volumes[i]![this.#row[slot]!]! -= this.#volume[slot]!;
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
      this.#stamps = new Float64Array(row * 2);
      this.#volumes = this.#volumes.map((volumes) => wider(volumes, new Float64Array(row * 2)));
    }
    this.#price[row] = price;
    this.#rowOf.set(price, row);
    return row;
  }
}
