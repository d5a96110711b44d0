import type { InstrumentAnalytics } from '../instrument-analytics.ts';
import { SnapshotWriter } from '../snapshot.ts';

/** Returns all state of an engine. */
export function snapshotOf(engine: InstrumentAnalytics): Uint8Array {
  const to = new SnapshotWriter();
  engine.save(to);
  return to.bytes();
}
