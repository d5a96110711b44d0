import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { InputError } from '@algo/model';
import type { KeyValue } from './bus.ts';

/**
 * Where a service keeps the state from which it goes on after a restart. Saving is atomic. *Errors*: where
 * another process has saved since; nothing of its snapshot is harmed.
 */
export interface SnapshotStore {
  load(): Promise<Uint8Array | undefined>;
  /** Saves the parts as one run of bytes; a large state needn't be copied to get its head. */
  save(...parts: readonly Uint8Array[]): Promise<void>;
  /**
   * Whether a snapshot may be taken now, which is saved then; always where this is left out. Where a process
   * has many it says no while another one is saved, so that they aren't all in memory at once.
   */
  mayBegin?(): boolean;
}

/** Below the server's payload limit of 1 MiB, headers included. */
const CHUNK_BYTES = 900_000;
const VERSION = 1;
/** What is smaller is kept as it is: setting up the compression would cost more than it saves. */
const WORTH_PACKING_BYTES = 32_768;
/** As long as a publisher waits for a server that restarts. */
const CHANGE_TRIES = 600;
const CHANGE_AGAIN_MS = 100;

interface Manifest {
  readonly version: number;
  readonly generation: number;
  readonly chunks: number;
}

/**
 * Snapshots in a key-value bucket: compressed, cut into chunks, made visible by the manifest. Each key is
 * changed only from what this process knows of it since it loaded, so one that stood still meanwhile, and was
 * replaced, changes none. Chunks beyond a smaller snapshot stay: two of the largest size at most.
 */
export function bucketSnapshots(bucket: KeyValue, name: string): SnapshotStore {
  let generation = 0;
  const revisions = new Map<string, number>();
  const chunkKey = (g: number, i: number) => `${name}.${g % 2}.${i}`;
  const look = async (key: string): Promise<Uint8Array | undefined> => {
    const entry = await bucket.get(key);
    revisions.set(key, entry?.revision ?? 0);
    return entry?.value;
  };
  const lookAtChunks = async (g: number): Promise<Uint8Array[]> => {
    const chunks: Uint8Array[] = [];
    for (let i = 0; ; i++) {
      const chunk = await look(chunkKey(g, i));
      if (chunk === undefined) return chunks;
      chunks.push(chunk);
    }
  };
  const change = async (key: string, value: Uint8Array): Promise<void> => {
    revisions.set(key, await changeKnown(bucket, key, value, revisions.get(key) ?? 0));
  };
  let loaded: Promise<void> | undefined;
  const load = async () => {
    const stored = await look(name); // first: chunks are never older than what makes them visible
    const slots = await Promise.all([lookAtChunks(0), lookAtChunks(1)]);
    if (stored === undefined) return undefined;
    const manifest = JSON.parse(new TextDecoder().decode(stored)) as Manifest;
    if (manifest.version > VERSION)
      throw new InputError({
        field: `snapshot ${name}`,
        value: manifest.version,
        because: `written by a newer build; this one reads ${VERSION}`,
        remedy: 'Start the newer build, or use a fresh data directory.',
      });
    generation = manifest.generation;
    const parts = slots[generation % 2]!.slice(0, manifest.chunks);
    if (parts.length < manifest.chunks)
      throw new InputError({
        field: `snapshot ${name}`,
        value: parts.length,
        because: 'a part is missing',
        remedy: 'Delete the snapshot to rebuild it from the streams.',
      });
    return inflateRawSync(Buffer.concat(parts));
  };
  return {
    load() {
      const loading = load();
      // Not the bytes: whoever saves only waits, and they would be kept for as long as the process lives.
      loaded = loading.then(() => undefined);
      loaded.catch(() => undefined);
      return loading;
    },
    async save(...parts) {
      loaded ??= load().then(() => undefined);
      await loaded;
      const packed = pack(Buffer.concat(parts));
      const next = generation + 1;
      const chunks = Math.max(1, Math.ceil(packed.length / CHUNK_BYTES));
      for (let i = 0; i < chunks; i++)
        await change(chunkKey(next, i), packed.subarray(i * CHUNK_BYTES, (i + 1) * CHUNK_BYTES));
      const manifest: Manifest = { version: VERSION, generation: next, chunks };
      await change(name, new TextEncoder().encode(JSON.stringify(manifest)));
      generation = next;
    },
  };
}

/** Returns bytes in the format of `deflate`, compressed where that is worth it. */
function pack(bytes: Buffer): Buffer {
  if (bytes.length >= WORTH_PACKING_BYTES) return deflateRawSync(bytes, { level: 1 });
  // One stored block, the last of its kind (RFC 1951, 3.2.4): its length, the complement of it, the bytes.
  const head = Buffer.of(1, 0, 0, 0, 0);
  head.writeUInt16LE(bytes.length, 1);
  head.writeUInt16LE(~bytes.length & 0xffff, 3);
  return Buffer.concat([head, bytes]);
}

/**
 * Changes a key from a revision; returns the new one. *Errors*: where another process changed it, or nobody
 * answers for long.
 */
async function changeKnown(
  bucket: KeyValue,
  key: string,
  value: Uint8Array,
  revision: number,
): Promise<number> {
  for (let tries = 0; tries < CHANGE_TRIES; tries++) {
    const changed = await bucket.compareAndSet(key, value, revision).catch(() => undefined);
    if (changed !== undefined) return changed;
    // Where no answer came it may be done all the same: only a look can tell.
    const entry = await bucket.get(key);
    if (entry !== undefined && Buffer.compare(entry.value, value) === 0) return entry.revision;
    if ((entry?.revision ?? 0) !== revision)
      throw new Error(`snapshot ${key} was changed by another process of this name: this one is replaced`);
    await new Promise((resolve) => setTimeout(resolve, CHANGE_AGAIN_MS));
  }
  throw new Error(`snapshot ${key} could not be stored`);
}
