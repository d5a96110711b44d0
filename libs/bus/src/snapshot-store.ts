import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { InputError } from '@algo/model';
import type { KeyValue } from './bus.ts';

/** Where a service keeps the state from which it goes on after a restart. Saving is atomic. */
export interface SnapshotStore {
  load(): Promise<Uint8Array | undefined>;
  /** Saves the parts as one run of bytes; a large state needn't be copied to get its head. */
  save(...parts: readonly Uint8Array[]): Promise<void>;
}

/** Below the server's payload limit of 1 MiB, headers included. */
const CHUNK_BYTES = 900_000;
const VERSION = 1;

interface Manifest {
  readonly version: number;
  readonly generation: number;
  readonly chunks: number;
}

/** Snapshots in a key-value bucket: compressed, cut into chunks, made visible by one put of the manifest. */
export function bucketSnapshots(bucket: KeyValue, name: string): SnapshotStore {
  let generation = 0;
  let previousChunks = 0;
  const chunkKey = (g: number, i: number) => `${name}.${g % 2}.${i}`;
  return {
    async load() {
      const entry = await bucket.get(name);
      if (entry === undefined) return undefined;
      const manifest = JSON.parse(new TextDecoder().decode(entry.value)) as Manifest;
      if (manifest.version > VERSION)
        throw new InputError({
          field: `snapshot ${name}`,
          value: manifest.version,
          because: `written by a newer build; this one reads ${VERSION}`,
          remedy: 'Start the newer build, or use a fresh data directory.',
        });
      generation = manifest.generation;
      previousChunks = manifest.chunks;
      const parts: Uint8Array[] = [];
      for (let i = 0; i < manifest.chunks; i++) {
        const chunk = await bucket.get(chunkKey(generation, i));
        if (chunk === undefined)
          throw new InputError({
            field: `snapshot ${name}`,
            value: i,
            because: 'a part is missing',
            remedy: 'Delete the snapshot to rebuild it from the streams.',
          });
        parts.push(chunk.value);
      }
      return inflateRawSync(Buffer.concat(parts));
    },
    async save(...parts) {
      const packed = deflateRawSync(Buffer.concat(parts), { level: 1 });
      const next = generation + 1;
      const chunks = Math.max(1, Math.ceil(packed.length / CHUNK_BYTES));
      for (let i = 0; i < chunks; i++)
        await bucket.put(chunkKey(next, i), packed.subarray(i * CHUNK_BYTES, (i + 1) * CHUNK_BYTES));
      const manifest: Manifest = { version: VERSION, generation: next, chunks };
      await bucket.put(name, new TextEncoder().encode(JSON.stringify(manifest)));
      for (let i = chunks; i < previousChunks; i++) await bucket.delete(chunkKey(next, i));
      generation = next;
      previousChunks = chunks;
    },
  };
}
