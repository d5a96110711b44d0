import { InputError, type TimeUs, US_PER_MS } from '@algo/model';

/** Bumped whenever the order or meaning of what is written changes. */
export const SNAPSHOT_VERSION = 12;

const FIRST_BYTES = 1 << 12;
/** Seven bits a byte: what a distance of whole numbers takes at most. */
const WHOLE_BYTES_MAX = 8;

let room = new Float64Array(0);

/**
 * Writes numbers and texts one after the other, doubles bit for bit (NaN and infinities too). Little-endian.
 */
export class SnapshotWriter {
  private view: DataView;
  private length = 0;

  /** `roomBytes` is what it expects. */
  constructor(roomBytes = 0) {
    this.view = new DataView(new ArrayBuffer(Math.max(FIRST_BYTES, Math.ceil(roomBytes))));
  }

  /** Writes a part behind its length, so that a reader can take it out without understanding it. */
  section(write: () => void): void {
    const at = this.length;
    this.number(0);
    write();
    this.view.setFloat64(at, this.length - at - 8, true);
  }

  number(value: number): void {
    this.reserve(8);
    this.view.setFloat64(this.length, value, true);
    this.length += 8;
  }

  numbers(values: ArrayLike<number>): void {
    this.number(values.length);
    for (let i = 0; i < values.length; i++) this.number(values[i]!);
  }

  /**
   * Writes numbers as they lie in memory, without their count: what may be millions of them. Every
   * machine that Node runs on is little-endian.
   */
  run(values: Float64Array): void {
    this.reserve(values.byteLength);
    new Uint8Array(this.view.buffer).set(
      new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
      this.length,
    );
    this.length += values.byteLength;
  }

  /**
   * Writes whole numbers, each by its distance from the one before: a byte or two of a trade's time, price or
   * volume. *Units*: `unit` divides all of them. *Shape*: within ±2^51.
   */
  wholes(values: Float64Array, unit = 1): void {
    this.number(unit);
    this.number(values.length);
    this.reserve(values.length * WHOLE_BYTES_MAX);
    const bytes = new Uint8Array(this.view.buffer);
    let at = this.length;
    let before = 0;
    for (let i = 0; i < values.length; i++) {
      const value = values[i]! / unit;
      const step = value - before;
      before = value;
      // Zigzag, so that small distances of either sign are small: 2m for m, 2m − 1 for −m.
      let rest = step < 0 ? -2 * step - 1 : 2 * step;
      for (; rest > 0x7fffffff; rest = Math.floor(rest / 128)) bytes[at++] = (rest % 128) | 128;
      for (rest |= 0; rest > 127; rest >>= 7) bytes[at++] = rest | 128;
      bytes[at++] = rest;
    }
    this.length = at;
  }

  /**
   * Writes rising times, whole µs since `baseUs`, by how far they are behind the first: shorter where all of
   * them are whole ms. Puts them so in place.
   */
  times(values: Float64Array, baseUs: TimeUs): void {
    const first = values[0] ?? 0;
    let isInMs = true;
    for (let i = 0; i < values.length; i++) {
      const behind = values[i]! - first;
      values[i] = behind;
      if (isInMs) isInMs = Math.floor(behind / US_PER_MS) * US_PER_MS === behind;
    }
    this.number(values.length === 0 ? 0 : baseUs + first);
    this.wholes(values, isInMs ? US_PER_MS : 1);
  }

  /** Returns room for so many numbers, to be filled and written: the same room each time. */
  static room(count: number): Float64Array {
    if (room.length < count) room = new Float64Array(count);
    return room.subarray(0, count);
  }

  flag(value: boolean): void {
    this.number(value ? 1 : 0);
  }

  text(value: string): void {
    const bytes = new TextEncoder().encode(value);
    this.number(bytes.length);
    this.reserve(bytes.length);
    new Uint8Array(this.view.buffer).set(bytes, this.length);
    this.length += bytes.length;
  }

  bytes(): Uint8Array {
    return new Uint8Array(this.view.buffer, 0, this.length);
  }

  private reserve(more: number): void {
    if (this.length + more <= this.view.byteLength) return;
    const larger = new Uint8Array(Math.max(this.view.byteLength * 2, this.length + more));
    larger.set(new Uint8Array(this.view.buffer));
    this.view = new DataView(larger.buffer);
  }
}

/** Reads what SnapshotWriter wrote, in the same order. *Errors*: InputError when the bytes end early. */
export class SnapshotReader {
  private readonly view: DataView;
  private at = 0;

  constructor(bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  number(): number {
    this.need(8);
    const value = this.view.getFloat64(this.at, true);
    this.at += 8;
    return value;
  }

  numbers(): Float64Array {
    const length = this.count(8);
    const out = new Float64Array(length);
    for (let i = 0; i < length; i++) out[i] = this.number();
    return out;
  }

  /** Reads a run of `count` doubles. */
  doubles(count: number): Float64Array {
    return new Float64Array(this.take(count * 8));
  }

  /** Reads times: the first, and how far each is behind it. */
  times(): readonly [firstUs: TimeUs, behindUs: Float64Array] {
    return [this.number(), this.wholes()];
  }

  wholes(): Float64Array {
    const unit = this.number();
    const values = new Float64Array(this.count(1));
    const bytes = new Uint8Array(this.view.buffer, this.view.byteOffset, this.view.byteLength);
    let at = this.at;
    let value = 0;
    for (let i = 0; i < values.length; i++) {
      let byte = bytes[at++]!;
      let rest = byte & 127;
      for (let weight = 128; byte > 127; weight *= 128) {
        byte = bytes[at++]!;
        rest += (byte & 127) * weight;
      }
      value += rest % 2 === 1 ? -(rest + 1) / 2 : rest / 2;
      values[i] = value * unit;
    }
    this.at = at;
    this.need(0);
    return values;
  }

  /** Returns a part that was written behind its length. */
  section(): Uint8Array {
    return new Uint8Array(this.take(this.count(1)));
  }

  flag(): boolean {
    return this.number() !== 0;
  }

  text(): string {
    const length = this.count(1);
    const bytes = new Uint8Array(this.view.buffer, this.view.byteOffset + this.at, length);
    this.at += length;
    return new TextDecoder().decode(bytes);
  }

  /** Reads a count of items of at least `size` bytes each; refuses one that cannot be true. */
  count(size: number): number {
    const count = this.number();
    if (!Number.isInteger(count) || count < 0) refuseSnapshot(`a count of ${count}`);
    this.need(count * size);
    return count;
  }

  /** *Errors*: InputError unless everything was read. */
  end(): void {
    if (this.at !== this.view.byteLength) refuseSnapshot(`${this.view.byteLength - this.at} bytes too many`);
  }

  /** Returns the next bytes in a buffer of their own, where they are aligned. */
  private take(size: number): ArrayBuffer {
    this.need(size);
    const start = this.view.byteOffset + this.at;
    this.at += size;
    return (this.view.buffer as ArrayBuffer).slice(start, start + size);
  }

  private need(size: number): void {
    if (this.at + size > this.view.byteLength) refuseSnapshot('bytes end early');
  }
}

/** *Errors*: InputError, always: the bytes are not such a snapshot. */
export function refuseSnapshot(because: string): never {
  throw new InputError({
    field: 'analytics snapshot',
    value: because,
    because: 'damaged, of another version, or of other settings',
    remedy: 'Delete the snapshot; the state is rebuilt from the stream.',
  });
}
