import { SeededRandom } from '@algo/simulation';
import type { EngineRun } from './engine-run.ts';
import type { PlayedMarket } from './played-market.ts';
import type { Stake } from './stake.ts';

/** The supervisor, nats-server and all services in one go. */
export const EVERYTHING = 'everything';

/** Shorter than an eager position is held. *Units*: minutes of the market's time. */
const AFTER_MAX_MINUTES = 0.4;

export interface Blow {
  /** An identity of the plan, `nats-server`, or EVERYTHING. */
  readonly hit: string;
  /** How long after an entry was sent it falls. *Units*: minutes of the market's time. */
  readonly afterMinutes: number;
}

/** Returns `rounds` blows for each target, in an order and at moments that the seed decides. */
export function blows(seed: number, targets: readonly string[], rounds: number): Blow[] {
  const random = SeededRandom.seeded(seed);
  return Array.from({ length: rounds }, () =>
    targets
      .map((hit) => ({ hit, key: random.uniform(), afterMinutes: random.uniform() * AFTER_MAX_MINUTES }))
      .toSorted((a, b) => a.key - b.key)
      .map(({ hit, afterMinutes }) => ({ hit, afterMinutes })),
  ).flat();
}

export interface Aim {
  readonly blow: Blow;
  readonly run: EngineRun;
  readonly market: PlayedMarket;
  readonly stake: Stake;
  readonly withinMs: number;
}

/**
 * Waits for a new entry and then for the blow's moment; returns the ids of what is under way then. An entry
 * that is over by then is passed over. *Errors*: no entry came in time: a blow on an idle engine proves
 * nothing.
 */
export async function aim({ blow, run, market, stake, withinMs }: Aim): Promise<string[]> {
  const look = async () => stake.look(await run.bus(withinMs));
  await look();
  for (const endMs = performance.now() + withinMs; ; ) {
    const { entries } = stake;
    const isEntered = async () => {
      await look();
      return stake.entries > entries;
    };
    const leftMs = endMs - performance.now();
    await run.until(`an entry that the blow on ${blow.hit} can meet`, isEntered, leftMs);
    await market.reached(market.minutes + blow.afterMinutes);
    await look();
    if (stake.underWay.length > 0) return stake.underWay;
  }
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
