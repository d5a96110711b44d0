import type { Bus } from '@algo/bus';
import type { ShardPlan } from '@algo/model';
import { eventually } from '@algo/testkit';

/** For how long instruments said nothing while a plan was carried out. *Units*: ms. */
export interface Silences {
  readonly moved: readonly number[];
  readonly stayed: readonly number[];
}

/**
 * Hears the states of so many instruments while shards move, and returns the longest time without one of
 * each: of those that moved and of those that stayed. *Errors*: when one is not heard of in time.
 */
export async function silencesWhile(
  bus: Bus,
  instruments: number,
  move: () => Promise<{ readonly before: ShardPlan | undefined; readonly after: ShardPlan }>,
  withinMs: number,
): Promise<Silences> {
  const last = new Map<string, number>();
  const longest = new Map<string, number>();
  const { last: after } = await bus.bounds('ANALYTICS');
  await using _heard = await bus.follow(
    { stream: 'ANALYTICS', subjects: ['an.state.>'], after },
    ({ subject }) => {
      const now = performance.now();
      longest.set(subject, Math.max(longest.get(subject) ?? 0, now - (last.get(subject) ?? now)));
      last.set(subject, now);
    },
  );
  const isHeard = () => last.size === instruments;
  await eventually('every instrument to be heard of', isHeard, withinMs);
  longest.clear();
  const plans = await move();
  const heardBefore = [...last.values()].reduce((latest, at) => Math.max(latest, at), 0);
  const isHeardAgain = () => [...last.values()].every((at) => at > heardBefore);
  await eventually('every instrument to be heard of again', isHeardAgain, withinMs);
  const isMoved = (subject: string) => {
    const shard = Number(subject.split('.')[2]);
    return plans.after.owners[shard] !== plans.before?.owners[shard];
  };
  const silences = (wanted: boolean) =>
    [...longest].flatMap(([subject, ms]) => (isMoved(subject) === wanted ? [ms] : []));
  return { moved: silences(true), stayed: silences(false) };
}
