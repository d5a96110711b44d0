import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { InputError } from '@algo/model';

export const LOG_VERSION = 1;
export const RECORD_BYTES_MAX = 1 << 20;
export const HEADER_BYTES = 60;
export const GENESIS = Buffer.alloc(32);

const MAGIC = Buffer.from('ALGO-LOG', 'latin1');
const CHECKED_BYTES = HEADER_BYTES - 4;
const PREFIX_BYTES = 8;
const SUFFIX_BYTES = 36;

/** What a segment holds, and the bytes of a last record that was never written to its end. */
export interface Segment {
  readonly number: number;
  /** Number of its first record. */
  readonly first: number;
  readonly previousHash: Buffer;
  readonly records: readonly Buffer[];
  readonly hash: Buffer;
  readonly endBytes: number;
  readonly torn: Buffer | null;
}

/**
 * Returns a segment's first bytes: magic, version, number, number of its first record, hash of the record
 * before it, CRC32 of all that.
 */
export function encodeHeader(number: number, first: number, previousHash: Buffer): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  MAGIC.copy(header);
  header.writeUInt32LE(LOG_VERSION, 8);
  header.writeUInt32LE(number, 12);
  header.writeBigUInt64LE(BigInt(first), 16);
  previousHash.copy(header, 24);
  header.writeUInt32LE(crc32(header.subarray(0, CHECKED_BYTES)), CHECKED_BYTES);
  return header;
}

/**
 * Returns a record's bytes and its chain hash. *Shape*: length, CRC32 of the length, body, CRC32 of body and
 * hash, SHA-256 over the previous record's hash and the body. The length has a check of its own, because a
 * length that was flipped in the middle of the log must not pass for a record that was torn at its end.
 */
export function encodeRecord(body: Uint8Array, previousHash: Buffer): { bytes: Buffer; hash: Buffer } {
  if (body.length > RECORD_BYTES_MAX)
    throw new InputError({
      field: 'log record',
      value: `${body.length} bytes`,
      because: `longer than ${RECORD_BYTES_MAX} bytes`,
      remedy: 'Write down what must be known later, and no more.',
    });
  const hash = chained(previousHash, body);
  const bytes = Buffer.alloc(PREFIX_BYTES + body.length + SUFFIX_BYTES);
  bytes.writeUInt32LE(body.length, 0);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 4)), 4);
  bytes.set(body, PREFIX_BYTES);
  hash.copy(bytes, PREFIX_BYTES + body.length + 4);
  bytes.writeUInt32LE(crc32(hash, crc32(body)), PREFIX_BYTES + body.length);
  return { bytes, hash };
}

/**
 * Returns what a segment's bytes hold. *Shape*: `endsBefore` is the number of the next segment's first
 * record, or null for the last segment: what stands in an older segment from there on was written by a
 * process that had lost the log, and does not count. *Errors*: InputError naming file, offset and remedy when
 * anything but the very end of the last segment is damaged, or a newer build wrote it.
 */
export function decodeSegment(bytes: Buffer, file: string, endsBefore: number | null): Segment {
  const { number, first, previousHash } = decodeHeader(bytes, file);
  const records: Buffer[] = [];
  let hash = previousHash;
  let offset = HEADER_BYTES;
  const most = endsBefore === null ? Number.POSITIVE_INFINITY : endsBefore - first;
  while (records.length < most && offset < bytes.length) {
    const read = readRecord(bytes, offset, hash);
    if (read.type === 'corrupt' || (read.type === 'torn' && endsBefore !== null))
      throw corrupt(file, offset, read.because);
    if (read.type === 'torn')
      return { number, first, previousHash, records, hash, endBytes: offset, torn: bytes.subarray(offset) };
    records.push(read.body);
    hash = read.hash;
    offset = read.end;
  }
  return { number, first, previousHash, records, hash, endBytes: offset, torn: null };
}

/** Returns the head of a segment. *Errors*: InputError on a damaged one, or one of a newer build. */
export function decodeHeader(
  bytes: Buffer,
  file: string,
): Pick<Segment, 'number' | 'first' | 'previousHash'> {
  if (bytes.length < HEADER_BYTES || !bytes.subarray(0, 8).equals(MAGIC))
    throw corrupt(file, 0, 'no header of a log');
  if (crc32(bytes.subarray(0, CHECKED_BYTES)) !== bytes.readUInt32LE(CHECKED_BYTES))
    throw corrupt(file, 0, 'the header is damaged');
  const version = bytes.readUInt32LE(8);
  if (version !== LOG_VERSION)
    throw new InputError({
      field: `${file} version`,
      value: version,
      because: `this build reads version ${LOG_VERSION}`,
      remedy: 'Start the build that wrote it.',
    });
  return {
    number: bytes.readUInt32LE(12),
    first: Number(bytes.readBigUInt64LE(16)),
    previousHash: Buffer.from(bytes.subarray(24, CHECKED_BYTES)),
  };
}

type Read =
  | { readonly type: 'record'; readonly body: Buffer; readonly hash: Buffer; readonly end: number }
  | { readonly type: 'torn'; readonly because: string }
  | { readonly type: 'corrupt'; readonly because: string };

function readRecord(bytes: Buffer, offset: number, previousHash: Buffer): Read {
  if (bytes.length - offset < PREFIX_BYTES || isZero(bytes, offset))
    return { type: 'torn', because: 'a record stops short' };
  const length = bytes.readUInt32LE(offset);
  if (crc32(bytes.subarray(offset, offset + 4)) !== bytes.readUInt32LE(offset + 4))
    return { type: 'corrupt', because: "a record's length is damaged" };
  const bodyAt = offset + PREFIX_BYTES;
  const end = bodyAt + length + SUFFIX_BYTES;
  if (end > bytes.length) return { type: 'torn', because: 'a record stops short' };
  const body = bytes.subarray(bodyAt, bodyAt + length);
  const hash = bytes.subarray(bodyAt + length + 4, end);
  if (crc32(hash, crc32(body)) !== bytes.readUInt32LE(bodyAt + length)) {
    // Nothing but zeros behind it: the write that made it
    // never finished. Something behind it: it was whole once.
    const type = end === bytes.length || isZero(bytes, end) ? 'torn' : 'corrupt';
    return { type, because: "a record's checksum is wrong" };
  }
  if (!chained(previousHash, body).equals(hash))
    return { type: 'corrupt', because: 'the chain of hashes is broken' };
  return { type: 'record', body, hash: Buffer.from(hash), end };
}

function chained(previousHash: Buffer, body: Uint8Array): Buffer {
  return createHash('sha256').update(previousHash).update(body).digest();
}

function isZero(bytes: Buffer, from: number): boolean {
  for (let i = from; i < bytes.length; i++) if (bytes[i] !== 0) return false;
  return true;
}

/** Returns the refusal of a damaged log. */
export function corrupt(file: string, offset: number, because: string): InputError {
  return new InputError({
    field: 'log',
    value: `${file} at byte ${offset}`,
    because,
    remedy:
      'Nothing is sent on a damaged log: restore the file from a copy, ' +
      'or move the folder aside and reconcile.',
  });
}
