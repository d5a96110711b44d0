import type { InboundMessage } from '@algo/bus';
import { type ClientOrderId, type OrderRequest, type OrderTimed, RecentMap, type TimeUs } from '@algo/model';

/** Orders and commands whose times are remembered until the rest of them is heard. */
const OPEN_MAX = 100_000;
/** Orders that are counted; of a longer history the latest. */
const COUNTED_MAX = 1_000_000;

/**
 * From where to where an order went. `wire` and `ack` are the moments at which its bytes were handed to the
 * connection, and at which the answer was there; `fill` is when the first fill of an order that takes at once
 * was stored.
 */
export const LATENCY_STAGES = [
  'decision → execution',
  'execution → disk',
  'disk → wire',
  'wire → ack',
  'wire → fill',
  'decision → wire',
] as const;
export type LatencyStage = (typeof LATENCY_STAGES)[number];

/** How long a stage took. *Units*: ms. *Shape*: `orders` that came so far. */
export interface StageLatency {
  readonly stage: LatencyStage;
  readonly orders: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

interface Submitted {
  readonly commandId: string;
  readonly takes: boolean;
  /** Of a further attempt the decision is long past. */
  readonly isFirst: boolean;
}

/** How long an account's orders took, from what its streams hold of them. */
export class OrderLatency {
  readonly #sinceUs: TimeUs;
  readonly #decidedUs = new RecentMap<TimeUs>(OPEN_MAX);
  readonly #submitted = new RecentMap<Submitted>(OPEN_MAX);
  readonly #wireUs = new RecentMap<TimeUs>(OPEN_MAX);
  readonly #filledUs = new RecentMap<TimeUs>(OPEN_MAX);
  readonly #took = new Map<LatencyStage, number[]>(LATENCY_STAGES.map((stage) => [stage, []]));

  /** Of orders that execution took on since a wall time. */
  constructor(sinceUs: TimeUs) {
    this.#sinceUs = sinceUs;
  }

  /** Takes a message of `ord.cmd`, `ord.evt` or `ord.time`, in the order of their stream. */
  take({ fact, storedUs }: Pick<InboundMessage, 'fact' | 'storedUs'>): void {
    switch (fact.name) {
      case 'PlaceOrder':
      case 'ClosePosition':
      case 'ProtectPosition':
        this.#decidedUs.set(fact.body.commandId, storedUs);
        return;
      case 'OrderSubmitted': {
        const { clientOrderId, commandId, request, retryOf } = fact.body;
        this.#submitted.set(clientOrderId, { commandId, takes: takes(request), isFirst: retryOf === null });
        return;
      }
      case 'OrderFilled':
        this.#fill(fact.body.clientOrderId, storedUs);
        return;
      case 'OrderTimed':
        if (fact.body.takenUs >= this.#sinceUs) this.#time(fact.body);
        return;
      default:
    }
  }

  /** Returns each stage that any order came to. */
  stages(): StageLatency[] {
    return LATENCY_STAGES.flatMap((stage) => {
      const sorted = Float64Array.from(this.#took.get(stage)!).sort();
      if (sorted.length === 0) return [];
      const [p50, p99] = [quantile(sorted, 0.5), quantile(sorted, 0.99)];
      return { stage, orders: sorted.length, p50, p99, max: sorted.at(-1)! };
    });
  }

  #time({ clientOrderId, takenUs, diskUs, wireUs, answeredUs }: OrderTimed): void {
    const submitted = this.#submitted.get(clientOrderId);
    const decidedUs = submitted?.isFirst === true ? this.#decidedUs.get(submitted.commandId) : undefined;
    if (decidedUs !== undefined) this.#count('decision → execution', takenUs - decidedUs);
    this.#count('execution → disk', diskUs - takenUs);
    if (wireUs === null) return;
    this.#count('disk → wire', wireUs - diskUs);
    if (decidedUs !== undefined) this.#count('decision → wire', wireUs - decidedUs);
    this.#count('wire → ack', answeredUs - wireUs);
    if (submitted?.takes !== true) return;
    // The first fill may be told before the answer is.
    const filledUs = this.#filledUs.get(clientOrderId);
    if (filledUs === undefined) this.#wireUs.set(clientOrderId, wireUs);
    else this.#count('wire → fill', filledUs - wireUs);
  }

  #fill(id: ClientOrderId, storedUs: TimeUs): void {
    if (this.#filledUs.get(id) !== undefined) return;
    this.#filledUs.set(id, storedUs);
    const wireUs = this.#wireUs.get(id);
    if (wireUs !== undefined) this.#count('wire → fill', storedUs - wireUs);
  }

  #count(stage: LatencyStage, us: number): void {
    const took = this.#took.get(stage)!;
    if (took.length >= COUNTED_MAX) took.shift();
    took.push(us / 1_000);
  }
}

/** Whether an order takes at once or ends, so that its fill says how quick it was. */
function takes({ type, timeInForce }: OrderRequest): boolean {
  return type === 'market' || (type === 'limit' && timeInForce === 'ioc');
}

/** Of sorted values, the smallest that so large a share is not above. */
function quantile(sorted: Float64Array, share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)]!;
}
