import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { SnapshotStore } from '@algo/bus';

/**
 * Each piece is on disk before the next: one flush of tens of MB holds up everybody else's, those of orders
 * too.
 */
const PIECE_BYTES = 1 << 20;

/**
 * Snapshots in a file, for states too large for a bucket:
 * written beside, flushed, then put in place in one rename.
 */
export function fileSnapshots(directory: string, name: string): SnapshotStore {
  const path = join(directory, `${name}.snapshot`);
  return {
    async load() {
      return readFile(path).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return undefined;
        throw error;
      });
    },
    async save(...parts) {
      await mkdir(dirname(path), { recursive: true });
      const beside = `${path}.new`;
      const file = await open(beside, 'w');
      try {
        for (const part of parts)
          for (let at = 0; at < part.length; at += PIECE_BYTES) {
            await file.writeFile(part.subarray(at, at + PIECE_BYTES)); // write() may stop half way
            await file.datasync();
          }
      } finally {
        await file.close();
      }
      await rename(beside, path);
    },
  };
}
