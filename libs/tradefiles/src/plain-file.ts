import { createReadStream, createWriteStream, openAsBlob } from 'node:fs';
import { mkdtemp, open, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, type Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { TextDecoder } from 'node:util';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { InputError } from '@algo/model';
import { BlobReader, configure, type FileEntry, ZipReader } from '@zip.js/zip.js';
import { otherKind } from './other-kind.ts';
import { unusableFile } from './unusable-file.ts';

/** So much of a file is looked at to tell what it is. *Units*: bytes. */
const HEAD_BYTES = 64 * 1024;
/** Looked at from the end backwards for the last whole line. *Units*: bytes. */
const TAIL_BYTES = 64 * 1024;
const [NEWLINE, RETURN, MARK] = [10, 13, 0xef];

/**
 * A file as DuckDB can read it: Parquet as it is, or text in UTF-8 whose lines end in a newline. *Shape*:
 * `damage` says what ended the unpacking early; the text goes to its last whole line then.
 */
export interface PlainFile extends AsyncDisposable {
  readonly path: string;
  readonly kind: 'text' | 'parquet';
  readonly damage: string | undefined;
  /** Size of the file that was named. *Units*: bytes. */
  readonly bytes: number;
}

/**
 * Opens a file of any packing: gzip (also several members, also padded), zip, zstd, UTF-16, lines that end as
 * Windows or old Macs end them. What isn't plain is written anew beside the system's temporary files, and
 * removed at the end. *Errors*: InputError naming the file.
 */
export async function plainFile(path: string): Promise<PlainFile> {
  const { head, bytes } = await headOf(path);
  refuseOther(path, head, false);
  const has = (...magic: number[]) => magic.every((byte, i) => head[i] === byte);
  const whole = { path, bytes, damage: undefined, [Symbol.asyncDispose]: async () => undefined };
  if (has(0x50, 0x41, 0x52, 0x31)) return { ...whole, kind: 'parquet' };
  if (has(0x1f, 0x8b)) return unpacked(path, bytes, () => gunzipped(path));
  if (has(0x28, 0xb5, 0x2f, 0xfd))
    return unpacked(path, bytes, () => unpack(path, 0, createZstdDecompress()));
  if (has(0x50, 0x4b, 0x03, 0x04)) return unpacked(path, bytes, () => onlyEntry(path));
  return hasOtherEnds(head) ? writtenAnew(path, bytes) : { ...whole, kind: 'text' };
}

/** Returns a text whose lines all end in a newline, however they ended. */
export function writtenAnew(path: string, bytes: number): Promise<PlainFile> {
  return unpacked(path, bytes, () => createReadStream(path));
}

function refuseOther(path: string, head: Buffer, isUnpacked: boolean): void {
  const kind = otherKind(head, isUnpacked);
  if (kind !== undefined)
    throw unusableFile(path, kind, 'Make a text or Parquet of it; text may be packed by gzip, zip or zstd.');
}

/** Whether text is in UTF-16, begins with a mark, or has lines that end otherwise than in a newline alone. */
function hasOtherEnds(head: Buffer): boolean {
  return encodingOf(head) !== 'utf-8' || head[0] === MARK || head.includes(RETURN);
}

function encodingOf(head: Buffer): string {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  return head[0] === 0xfe && head[1] === 0xff ? 'utf-16be' : 'utf-8';
}

async function headOf(path: string): Promise<{ head: Buffer; bytes: number }> {
  const head = Buffer.alloc(HEAD_BYTES);
  try {
    await using handle = await open(path, 'r');
    const { bytesRead } = await handle.read(head, 0, HEAD_BYTES, 0);
    return { head: head.subarray(0, bytesRead), bytes: (await handle.stat()).size };
  } catch (error) {
    throw unusableFile(path, `it cannot be opened: ${(error as Error).message}`, 'Name a file that exists.');
  }
}

async function unpacked(
  path: string,
  bytes: number,
  content: () => AsyncIterable<Uint8Array> | Promise<AsyncIterable<Uint8Array>>,
): Promise<PlainFile> {
  const dir = await mkdtemp(join(tmpdir(), 'algo-trades-'));
  const to = join(dir, 'plain');
  const end = () => rm(dir, { recursive: true, force: true });
  let damage: string | undefined;
  try {
    await pipeline(plainly(path, await content()), createWriteStream(to));
  } catch (error) {
    if (error instanceof InputError) {
      await end();
      throw error;
    }
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') {
      await end();
      throw unusableFile(path, `there is no room to unpack it in ${tmpdir()}`, 'Unpack it by hand.');
    }
    damage = (error as Error).message;
  }
  try {
    const { head } = await headOf(to);
    const kind = head.toString('latin1', 0, 4) === 'PAR1' ? 'parquet' : 'text';
    if (damage !== undefined) await cutToLastLine(to);
    return { path: to, kind, damage, bytes, [Symbol.asyncDispose]: end };
  } catch (error) {
    await end();
    throw damage === undefined
      ? error
      : unusableFile(path, `nothing of it can be unpacked: ${damage}`, 'Fetch it anew.');
  }
}

/** All members of a gzip file, one behind the other, whatever zeros pad them. */
function gunzipped(path: string): Readable {
  return Readable.from(
    (async function* () {
      for (let at: number | undefined = 0; at !== undefined; ) {
        const member = createGunzip();
        yield* unpack(path, at, member);
        // Node goes on by itself behind a member, but for padding.
        at = await nextMember(path, at + member.bytesWritten);
      }
    })(),
  );
}

/** Where the next member of a gzip file begins behind padding; undefined where none does. */
async function nextMember(path: string, from: number): Promise<number | undefined> {
  await using handle = await open(path, 'r');
  const bytes = Buffer.alloc(TAIL_BYTES);
  for (let at = from; ; ) {
    const { bytesRead } = await handle.read(bytes, 0, TAIL_BYTES, at);
    if (bytesRead === 0) return undefined;
    const next = bytes.subarray(0, bytesRead).findIndex((byte) => byte !== 0);
    if (next >= 0) return bytes[next] === 0x1f ? at + next : undefined;
    at += bytesRead;
  }
}

function unpack(path: string, from: number, through: Transform): Readable {
  const packed = createReadStream(path, { start: from });
  packed.on('error', (error) => through.destroy(error));
  // Behind the end of a member nobody reads on: without this the file stays open.
  through.on('close', () => packed.destroy());
  return packed.pipe(through);
}

/**
 * Text in UTF-8 without a mark, its lines ended by newlines; Parquet as it is. *Errors*: InputError on what
 * else is packed.
 */
async function* plainly(path: string, bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array | string> {
  let decoder: TextDecoder | undefined;
  let isParquet = false;
  let isPastReturn = false;
  for await (const chunk of bytes) {
    if (decoder === undefined) {
      refuseOther(path, Buffer.from(chunk), true);
      decoder = new TextDecoder(encodingOf(Buffer.from(chunk.subarray(0, 2))));
      isParquet = Buffer.from(chunk.subarray(0, 4)).toString('latin1') === 'PAR1';
    }
    if (isParquet) yield chunk;
    else {
      const text = decoder.decode(chunk, { stream: true });
      // A newline behind a return that ended the last chunk belongs to it.
      const lines = isPastReturn && text.startsWith('\n') ? text.slice(1) : text;
      if (text !== '') isPastReturn = text.endsWith('\r');
      yield lines.includes('\r') ? lines.replaceAll(/\r\n?/g, '\n') : lines;
    }
  }
  const rest = decoder?.decode() ?? '';
  if (rest !== '') yield rest;
}

/** The one file of trades in an archive. */
async function onlyEntry(path: string): Promise<Readable> {
  configure({ useWebWorkers: false });
  const archive = new ZipReader(new BlobReader(await openAsBlob(path)));
  const all = (await archive.getEntries()).filter((entry): entry is FileEntry => !entry.directory);
  // A Mac packs a second one beside each, with what it alone reads.
  const entries = all.filter(({ filename }) => !/(^|\/)(__MACOSX\/|\.)/.test(filename));
  const [entry] = entries;
  const names = entries.map(({ filename }) => filename).join(', ');
  if (all.some(({ filename }) => filename === 'xl/workbook.xml'))
    throw unusableFile(path, 'it is a workbook of Excel', 'Have its sheet saved as CSV, times as numbers.');
  if (entry === undefined || entries.length > 1)
    throw unusableFile(
      path,
      `the archive holds ${entries.length} files: ${names}`,
      'Unpack it, and name the files that are meant.',
    );
  if (entry.encrypted)
    throw unusableFile(path, 'the archive asks for a password', 'Unpack it, and name the file inside.');
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const bytes = Readable.fromWeb(readable as never);
  entry.getData(writable).catch((error: Error) => bytes.destroy(error));
  return bytes;
}

/** What comes behind the last newline may be half a row: its last number may lack digits. */
async function cutToLastLine(path: string): Promise<void> {
  await using handle = await open(path, 'r');
  const { size } = await handle.stat();
  const tail = Buffer.alloc(Math.min(size, TAIL_BYTES));
  await handle.read(tail, 0, tail.length, size - tail.length);
  const at = tail.lastIndexOf(NEWLINE);
  await truncate(path, at < 0 ? 0 : size - tail.length + at + 1);
}
