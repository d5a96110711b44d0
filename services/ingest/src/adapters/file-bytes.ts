import { open } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';

/**
 * Read from disk at once. Unpacked it may be longer, by gzip's own limit of about a thousand times. *Units*:
 * bytes.
 */
const CHUNK_BYTES = 256 * 1024;

/** Bytes of a file, in order. Returns why it stopped early; undefined when the file was whole. */
export type FileBytes = AsyncGenerator<Uint8Array, string | undefined>;

/**
 * Reads a file in chunks, unpacking it when it begins as gzip files do. *Errors*: throws only when it can't
 * be opened.
 */
export async function* fileBytes(path: string): FileBytes {
  await using file = await open(path, 'r');
  const head = new Uint8Array(2);
  const { bytesRead } = await file.read(head, 0, 2, 0);
  const isGzip = bytesRead === 2 && head[0] === 0x1f && head[1] === 0x8b;
  const packed = plainBytes(file);
  return isGzip ? yield* unpacked(packed) : yield* packed;
}

async function* plainBytes(file: Awaited<ReturnType<typeof open>>): FileBytes {
  let position = 0;
  for (;;) {
    const chunk = new Uint8Array(CHUNK_BYTES);
    try {
      const { bytesRead } = await file.read(chunk, 0, CHUNK_BYTES, position);
      if (bytesRead === 0) return undefined;
      position += bytesRead;
      yield chunk.subarray(0, bytesRead);
    } catch (error) {
      return `reading stopped at byte ${position}: ${(error as Error).message}`;
    }
  }
}

/**
 * Unpacks by hand, write by write: a piped stream throws away what it had unpacked before it met the damage.
 */
async function* unpacked(packed: FileBytes): FileBytes {
  const gunzip = createGunzip();
  let out: Uint8Array[] = [];
  let damage: string | undefined;
  gunzip.on('data', (chunk: Buffer) => out.push(chunk));
  const ended = new Promise<void>((resolve) => {
    gunzip.once('end', resolve);
    gunzip.once('error', (error) => {
      damage = `the gzip data is damaged or cut: ${error.message}`;
      resolve();
    });
  });
  const take = () => {
    const taken = out;
    out = [];
    return taken;
  };
  try {
    for (;;) {
      const next = await packed.next();
      if (next.done) {
        damage ??= next.value;
        break;
      }
      await Promise.race([new Promise<unknown>((written) => gunzip.write(next.value, written)), ended]);
      // What was unpacked may still be on its way to the listener.
      await new Promise((resolve) => setImmediate(resolve));
      yield* take();
      if (damage !== undefined) break;
    }
    if (damage === undefined) {
      gunzip.end();
      await ended;
    }
    yield* take();
    return damage;
  } finally {
    gunzip.destroy();
  }
}
