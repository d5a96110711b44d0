import { SeededRandom } from '@algo/simulation';
import type { EngineRun } from './engine-run.ts';
import type { PlayedMarket } from './played-market.ts';
import type { Stake } from './stake.ts';

/** The supervisor, nats-server and all services in one go. */
export const EVERYTHING = 'everything';

/** After so long a blow falls on whatever is there. */
const STAKE_WITHIN_MS = 60_000;
/** Shorter than an eager position is held. *Units*: minutes of the market's time. */
const AFTER_MAX_MINUTES = 0.4;
/** Longer than the lease of two processes of one identity, 2 s. */
const FROZEN_MS = 3_500;
/** Longer than a service needs to find out and to be started again. */
const FULL_MS = 3_000;

/**
 * What befalls a process of the plan, nats-server, or EVERYTHING: kill -9; it stands still for longer than a
 * lease; it is killed, and somebody reads one of its DuckDB files as it comes back; nobody can write to the
 * disk.
 */
export interface Strike {
  readonly hit: string;
  readonly how: 'kill' | 'freeze' | 'locked file' | 'full disk';
}

export interface Blow extends Strike {
  /** How long after something came to be at stake it falls. *Units*: minutes of the market's time. */
  readonly afterMinutes: number;
  /** It may fall on what the blow before it has met, before that is mended; others wait for a new entry. */
  readonly isSecond: boolean;
}

/**
 * Returns each strike `rounds` times, in an order and at moments that the seed decides; every other one
 * is a second one.
 */
export function blows(seed: number, strikes: readonly Strike[], rounds: number): Blow[] {
  const random = SeededRandom.seeded(seed);
  return Array.from({ length: rounds }, () =>
    strikes
      .map((one) => ({ one, key: random.uniform(), afterMinutes: random.uniform() * AFTER_MAX_MINUTES }))
      .toSorted((a, b) => a.key - b.key)
      .map(({ one, afterMinutes }, i) => ({ ...one, afterMinutes, isSecond: i % 2 === 1 })),
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
 * Waits until something is at stake and then for the blow's moment; returns the ids of what is under way
 * then. What is over by then is passed over. A machine that is so slow that nothing comes in time is hit
 * all the same, for nothing: who counts the blows says how many may be such.
 */
export async function aim({ blow, run, market, stake, withinMs }: Aim): Promise<string[]> {
  const look = async () => stake.look(await run.bus(withinMs));
  await look();
  for (const endMs = performance.now() + STAKE_WITHIN_MS; ; ) {
    const { entries } = stake;
    const isOver = () => performance.now() >= endMs;
    const isAtStake = async () => {
      await look();
      return isOver() || stake.entries > entries || (blow.isSecond && stake.underWay.length > 0);
    };
    await run.until(`something at stake that the blow on ${blow.hit} can meet`, isAtStake, withinMs);
    await market.reached(market.minutes + blow.afterMinutes);
    await look();
    if (isOver() || stake.underWay.length > 0) return stake.underWay;
  }
}

/** Strikes; returns the run that goes on, which is a new one when its supervisor was killed. */
export async function strike(run: EngineRun, { hit, how }: Strike, withinMs: number): Promise<EngineRun> {
  switch (how) {
    case 'kill':
      if (hit !== EVERYTHING) {
        await run.kill([hit], withinMs);
        return run;
      }
      await run.killEverything();
      return run.again();
    case 'freeze':
      await run.freeze(hit, FROZEN_MS, withinMs);
      return run;
    case 'locked file':
      await run.killBesideReader(hit, withinMs);
      return run;
    case 'full disk':
      await run.fillDisk(FULL_MS);
      return run;
    default:
      return how satisfies never;
  }
}
