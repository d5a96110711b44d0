import { CEILINGS, type Purpose } from './request-budget.ts';

const UNITS_MS: Readonly<Record<string, number>> = { S: 1_000, M: 60_000, H: 3_600_000, D: 86_400_000 };
const HEADER = /^x-mbx-order-count-(\d{1,3})([SMHD])$/i;

/** How many orders of an account may be made and not filled. *Shape*: `limits` by the venue's interval. */
export type OrderLimits = Readonly<Record<string, number>>;

/** What accounts of spot are said to have; the venue's own list takes its place. */
export const SPOT_ORDER_LIMITS: OrderLimits = { '10S': 100, '1D': 200_000 };

interface Count {
  readonly max: number;
  readonly lengthMs: number;
  used: number;
  untilMs: number;
}

/** How many orders an account may still make. *Units*: monotonic ms. */
export class OrderCounts {
  #counts: Map<string, Count>;
  #pausedUntilMs = 0;

  constructor(limits: OrderLimits) {
    this.#counts = countsOf(limits);
  }

  /** The venue has said what the limits are. */
  set limits(limits: OrderLimits) {
    this.#counts = countsOf(limits);
  }

  /** Takes an order. Returns 0, or how long to wait. */
  take(purpose: Purpose, nowMs: number): number {
    if (nowMs < this.#pausedUntilMs) return this.#pausedUntilMs - nowMs;
    const counts = [...this.#counts.values()];
    for (const count of counts)
      if (nowMs >= count.untilMs) Object.assign(count, { used: 0, untilMs: nowMs + count.lengthMs });
    const full = counts.filter(({ max, used }) => used + 1 > max * CEILINGS[purpose]);
    if (full.length > 0) return Math.max(...full.map(({ untilMs }) => untilMs - nowMs));
    for (const count of counts) count.used++;
    return 0;
  }

  /** Takes what the venue says of itself in the headers of an answer. */
  told(headers: Readonly<Record<string, string | string[] | undefined>>, nowMs: number): void {
    for (const [name, value] of Object.entries(headers)) {
      const interval = HEADER.exec(name);
      const count = interval && this.#counts.get(`${interval[1]}${interval[2]!.toUpperCase()}`);
      if (count && typeof value === 'string' && /^\d{1,9}$/.test(value))
        Object.assign(count, { used: Number(value), untilMs: nowMs + count.lengthMs });
    }
  }

  /** The venue takes no order of this account for a while. */
  pause(pauseMs: number, nowMs: number): void {
    this.#pausedUntilMs = Math.max(this.#pausedUntilMs, nowMs + pauseMs);
  }
}

function countsOf(limits: OrderLimits): Map<string, Count> {
  return new Map(
    Object.entries(limits).map(([interval, max]) => {
      const lengthMs = Number(interval.slice(0, -1)) * UNITS_MS[interval.slice(-1)]!;
      return [interval, { max, lengthMs, used: 0, untilMs: 0 }];
    }),
  );
}
