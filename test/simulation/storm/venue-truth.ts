import type { MessageOf } from '@algo/contracts';

type Fill = MessageOf<'OrderFilled'>['fill'];

/** Coins of an instrument that came or went by no trade. *Units*: millionths of base, signed. */
export interface CoinMove {
  readonly instrument: string;
  readonly amount: number;
}

/** What the exchange itself knows of a fill or an order. */
export interface VenueTruth {
  /**
   * Within which time of execution's life, unhindered, it must be known what became of an order, and what the
   * exchange has filled; without end where looks at it may be old or cut short. A stop that guards nothing is
   * withdrawn within the third. *Units*: ms.
   */
  readonly patience: { readonly doubtMs: number; readonly toldMs: number; readonly withdrawnMs: number };
  /** The fills it has made, by key; undefined while it is dead or restoring. */
  fills(): ReadonlyMap<string, Fill> | undefined;
  /** What orders of others did where somebody adds by hand, by key; undefined as with `fills`. */
  outside(): ReadonlyMap<string, Fill> | undefined;
  /** What cash moved there by no trade, as `id amount`; undefined while it is dead or restoring. */
  cash(): readonly string[] | undefined;
  /** What of coins that are traded came or went by no trade, oldest first: a list that grows. */
  moved(): readonly CoinMove[];
  /** Whether it took an order of ours that it could tell nobody, and nobody listens anew since. */
  isUnheard(): boolean;
  /** How an order stands there; undefined while nobody can say. */
  order(id: string): 'absent' | 'open' | 'ended' | undefined;
  /** What is held there. *Units*: millionths of base, signed. */
  held(): ReadonlyMap<string, number> | undefined;
}
