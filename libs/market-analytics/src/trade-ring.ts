import { type TimeUs, US_PER_MS } from '@algo/model';
import type { InSteps } from './resolution.ts';
import { type SnapshotReader, SnapshotWriter } from './snapshot.ts';
import { BLOCK_ROWS, TradeBlock } from './trade-block.ts';

/** Rows of trades that are remembered at most; where more are looked back at, the oldest fall out. */
const MAX_TRADES = 1 << 20;
/** This share of them falls out at once. */
const DROPPED_SHIFT = 8;
/** So far times of the ring may lie apart: more than an hour in µs, weeks in ms. */
const RELATIVE_MAX = 2 ** 32 - 1;
const BLOCK_SHIFT = Math.log2(BLOCK_ROWS);
const COUNT_SHIFT = 24;

/** Sides of so many rows are written as one number. */
const SIDES = 32;

type Column = 'time' | 'price' | 'volume' | 'counts';

/** Who looks back at trades. */
export interface TradeReader {
  /** Lets go of what is too old at a moment; returns the number of the oldest row that it still wants. */
  wantedFrom(momentUs: TimeUs): number;
  /** Lets go of all rows before a number. */
  passTo(row: number): void;
}

/**
 * The trades that somebody looks back at, a row each, numbered as they come: the last quarter of an hour, or
 * as long as the longest profile. A row takes 13 bytes, more where steps or counts are huge. *Units*: whole
 * steps.
 */
export class TradeRing implements InSteps {
  /** Time of the row that comes next: a large number that is handed over to a function goes to the heap. */
  nextUs: TimeUs = 0;
  /** Times of rows count from here, in `unitUs`. */
  private baseUs = 0;
  /** A ms as long as all times are whole ones apart, as those of most venues are: the base moves seldom. */
  unitUs: number = US_PER_MS;
  /** Number of the next row, and its slot in `newest`. */
  head = 0;
  private headSlot = 0;
  /** Number of the oldest row. */
  tail = 0;
  /** Time of the newest trade that fell out too early, −∞ when none did. */
  droppedUs = Number.NEGATIVE_INFINITY;
  private readonly blocks: TradeBlock[] = [];
  private newest: TradeBlock;
  /** Number of the first row of the first block. */
  private firstRow = 0;
  /** Up to here rows can come without more room. */
  private roomTo: number;
  private readonly maxTrades: number;
  private readonly readers: TradeReader[] = [];

  constructor(maxTrades = MAX_TRADES) {
    this.maxTrades = maxTrades;
    this.newest = new TradeBlock();
    this.blocks.push(this.newest);
    this.roomTo = this.roomFrom();
  }

  addReader(reader: TradeReader): void {
    this.readers.push(reader);
  }

  /** Takes the next row, of `nextUs`; `count` is how many trades it stands for, below 0 of sells. */
  add(price: number, volume: number, count: number): void {
    const timeUs = this.nextUs;
    if (this.head === this.roomTo) this.makeRoom(timeUs);
    let relative = this.since(timeUs);
    if (relative > RELATIVE_MAX || relative !== Math.floor(relative)) relative = this.moveBase(timeUs);
    if (Math.fround(price) !== price || Math.fround(volume) !== volume) this.widen(price, volume);
    if (!isNarrow(count)) this.widenCounts();
    const { newest, headSlot: slot } = this;
    newest.time[slot] = relative;
    newest.price[slot] = price;
    newest.volume[slot] = volume;
    newest.counts[slot] = count;
    this.head++;
    this.headSlot = slot + 1;
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
      if (this.timeOf(middle) < time) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Returns the rows among which a row is, */
  blockOf(row: number): TradeBlock {
    return this.blocks[(row - this.firstRow) >> BLOCK_SHIFT]!;
  }

  /** and where among them. */
  slotOf(row: number): number {
    return (row - this.firstRow) & (BLOCK_ROWS - 1);
  }

  rescale(priceFactor: number, quantityFactor: number): void {
    for (const block of this.blocks) block.rescale(priceFactor, quantityFactor);
  }

  /** Writes what is still wanted at a moment. */
  save(to: SnapshotWriter, momentUs: TimeUs): void {
    this.forget(momentUs);
    const room = SnapshotWriter.room(this.head - this.tail);
    to.number(this.droppedUs);
    this.copy('time', room);
    for (let i = 0; i < room.length; i++) room[i]! *= this.unitUs;
    to.times(room, this.baseUs);
    to.wholes(this.copy('price', room));
    to.wholes(this.copy('volume', room));
    saveCounts(to, this.copy('counts', room));
  }

  load(from: SnapshotReader): void {
    this.droppedUs = from.number();
    const [firstUs, time] = from.times();
    const [price, volume] = [from.wholes(), from.wholes()];
    const counts = loadCounts(from, time.length);
    this.baseUs = firstUs;
    this.unitUs = time.every((us) => us % US_PER_MS === 0) ? US_PER_MS : 1;
    const blocks = Math.max(1, Math.ceil(time.length / BLOCK_ROWS));
    this.blocks.splice(0, this.blocks.length, ...Array.from({ length: blocks }, () => new TradeBlock()));
    this.newest = this.blocks.at(-1)!;
    [this.firstRow, this.tail, this.head] = [0, 0, time.length];
    this.headSlot = time.length - (blocks - 1) * BLOCK_ROWS;
    this.roomTo = this.roomFrom();
    for (let i = 0; i < time.length; i++) {
      this.widen(price[i]!, volume[i]!);
      if (!isNarrow(counts[i]!)) this.widenCounts();
    }
    this.fill(
      'time',
      time.map((us) => us / this.unitUs),
    );
    this.fill('price', price);
    this.fill('volume', volume);
    this.fill('counts', counts);
  }

  private fill(column: Column, values: Float64Array): void {
    for (let row = 0; row < values.length; row += BLOCK_ROWS)
      this.blockOf(row)[column].set(values.subarray(row, row + BLOCK_ROWS));
  }

  private timeOf(row: number): number {
    return this.blockOf(row).time[this.slotOf(row)]!;
  }

  /** Copies what a column holds of the rows that are wanted. */
  private copy(column: Column, to: Float64Array): Float64Array {
    for (let row = this.tail; row < this.head; ) {
      const slot = this.slotOf(row);
      const rows = Math.min(BLOCK_ROWS - slot, this.head - row);
      to.set(this.blockOf(row)[column].subarray(slot, slot + rows), row - this.tail);
      row += rows;
    }
    return to;
  }

  /** Forgets what nobody wants any more. */
  private forget(momentUs: TimeUs): void {
    let wanted = this.head;
    for (const reader of this.readers) wanted = Math.min(wanted, reader.wantedFrom(momentUs));
    this.tail = wanted;
  }

  /** Called when there is no room: forgets what is too old, drops the oldest beyond the bound. */
  private makeRoom(nowUs: TimeUs): void {
    this.forget(nowUs);
    if (this.head - this.tail >= this.maxTrades) {
      const until = this.tail + Math.max(1, this.maxTrades >> DROPPED_SHIFT);
      this.droppedUs = this.baseUs + this.timeOf(until - 1) * this.unitUs;
      for (const reader of this.readers) reader.passTo(until);
      this.tail = until;
    }
    if (this.headSlot === BLOCK_ROWS) this.addBlock();
    this.roomTo = this.roomFrom();
  }

  /** What is wanted next takes the place of what nobody wants any more, where there is such a block. */
  private addBlock(): void {
    const passed = (this.tail - this.firstRow) >> BLOCK_SHIFT;
    const [again] = this.blocks.splice(0, passed);
    this.firstRow += passed * BLOCK_ROWS;
    this.newest = again ?? new TradeBlock(this.newest);
    this.blocks.push(this.newest);
    this.headSlot = 0;
  }

  private roomFrom(): number {
    return Math.min(this.head + BLOCK_ROWS - this.headSlot, this.tail + this.maxTrades);
  }

  private widen(price: number, volume: number): void {
    const { newest } = this;
    if (Math.fround(price) !== price && newest.price instanceof Float32Array)
      for (const block of this.blocks) block.widenPrice();
    if (Math.fround(volume) !== volume && newest.volume instanceof Float32Array)
      for (const block of this.blocks) block.widenVolume();
  }

  private widenCounts(): void {
    if (this.newest.counts instanceof Int8Array) for (const block of this.blocks) block.widenCounts();
  }

  /** Counts times from the oldest row on that is held; returns that of a new one. */
  private moveBase(timeUs: TimeUs): number {
    this.forget(timeUs);
    const isEmpty = this.tail === this.head;
    const unitUs = this.unitUs;
    const shiftUs = isEmpty ? timeUs - this.baseUs : this.timeOf(this.tail) * unitUs;
    this.baseUs += shiftUs;
    const isInMs = (isEmpty || unitUs === US_PER_MS) && (timeUs - this.baseUs) % US_PER_MS === 0;
    this.unitUs = isInMs ? US_PER_MS : 1;
    for (let row = this.tail; row < this.head; row++) {
      const { time } = this.blockOf(row);
      const slot = this.slotOf(row);
      time[slot] = (time[slot]! * unitUs - shiftUs) / this.unitUs;
    }
    return this.since(timeUs);
  }
}

/** Whether a byte holds it. */
function isNarrow(count: number): boolean {
  return (count << COUNT_SHIFT) >> COUNT_SHIFT === count;
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
