import { getHeapStatistics } from 'node:v8';
import { expect, test } from 'vitest';
import { quietCollector } from './quiet-collector.ts';

const usedBytes = () => getHeapStatistics().used_heap_size;

/** Makes garbage of so many bytes, at least. */
function waste(bytes: number): number {
  let seen = 0;
  for (let made = 0; made < bytes; made += 800) seen += new Array(100).fill(made).length;
  return seen;
}

test('garbage is collected once there is enough of it, and not before', () => {
  const collect = quietCollector();
  collect();
  const shrunk = [0, 0].map((_, i) => {
    waste(i === 0 ? 100_000 : 6_000_000);
    const before = usedBytes();
    collect();
    return before - usedBytes();
  });
  expect(shrunk[0]).toBeLessThanOrEqual(0);
  expect(shrunk[1]).toBeGreaterThan(2_000_000);
});
