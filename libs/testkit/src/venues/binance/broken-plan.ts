import { SeededRandom } from '@algo/simulation';

/** What breaks all at once: only before the calm half, in which some trades are lost for good. */
const OF_ALL = ['drop', 'half-open', 'stall', 'server restart', 'busy', 'banned'] as const;
/** What happens to the frames or the history of one symbol. */
const OF_ONE = ['missing', 'duplicate', 'reorder', 'old page', 'absent'] as const;
/** What nobody can bring back: not heard, and the history fails there for ever. */
const BURIED = 'buried';

export type FaultKind = 'restart' | (typeof OF_ALL)[number] | (typeof OF_ONE)[number] | typeof BURIED;

/** A fault at the trade with a number, counted over all symbols. *Shape*: it is about `size` trades. */
export interface Fault {
  readonly kind: FaultKind;
  readonly at: number;
  readonly symbol: number;
  readonly size: number;
}

export interface BrokenPlan {
  readonly seed: number;
  readonly faults: number;
  readonly trades: number;
  readonly symbols: number;
  /** How often ingest itself dies. */
  readonly restarts: number;
  /** Trades a second, where that is not as fast as the test kit can. */
  readonly tradesPerSecond?: number;
}

/** Where in a run things break all at once, and where trades are lost for good, as shares of all. */
const EARLY = [0.05, 0.48] as const;
export const LATE = [0.52, 0.95] as const;

/**
 * Returns faults in their order, each in a stretch of trades of its own, with a calm beginning, middle and
 * end. Every kind comes at least once when there are 30.
 */
export function faultPlan({ seed, faults, trades, symbols, restarts }: BrokenPlan): Fault[] {
  const random = SeededRandom.seeded(seed);
  const some = () => OF_ONE[random.below(OF_ONE.length)]!;
  const early: FaultKind[] = Array.from({ length: restarts }, () => 'restart');
  for (let i = 0; early.length < faults / 2; i++)
    early.push(i % 2 === 0 ? OF_ALL[(i / 2) % OF_ALL.length]! : some());
  const late: FaultKind[] = [...OF_ONE];
  for (let i = 0; early.length + late.length < faults; i++) late.push(i % 3 === 0 ? BURIED : some());
  return [...spread(early, EARLY), ...spread(late, LATE)];

  function spread(kinds: FaultKind[], [from, to]: readonly [number, number]): Fault[] {
    const length = ((to - from) * trades) / kinds.length;
    const sizeMax = Math.max(1, Math.floor((length * 0.6) / symbols));
    const order = kinds.map((kind) => ({ kind, by: random.uniform() })).toSorted((a, b) => a.by - b.by);
    return order.map(({ kind }, i) => ({
      kind,
      at: Math.floor(from * trades + i * length + random.uniform() * length * 0.2),
      // A hole for good holds its symbol for ten seconds: neighbours have different ones.
      symbol: kind === BURIED ? i % symbols : random.below(symbols),
      size: 1 + random.below(sizeMax),
    }));
  }
}
