import type { OrderTimed } from '@algo/model';
import { type Figure, quantile, single } from './figures.ts';

/** What one order took, and when execution had it where. */
export interface Passage {
  readonly tookMs: number;
  readonly times: OrderTimed;
}

/** The parts of an order's way to the venue, as far as one clock tells them apart. */
const STAGES: readonly (readonly [string, (passage: Passage) => number])[] = [
  ['onto the disk', ({ times }) => (times.diskUs - times.takenUs) / 1_000],
  ['disk → wire', ({ times }) => ((times.wireUs ?? times.diskUs) - times.diskUs) / 1_000],
  [
    'to execution, its decision, and wire → venue',
    ({ tookMs, times }) => tookMs - ((times.wireUs ?? times.diskUs) - times.takenUs) / 1_000,
  ],
];

/** Returns what orders took of each part, p50 and p99. */
export function stagesOf(passages: readonly Passage[]): readonly Figure[] {
  return STAGES.flatMap(([stage, tookMs]) =>
    [0.5, 0.99].map((share) =>
      single(`of that ${stage}, p${100 * share}`, 'ms', quantile(passages.map(tookMs), share)),
    ),
  );
}
