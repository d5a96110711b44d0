/** A limit of orders of one account. */
export interface OrderLimit {
  readonly interval: 'SECOND' | 'MINUTE' | 'DAY';
  readonly intervalNum: number;
  readonly limit: number;
}

const INTERVALS_MS = { SECOND: 1_000, MINUTE: 60_000, DAY: 86_400_000 } as const;

/** How many orders each account has sent in the running intervals. */
export class OrderCounts {
  readonly limits: readonly OrderLimit[];
  readonly #counts = new Map<string, { span: number; count: number }[]>();

  constructor(limits: readonly OrderLimit[]) {
    this.limits = limits;
  }

  /** Returns the first limit that is used up. */
  exceeded(account: string, nowMs: number): OrderLimit | undefined {
    const counts = this.counts(account, nowMs);
    return this.limits.find(({ limit }, i) => counts[i]! >= limit);
  }

  counts(account: string, nowMs: number): readonly number[] {
    return this.#of(account, nowMs).map(({ count }) => count);
  }

  /** Adds orders, or takes away what fills give back; never below nothing. */
  add(account: string, change: number, nowMs: number): void {
    for (const row of this.#of(account, nowMs)) row.count = Math.max(0, row.count + change);
  }

  /** Returns how long it takes until a limit begins anew. *Units*: s. */
  restS({ interval, intervalNum }: OrderLimit, nowMs: number): number {
    const lengthMs = INTERVALS_MS[interval] * intervalNum;
    return Math.ceil((lengthMs - (nowMs % lengthMs)) / 1_000);
  }

  #of(account: string, nowMs: number): { span: number; count: number }[] {
    const spans = this.limits.map(({ interval, intervalNum }) =>
      Math.floor(nowMs / (INTERVALS_MS[interval] * intervalNum)),
    );
    const rows = this.#counts.get(account) ?? spans.map((span) => ({ span, count: 0 }));
    const turned = rows.map((row, i) => (row.span === spans[i] ? row : { span: spans[i]!, count: 0 }));
    this.#counts.set(account, turned);
    return turned;
  }
}
