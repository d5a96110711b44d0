import type { Invariant } from './invariants.ts';

/** A rule that was broken. */
export interface Violation {
  readonly invariant: Invariant;
  readonly detail: string;
  readonly atMs: number;
}

/** What happens only in some seeds, and must have happened in many of them together. */
export const SOMETIMES = [
  ...['unknown resolved as filled', 'cancel and fill race', 'part fill and restart'],
  ...['takeover of the lease', 'acknowledgement lost', 'zombie refused', 'exit denied, then passed'],
  ...['stop at the venue moved', 'stop at the venue sold', 'exit in place of a stop'],
  ...[
    'fee in the coin',
    'fee in another asset',
    'order outside the band',
    'rate limited',
    'exchange shut',
    'closed outside',
    'cash moved',
    'own orders kept apart',
    'bought outside',
    'setup changed',
    'turned away for good',
    'turned away, proven later',
    'taken with ours in one fill',
    'too much in all',
    'overshot and left',
    'coins put beside',
    'coins taken back',
    'coins of ours taken',
    'given to the engine',
    'taken from the engine',
  ],
] as const;
export type Sometimes = (typeof SOMETIMES)[number];
/** Of these, what need not happen within a hundred seeds. */
export const SELDOM: ReadonlySet<Sometimes> = new Set(['taken with ours in one fill', 'overshot and left']);

/** And what can happen over a real adapter alone. */
export const OF_REAL: ReadonlySet<Sometimes> = new Set([
  ...(['coins put beside', 'coins taken back', 'coins of ours taken'] as const),
  ...(['given to the engine', 'taken from the engine'] as const),
]);

/** Where an order can stand when a fault falls. */
export const STANDS = ['none', 'submitted', 'unknown', 'accepted', 'part filled', 'exit'] as const;
export type Stand = (typeof STANDS)[number];

/** What one run came to: the first rule that was broken, and what was met on the way. */
export class JudgeNotes {
  readonly #nowMs: () => number;
  violation: Violation | null = null;
  readonly sometimes = new Set<Sometimes>();
  /** Which fault fell while orders stood where. */
  readonly met = new Set<string>();

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** Notes that a rule is broken; the first one counts. */
  broken(invariant: Invariant, detail: string): void {
    this.violation ??= { invariant, detail, atMs: this.#nowMs() };
  }

  saw(what: Sometimes): void {
    this.sometimes.add(what);
  }
}

/** Returns a quantity in whole millionths: exact, for a fee of 0.1 % leaves no finer rest of a step. */
export function micros(quantity: { toString(): string }): number {
  return Math.round(Number(quantity.toString()) * 1_000_000);
}

/** Returns what a quantity is worth. *Units*: millionths of base; quote. */
export function worthOf(quantity: number, price: number): number {
  return (quantity / 1_000_000) * price;
}
