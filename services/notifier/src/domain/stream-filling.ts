import type { StreamFill, StreamsFilling } from '@algo/contracts';

/** From here on a stream comes near its bound, and no longer does when it is below the other. */
const HIGH_SHARE = 0.7;
const EASED_SHARE = 0.6;
/** Said again so often while any stands near its bound, with what it holds by then. *Units*: wall ms. */
const AGAIN_MS = 3_600_000;

/**
 * Returns what is to be said of the streams now, after what was said last; null when that still says it. A
 * stream that nobody could look at is as it was.
 */
export function streamsFilling(
  producer: string,
  last: StreamsFilling | null,
  seen: readonly StreamFill[],
  nowMs: number,
): StreamsFilling | null {
  const before = new Map(last?.high.map((fill) => [fill.stream, fill]));
  const high = new Map(before);
  for (const fill of seen) {
    const share = fill.bytes / fill.bytesMax;
    if (share >= (before.has(fill.stream) ? EASED_SHARE : HIGH_SHARE)) high.set(fill.stream, fill);
    else high.delete(fill.stream);
  }
  const risen = [...high.keys()].filter((stream) => !before.has(stream));
  const eased = [...before.keys()].filter((stream) => !high.has(stream));
  const isDue = high.size > 0 && nowMs - (last?.timeUs ?? 0) / 1_000 >= AGAIN_MS;
  if (risen.length === 0 && eased.length === 0 && !isDue) return null;
  return { producer, high: [...high.values()], risen, eased, timeUs: nowMs * 1_000 };
}
