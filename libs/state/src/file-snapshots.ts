import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { SnapshotStore } from '@algo/bus';

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
        for (const part of parts) await file.writeFile(part); // write() may stop half way
        await file.datasync();
      } finally {
        await file.close();
      }
      await rename(beside, path);
    },
  };
}
