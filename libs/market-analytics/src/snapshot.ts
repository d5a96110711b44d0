import { InputError } from '@algo/model';

/** Bumped whenever the order or meaning of what is written changes. */
export const SNAPSHOT_VERSION = 8;

const FIRST_BYTES = 1 << 12;

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
  run(values: Float64Array | Int32Array): void {
    this.reserve(values.byteLength);
    new Uint8Array(this.view.buffer).set(
      new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
      this.length,
    );
    this.length += values.byteLength;
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

  /** Reads a run of `count` 32-bit integers. */
  integers(count: number): Int32Array {
    return new Int32Array(this.take(count * 4));
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
