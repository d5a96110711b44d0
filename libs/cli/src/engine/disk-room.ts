import { statfsSync } from 'node:fs';

/** With less room nats-server and the services stop one after the other. */
const LEAST_BYTES = 32 * 1024 * 1024;

/** Returns that the disk of a directory is full, or nearly, for a person; undefined while there is room. */
export function diskWords(dir: string, least = LEAST_BYTES): string | undefined {
  const free = roomOf(dir);
  if (free === undefined || free >= least) return undefined;
  const left = free < 1_048_576 ? 'is full' : `has ${Math.floor(free / 1_048_576)} MiB left`;
  return (
    `the disk of ${dir} ${left}: nothing can be stored, so nothing is decided, ordered or closed; ` +
    'stops at the exchange guard. Make room there: all goes on by itself'
  );
}

/** Who looks must not end for a directory that is gone. */
function roomOf(dir: string): number | undefined {
  try {
    const { bavail, bsize } = statfsSync(dir);
    return bavail * bsize;
  } catch {
    return undefined;
  }
}
