import { SeededRandom } from '@algo/simulation';
import { type EngineOutcome, readOutcome } from './engine-outcome.ts';
import { type ChildName, EngineRun } from './engine-run.ts';
import type { TradeTape } from './trade-tape.ts';

/** One run takes some forty seconds on two quiet cores; a busy machine gets many times that. */
export const RUN_MAX_MS = 300_000;
const HIT_MAX_MS = 120_000;

/** What is hit at one moment. */
export type Hit = readonly ChildName[] | 'supervisor' | 'everything';

export interface Blow {
  /** The moment, as a share of the tape. */
  readonly at: number;
  readonly hit: Hit;
}

/** Returns blows in the order of the tape, at moments that the seed decides. */
export function blows(seed: number, hits: readonly Hit[]): Blow[] {
  const random = SeededRandom.seeded(seed);
  const shuffled = hits.map((hit) => ({ hit, key: random.uniform() })).toSorted((a, b) => a.key - b.key);
  const slot = 0.9 / hits.length;
  return shuffled.map(({ hit }, i) => ({ hit, at: 0.02 + (i + random.uniform()) * slot }));
}

/** Replays a tape to its end, hit on the way; starts it again where its supervisor was hit. */
export async function replay(
  dataDir: string,
  tape: TradeTape,
  hits: readonly Blow[],
): Promise<EngineOutcome> {
  let run = new EngineRun(dataDir, tape.path);
  try {
    for (const { at, hit } of hits) {
      await run.reached(tape.stepOf(Math.floor(at * tape.trades)), RUN_MAX_MS);
      if (hit === 'supervisor' || hit === 'everything') {
        await run.killSupervisor(hit === 'everything');
        run = new EngineRun(dataDir, tape.path);
      } else await run.kill(hit, HIT_MAX_MS);
    }
    const { code, said } = await run.ended();
    if (code !== 0) throw new Error(`the engine ended with ${code}: ${said.slice(-4_000)}`);
  } finally {
    await run[Symbol.asyncDispose]();
  }
  return readOutcome(dataDir);
}
