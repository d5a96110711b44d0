import { SeededRandom } from '@algo/simulation';
import type { EngineRun } from './engine-run.ts';

/** The supervisor, nats-server and all services in one go. */
export const EVERYTHING = 'everything';

export interface Blow {
  /** The moment. *Units*: minutes of the market's time, since it went live. */
  readonly minute: number;
  /** An identity of the plan, `nats-server`, or EVERYTHING. */
  readonly hit: string;
}

/** Returns one blow for each target, in an order and at moments that the seed decides. */
export function blows(seed: number, targets: readonly string[], minutes: number): Blow[] {
  const random = SeededRandom.seeded(seed);
  const shuffled = targets.map((hit) => ({ hit, key: random.uniform() })).toSorted((a, b) => a.key - b.key);
  const slot = minutes / targets.length;
  return shuffled.map(({ hit }, i) => ({ hit, minute: (i + random.uniform()) * slot }));
}

/** Strikes; returns the run that goes on, which is a new one when its supervisor was killed. */
export async function strike(run: EngineRun, hit: string, withinMs: number): Promise<EngineRun> {
  if (hit !== EVERYTHING) {
    await run.kill([hit], withinMs);
    return run;
  }
  await run.killEverything();
  return run.again();
}
