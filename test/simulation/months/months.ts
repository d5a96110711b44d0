// Takes the engine through many days of many instruments and prints what each leaves behind:
// `npm run test:soak -- months`, or `-- months --days 2 --instruments 8`; with `--whole` analytics too.
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { lineOf, type Memory, streamLines } from './day-sizes.ts';
import { MonthRun } from './month-run.ts';

/** Memory after the last day may be so many times that of the first. */
const GROWTH_MAX = 1.2;

const { values } = parseArgs({
  options: {
    days: { type: 'string', default: '30' },
    instruments: { type: 'string', default: '200' },
    whole: { type: 'boolean', default: false },
  },
});

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

async function memory(): Promise<Memory> {
  for (let i = 0; i < 3; i++) {
    collect();
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { heapUsed, external, rss } = process.memoryUsage();
  return { heap: heapUsed + external, resident: rss };
}

const days = Number(values.days);
using run = new MonthRun(Number(values.instruments), values.whole);
await run.open();
let first: Memory | undefined;
for (let day = 1; day <= days; day++) {
  const beganMs = performance.now();
  const sizes = await run.day();
  const now = await memory();
  first ??= now;
  console.log(lineOf(sizes, now, (performance.now() - beganMs) / 1_000));
  if (day < days) continue;
  console.log(streamLines(sizes).join('\n'));
  for (const kind of ['heap', 'resident'] as const) {
    const growth = now[kind] / first[kind];
    const verdict = growth <= GROWTH_MAX ? 'met' : 'MISSED';
    console.log(
      `${kind} after day ${days}: ${growth.toFixed(2)} of day 1, at most ${GROWTH_MAX}: ${verdict}`,
    );
  }
}
