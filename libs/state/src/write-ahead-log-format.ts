import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { type ClientOrderId, InputError } from '@algo/model';

/**
 * One entry of the log. *Shape*: `clientOrderId` null exactly for `epoch`; `payload` JSON text; `outcome`
 * says that the order's fate is known, so an unknown outcome is never one.
 */
export interface WalRecord {
  readonly kind: 'intent' | 'send' | 'outcome' | 'epoch';
  readonly clientOrderId: ClientOrderId | null;
  readonly epoch: number;
  readonly payload: string;
}

export const WAL_VERSION = 1;
export const RECORD_BYTES_MAX = 1 << 20;
export const HEADER_BYTES = 52;
export const GENESIS = Buffer.alloc(32);

const MAGIC = Buffer.from('ALGO-WAL', 'latin1');
const PREFIX_BYTES = 8;
const SUFFIX_BYTES = 36;

/** What a segment holds, and the bytes of a last record that was never written to its end. */
export interface Segment {
  readonly number: number;
  readonly previousHash: Buffer;
  readonly records: readonly WalRecord[];
  readonly hash: Buffer;
  readonly endBytes: number;
  readonly torn: Buffer | null;
}

/**
 * Returns a segment's first bytes: magic, version, number, hash of the record before it, CRC32 of all that.
 */
export function encodeHeader(number: number, previousHash: Buffer): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  MAGIC.copy(header);
  header.writeUInt32LE(WAL_VERSION, 8);
  header.writeUInt32LE(number, 12);
  previousHash.copy(header, 16);
  header.writeUInt32LE(crc32(header.subarray(0, 48)), 48);
  return header;
}

/**
 * Returns a record's bytes and its chain hash. *Shape*: length, CRC32 of the length, body, CRC32 of body and
 * hash, SHA-256 over the previous record's hash and the body. The length has a check of its own, because a
 * length that was flipped in the middle of the log must not pass for a record that was torn at its end.
 */
export function encodeRecord(record: WalRecord, previousHash: Buffer): { bytes: Buffer; hash: Buffer } {
  const { kind, clientOrderId, epoch, payload } = record;
  const body = Buffer.from(JSON.stringify({ kind, clientOrderId, epoch, payload }), 'utf8');
  if (body.length > RECORD_BYTES_MAX)
    throw new InputError({
      field: 'write-ahead log record',
      value: `${body.length} bytes`,
      because: `longer than ${RECORD_BYTES_MAX} bytes`,
      remedy: 'Log the order itself only.',
    });
  const hash = chained(previousHash, body);
  const bytes = Buffer.alloc(PREFIX_BYTES + body.length + SUFFIX_BYTES);
  bytes.writeUInt32LE(body.length, 0);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 4)), 4);
  body.copy(bytes, PREFIX_BYTES);
  hash.copy(bytes, PREFIX_BYTES + body.length + 4);
  bytes.writeUInt32LE(crc32(hash, crc32(body)), PREFIX_BYTES + body.length);
  return { bytes, hash };
}

/**
 * Returns what a segment's bytes hold. *Errors*: InputError naming file, offset and remedy when anything but
 * the very end of the last segment is damaged, or a newer build wrote it.
 */
export function decodeSegment(bytes: Buffer, file: string, isLast: boolean): Segment {
  const { number, previousHash } = decodeHeader(bytes, file);
  const records: WalRecord[] = [];
  let hash = previousHash;
  let offset = HEADER_BYTES;
  while (offset < bytes.length) {
    const read = readRecord(bytes, offset, hash);
    if (read.type === 'corrupt' || (read.type === 'torn' && !isLast))
      throw corrupt(file, offset, read.because);
    if (read.type === 'torn')
      return { number, previousHash, records, hash, endBytes: offset, torn: bytes.subarray(offset) };
    records.push(read.record);
    hash = read.hash;
    offset = read.end;
  }
  return { number, previousHash, records, hash, endBytes: offset, torn: null };
}

function decodeHeader(bytes: Buffer, file: string): { number: number; previousHash: Buffer } {
  if (bytes.length < HEADER_BYTES || !bytes.subarray(0, 8).equals(MAGIC))
    throw corrupt(file, 0, 'no header of a write-ahead log');
  if (crc32(bytes.subarray(0, 48)) !== bytes.readUInt32LE(48))
    throw corrupt(file, 0, 'the header is damaged');
  const version = bytes.readUInt32LE(8);
  if (version !== WAL_VERSION)
    throw new InputError({
      field: `${file} version`,
      value: version,
      because: `this build reads version ${WAL_VERSION}`,
      remedy: 'Start the build that wrote it.',
    });
  return { number: bytes.readUInt32LE(12), previousHash: Buffer.from(bytes.subarray(16, 48)) };
}

type Read =
  | { readonly type: 'record'; readonly record: WalRecord; readonly hash: Buffer; readonly end: number }
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
  return { type: 'record', record: parseRecord(body), hash: Buffer.from(hash), end };
}

/** The checksum and the chain have vouched for the bytes, and `encodeRecord` is all that makes them. */
function parseRecord(body: Buffer): WalRecord {
  return JSON.parse(body.toString('utf8')) as WalRecord;
}

function chained(previousHash: Buffer, body: Buffer): Buffer {
  return createHash('sha256').update(previousHash).update(body).digest();
}

function isZero(bytes: Buffer, from: number): boolean {
  for (let i = from; i < bytes.length; i++) if (bytes[i] !== 0) return false;
  return true;
}

/** Returns the refusal of a damaged log. */
export function corrupt(file: string, offset: number, because: string): InputError {
  return new InputError({
    field: 'write-ahead log',
    value: `${file} at byte ${offset}`,
    because,
    remedy:
      'Nothing is sent on a damaged log: restore the file from a copy, ' +
      'or move the folder aside and reconcile.',
  });
}
