import { type TimeUs, US_PER_MS } from '@algo/model';
import { emptyLike, holding, type StepsRing, turned } from './grown-ring.ts';
import type { InSteps } from './resolution.ts';
import { type SnapshotReader, SnapshotWriter } from './snapshot.ts';

/** Rows of trades that are remembered at most; where more are looked back at, the oldest fall out. */
const MAX_TRADES = 1 << 20;
/** This share of them falls out at once. */
const DROPPED_SHIFT = 8;
const FIRST_CAPACITY = 256;
/** The ring grows by so much: twice as much of a thousand instruments would lie idle for the most part. */
const GROWTH = 1.25;
/** So far times of the ring may lie apart: more than an hour in µs, weeks in ms. */
const RELATIVE_MAX = 2 ** 32 - 1;

/** Sides of so many rows are written as one number. */
const SIDES = 32;

/** Who looks back at trades. */
export interface TradeReader {
  /** Lets go of what is too old at a moment; returns the number of the oldest row that it still wants. */
  wantedFrom(momentUs: TimeUs): number;
  /** Lets go of all rows before a number. */
  passTo(row: number): void;
}

/**
 * The trades that somebody looks back at, a row each, numbered as they come: the last quarter of an hour, or
 * as long as the longest profile. A row takes 16 bytes, more where steps are huge. *Units*: whole steps.
 */
export class TradeRing implements InSteps {
  /** Time of the row that comes next: a large number that is handed over to a function goes to the heap. */
  nextUs: TimeUs = 0;
  /** By slot: time since `baseUs`, in `unitUs`; steps; trades that the row stands for, below 0 of sells. */
  time: Uint32Array;
  price: StepsRing;
  volume: StepsRing;
  counts: Int32Array;
  private baseUs = 0;
  /** A ms as long as all times are whole ones apart, as those of most venues are: the base moves seldom. */
  private unitUs: number = US_PER_MS;
  /** Number of the next row, and its slot. */
  head = 0;
  headSlot = 0;
  /** Number of the oldest row. */
  tail = 0;
  /** Time of the newest trade that fell out too early, −∞ when none did. */
  droppedUs = Number.NEGATIVE_INFINITY;
  private capacity: number;
  private readonly maxTrades: number;
  private readonly readers: TradeReader[] = [];

  constructor(maxTrades = MAX_TRADES) {
    this.maxTrades = maxTrades;
    this.capacity = Math.min(FIRST_CAPACITY, maxTrades);
    this.time = new Uint32Array(this.capacity);
    this.price = new Float32Array(this.capacity);
    this.volume = new Float32Array(this.capacity);
    this.counts = new Int32Array(this.capacity);
  }

  addReader(reader: TradeReader): void {
    this.readers.push(reader);
  }

  /** Takes the next row, of `nextUs`; `count` is how many trades it stands for, below 0 of sells. */
  add(price: number, volume: number, count: number): void {
    const timeUs = this.nextUs;
    if (this.head - this.tail === this.capacity) this.makeRoom(timeUs);
    let relative = this.since(timeUs);
    if (relative > RELATIVE_MAX || relative !== Math.floor(relative)) relative = this.moveBase(timeUs);
    if (Math.fround(price) !== price) this.price = holding(this.price, price);
    if (Math.fround(volume) !== volume) this.volume = holding(this.volume, volume);
    const slot = this.headSlot;
    this.time[slot] = relative;
    this.price[slot] = price;
    this.volume[slot] = volume;
    this.counts[slot] = count;
    this.head++;
    this.headSlot = slot + 1 === this.capacity ? 0 : slot + 1;
  }

  /** Returns a time as those of the rows are kept. */
  since(timeUs: TimeUs): number {
    return (timeUs - this.baseUs) / this.unitUs;
  }

  /** Returns the first row, from one on, that is not older than a time, as `since` gives it. */
  firstFrom(time: number, row: number): number {
    let low = row;
    let high = this.head;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (this.time[this.slotOf(middle)]! < time) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  slotOf(row: number): number {
    const slot = this.headSlot - (this.head - row);
    return slot < 0 ? slot + this.capacity : slot;
  }

  rescale(priceFactor: number, quantityFactor: number): void {
    this.price = Float64Array.from(this.price, (price) => price * priceFactor);
    this.volume = Float64Array.from(this.volume, (volume) => volume * quantityFactor);
  }

  /** Writes what is still wanted at a moment. */
  save(to: SnapshotWriter, momentUs: TimeUs): void {
    this.forget(momentUs);
    const count = this.head - this.tail;
    const [room, slot] = [SnapshotWriter.room(count), count === 0 ? 0 : this.slotOf(this.tail)];
    to.number(this.droppedUs);
    turned(this.time, room, slot, count);
    for (let i = 0; i < count; i++) room[i]! *= this.unitUs;
    to.times(room, this.baseUs);
    for (const column of [this.price, this.volume]) to.wholes(turned(column, room, slot, count));
    saveCounts(to, turned(this.counts, room, slot, count));
  }

  load(from: SnapshotReader): void {
    this.droppedUs = from.number();
    const [firstUs, time] = from.times();
    const [price, volume] = [from.wholes(), from.wholes()];
    const count = time.length;
    const counts = loadCounts(from, count);
    this.baseUs = firstUs;
    this.unitUs = time.every((us) => us % US_PER_MS === 0) ? US_PER_MS : 1;
    this.tail = 0;
    this.head = 0;
    if (this.capacity < count) this.resize(Math.min(this.maxTrades, Math.ceil(count * GROWTH)));
    for (const each of price) this.price = holding(this.price, each);
    for (const each of volume) this.volume = holding(this.volume, each);
    this.time.set(time.map((us) => us / this.unitUs));
    this.price.set(price);
    this.volume.set(volume);
    this.counts.set(counts);
    this.head = count;
    this.headSlot = count === this.capacity ? 0 : count;
  }

  /** Forgets what nobody wants any more. */
  private forget(momentUs: TimeUs): void {
    let wanted = this.head;
    for (const reader of this.readers) wanted = Math.min(wanted, reader.wantedFrom(momentUs));
    this.tail = wanted;
  }

  /** Called when the ring is full: forgets what is too old, else grows, else drops the oldest. */
  private makeRoom(nowUs: TimeUs): void {
    this.forget(nowUs);
    const held = this.head - this.tail;
    if (held >= this.maxTrades) {
      const until = this.tail + Math.max(1, this.maxTrades >> DROPPED_SHIFT);
      this.droppedUs = this.baseUs + this.time[this.slotOf(until - 1)]! * this.unitUs;
      for (const reader of this.readers) reader.passTo(until);
      this.tail = until;
    } else if (held * GROWTH > this.capacity && this.capacity < this.maxTrades)
      this.resize(Math.min(this.maxTrades, Math.ceil(this.capacity * GROWTH)));
  }

  /** Counts times from the oldest row on that is held; returns that of a new one. */
  private moveBase(timeUs: TimeUs): number {
    this.forget(timeUs);
    const isEmpty = this.tail === this.head;
    const unitUs = this.unitUs;
    const shiftUs = isEmpty ? timeUs - this.baseUs : this.time[this.slotOf(this.tail)]! * unitUs;
    this.baseUs += shiftUs;
    const isInMs = (isEmpty || unitUs === US_PER_MS) && (timeUs - this.baseUs) % US_PER_MS === 0;
    this.unitUs = isInMs ? US_PER_MS : 1;
    for (let row = this.tail; row < this.head; row++) {
      const slot = this.slotOf(row);
      this.time[slot] = (this.time[slot]! * unitUs - shiftUs) / this.unitUs;
    }
    return this.since(timeUs);
  }

  private resize(capacity: number): void {
    const held = this.head - this.tail;
    const from = held === 0 ? 0 : this.slotOf(this.tail);
    this.time = turned(this.time, new Uint32Array(capacity), from, held);
    this.price = turned(this.price, emptyLike(this.price, capacity), from, held);
    this.volume = turned(this.volume, emptyLike(this.volume, capacity), from, held);
    this.counts = turned(this.counts, new Int32Array(capacity), from, held);
    this.capacity = capacity;
    this.headSlot = held === capacity ? 0 : held;
  }
}

/** Writes sides, a bit each, and how many trades rows stand for, where any stands for several. */
function saveCounts(to: SnapshotWriter, counts: Float64Array): void {
  const sides = new Float64Array(Math.ceil(counts.length / SIDES));
  let most = 1;
  for (let i = 0; i < counts.length; i++) {
    if (counts[i]! > 0) sides[Math.floor(i / SIDES)]! += 2 ** (i % SIDES);
    most = Math.max(most, Math.abs(counts[i]!));
  }
  to.wholes(sides);
  to.wholes(most === 1 ? new Float64Array(0) : counts.map(Math.abs));
}

function loadCounts(from: SnapshotReader, rows: number): Float64Array {
  const sides = from.wholes();
  const counts = from.wholes();
  return Float64Array.from({ length: rows }, (_, i) => {
    const isBuy = Math.floor(sides[Math.floor(i / SIDES)]! / 2 ** (i % SIDES)) % 2 === 1;
    return (isBuy ? 1 : -1) * (counts.length === 0 ? 1 : counts[i]!);
  });
}
