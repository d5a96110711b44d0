import { Refused } from './contract-error.ts';

/** Messages share so much memory, and one that begins finds so much left. */
const SHARED_BYTES = 1 << 13;
const LEFT_BYTES_MIN = 1 << 9;
const TEXT = new TextEncoder();
/** A character takes at most three bytes for each of its UTF-16 units, and a number at most ten bytes. */
const UNIT_BYTES_MAX = 3;
const NUMBER_BYTES_MAX = 10;
const TAG_BYTES_MAX = 5;
/** What four bytes of a whole number hold: 53 bits are those of two such numbers. */
const FOUR_BYTES = 2 ** 28;

function isWhole(value: number): boolean {
  return value >= 0 && value <= Number.MAX_SAFE_INTEGER && Math.floor(value) === value;
}

function refuse(value: number): never {
  throw new Refused('', value, 'not a whole number from 0 to 2^53 − 1, or not finite');
}

/**
 * The bytes of one message after the other, written straight from the values: a generated class would want
 * an object for each message inside, and makes one for each field. *Shape*: protobuf, little-endian.
 */
export class WireWriter {
  #bytes = new Uint8Array(SHARED_BYTES);
  #view = new DataView(this.#bytes.buffer);
  /** Where the message began, and how far all is written. */
  #start = 0;
  #length = 0;

  /** Begins a message. */
  start(): void {
    this.#start = this.#length;
    this.#need(LEFT_BYTES_MIN);
  }

  /** Returns what was written since `start`: it stays as it is, because nothing is written there again. */
  finish(): Uint8Array {
    return this.#bytes.subarray(this.#start, this.#length);
  }

  /** How much of the message is written. *Units*: bytes. */
  get written(): number {
    return this.#length - this.#start;
  }

  /** Takes back all but the first so many bytes of the message. */
  takeBack(bytes: number): void {
    this.#length = this.#start + bytes;
  }

  /** Writes the number of a field, and how its value begins: 0 a whole number, 1 eight bytes, 2 a length. */
  tag(number: number, wire: 0 | 1 | 2): void {
    this.#need(TAG_BYTES_MAX + NUMBER_BYTES_MAX);
    const tag = number * 8 + wire;
    if (tag < 128) this.#bytes[this.#length++] = tag;
    else this.#spell(tag);
  }

  /** *Units*: whole, 0 to 2^53 − 1. */
  whole(value: number): void {
    this.#need(NUMBER_BYTES_MAX);
    if (value < 128) this.#bytes[this.#length++] = value;
    else this.#spell(value);
  }

  /** *Units*: whole, 0 to 2^53 − 1; behind the length of all of them. */
  wholes(values: readonly number[]): void {
    const place = this.begin();
    this.#need(values.length * NUMBER_BYTES_MAX);
    const bytes = this.#bytes;
    let at = this.#length;
    for (let i = 0; i < values.length; i++) {
      let rest = values[i]!;
      if (rest >= FOUR_BYTES) {
        this.#length = at;
        this.#spell(rest);
        at = this.#length;
        continue;
      }
      for (rest |= 0; rest > 127; rest >>= 7) bytes[at++] = (rest & 127) | 128;
      bytes[at++] = rest;
    }
    this.#length = at;
    this.end(place);
  }

  /**
   * Writes some whole numbers of a list in a row, behind the length of all of them. *Errors*: Refused on one
   * that is none, as each of the following.
   */
  run(values: Float64Array, from: number, end: number): void {
    const place = this.begin();
    this.#need((end - from) * NUMBER_BYTES_MAX);
    const bytes = this.#bytes;
    let at = this.#length;
    for (let i = from; i < end; i++) {
      const value = values[i]!;
      if (!isWhole(value)) refuse(value);
      let rest = value;
      if (value >= FOUR_BYTES) {
        rest = Math.floor(value / FOUR_BYTES);
        let low = value - rest * FOUR_BYTES;
        for (let each = 0; each < 4; each++, low >>>= 7) bytes[at++] = (low & 127) | 128;
      }
      for (rest |= 0; rest > 127; rest >>>= 7) bytes[at++] = (rest & 127) | 128;
      bytes[at++] = rest;
    }
    this.#length = at;
    this.end(place);
  }

  /** Writes a field that is one whole number of a list; none where it is 0. */
  wholeOf(number: number, values: Float64Array, at: number): void {
    const value = values[at]!;
    if (value === 0) return;
    if (!isWhole(value)) refuse(value);
    this.tag(number, 0);
    if (value < 128) this.#bytes[this.#length++] = value;
    else this.#spell(value);
  }

  /** Writes a field that is one number of a list; none where it is 0. */
  doubleOf(number: number, values: Float64Array, at: number): void {
    const value = values[at]!;
    if (value === 0 && 1 / value > 0) return;
    if (value - value !== 0) refuse(value);
    this.tag(number, 1);
    this.#view.setFloat64(this.#length, value, true);
    this.#length += 8;
  }

  /** Writes the same, also 0; none where it is NaN. */
  knownOf(number: number, values: Float64Array, at: number): void {
    const value = values[at]!;
    if (Number.isNaN(value)) return;
    if (value - value !== 0) refuse(value);
    this.tag(number, 1);
    this.#view.setFloat64(this.#length, value, true);
    this.#length += 8;
  }

  /** Writes bytes as they are. */
  raw(value: Uint8Array): void {
    this.#need(value.length);
    const bytes = this.#bytes;
    let at = this.#length;
    for (let i = 0; i < value.length; i++) bytes[at++] = value[i]!;
    this.#length = at;
  }

  double(value: number): void {
    this.#need(NUMBER_BYTES_MAX);
    this.#view.setFloat64(this.#length, value, true);
    this.#length += 8;
  }

  text(value: string): void {
    const place = this.begin();
    this.#need(value.length * UNIT_BYTES_MAX);
    const bytes = this.#bytes;
    const from = this.#length;
    let at = from;
    for (let i = 0; i < value.length; i++) {
      const unit = value.charCodeAt(i);
      if (unit > 127) {
        at = from + TEXT.encodeInto(value, bytes.subarray(from)).written;
        break;
      }
      bytes[at++] = unit;
    }
    this.#length = at;
    this.end(place);
  }

  bytes(value: Uint8Array): void {
    this.whole(value.length);
    this.#need(value.length);
    this.#bytes.set(value, this.#length);
    this.#length += value.length;
  }

  /** Begins a part that stands behind its length; returns its place, which `end` wants. */
  begin(): number {
    this.#need(1);
    return ++this.#length - this.#start;
  }

  /** Ends the part, and makes room where its length takes more than a byte. */
  end(place: number): void {
    const size = this.#length - this.#start - place;
    if (size < 128) {
      this.#bytes[this.#start + place - 1] = size;
      return;
    }
    let more = 0;
    for (let rest = size >>> 7; rest > 0; rest >>>= 7) more++;
    this.#need(more + NUMBER_BYTES_MAX);
    const from = this.#start + place;
    if (more > 0) this.#bytes.copyWithin(from + more, from, from + size);
    this.#length = from - 1;
    this.whole(size);
    this.#length += size;
  }

  #spell(value: number): void {
    const bytes = this.#bytes;
    let at = this.#length;
    let rest = value;
    if (value >= FOUR_BYTES) {
      rest = Math.floor(value / FOUR_BYTES);
      let low = value - rest * FOUR_BYTES;
      for (let i = 0; i < 4; i++, low >>>= 7) bytes[at++] = (low & 127) | 128;
    }
    for (; rest > 127; rest >>>= 7) bytes[at++] = (rest & 127) | 128;
    bytes[at++] = rest;
    this.#length = at;
  }

  #need(more: number): void {
    if (this.#length + more > this.#bytes.length) this.#grow(more);
  }

  #grow(more: number): void {
    const written = this.#bytes.subarray(this.#start, this.#length);
    const room = new Uint8Array(Math.max(SHARED_BYTES, 2 * (written.length + more)));
    room.set(written);
    this.#bytes = room;
    this.#view = new DataView(room.buffer);
    this.#start = 0;
    this.#length = written.length;
  }
}
