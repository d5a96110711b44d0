import {
  type ClientOrderId,
  type OrderRequest,
  rests,
  type SubmitOutcome,
  type TimeUs,
  US_PER_SECOND,
  type VenueOrderId,
  type VenueOrderStatus,
  WOULD_TAKE,
} from '@algo/model';
import { SLIP_CAP, SLIP_SECONDS_MAX } from './paper-settings.ts';
import { flipTicks, type Print, referenceTicks, type Tape } from './paper-tape.ts';

/**
 * What the tape said when an order came alive; everything it does later follows from this and later prints.
 */
export interface Arrival {
  readonly referenceTicks: number;
  readonly flipTicks: number;
  /** Whether it takes at once; a limit that doesn't rests (GTC, post-only) or is over (IOC, FOK). */
  readonly taking: boolean;
  /** End of the window in which it gathers fills as a taker. */
  readonly windowEndUs: TimeUs;
  /** When it is over by itself; null for a limit that rests. */
  readonly endUs: TimeUs | null;
  /**
   * Lots that stand before a resting order at its price; null when unknown: then only trades through it
   * count.
   */
  queueLots: number | null;
}

/** When an order is withdrawn, why, and which order comes in its place at that moment; null for none. */
export interface Withdrawal {
  readonly timeUs: TimeUs;
  readonly reason: string;
  readonly replacement: ClientOrderId | null;
}

/** An order in the venue's books. *Units*: whole ticks and lots, µs. */
export interface PaperOrder {
  readonly request: OrderRequest;
  readonly venueOrderId: VenueOrderId;
  readonly lots: number;
  readonly limitTicks: number | null;
  /** At which price a stop becomes a market order; null for any other. */
  readonly triggerTicks: number | null;
  /** Quote that a lot is reserved at while it works, in ticks. */
  readonly reserveTicks: number;
  /** Whether it only ever makes a position smaller: a reduce-only order, a stop, what replaces a stop. */
  readonly reduces: boolean;
  readonly acceptedUs: TimeUs;
  /** No print at or before this time can fill it or let it go; a stop that was let go is alive anew. */
  liveUs: TimeUs;
  /** Whether the stop that it replaces is still in the books; until then it does nothing. */
  waits: boolean;
  status: VenueOrderStatus;
  /** When it ended; 0 while it works. */
  endedUs: TimeUs;
  filledLots: number;
  /** How many fills it has had; the ordinal that names the next. */
  fills: number;
  /** Null while no cancel is under way. */
  cancel: Withdrawal | null;
  arrival: Arrival | null;
}

/** Returns a copy that shares nothing that may change. */
export function copyOrder(order: PaperOrder): PaperOrder {
  return { ...order, arrival: order.arrival && { ...order.arrival } };
}

/** *Units*: `participation` in ten-thousandths. */
export interface MatchingRules {
  readonly residualUs: number;
  readonly participationBps: number;
}

/** Why an order is over without being filled. */
export interface Ending {
  readonly timeUs: TimeUs;
  readonly status: 'canceled' | 'expired';
  readonly reason: string;
}

/**
 * Returns what an order finds when it comes alive; the tape holds prints up to then. Null before any print.
 */
export function arrivalOf(order: PaperOrder, tape: Tape, rules: MatchingRules): Arrival | null {
  const buys = order.request.side === 'buy';
  const reference = referenceTicks(tape, buys, order.liveUs);
  if (reference === null) return null;
  const flip = flipTicks(tape);
  const limit = order.limitTicks;
  const taking = limit === null || (buys ? limit >= reference : limit <= reference);
  const windowEndUs = order.liveUs + rules.residualUs;
  return {
    referenceTicks: reference,
    flipTicks: flip,
    taking,
    windowEndUs,
    endUs: endOf(order, taking, windowEndUs, reference, flip),
    queueLots: tape.meanVisitLots === null ? null : Math.ceil(tape.meanVisitLots),
  };
}

function endOf(
  order: PaperOrder,
  taking: boolean,
  windowEndUs: TimeUs,
  reference: number,
  flip: number,
): TimeUs | null {
  const { type, timeInForce } = order.request;
  if (timeInForce === 'post_only' && taking) return order.liveUs;
  if (type === 'limit' && rests(order.request)) return null;
  if (!taking) return order.liveUs;
  if (type === 'limit' || timeInForce === 'fok') return windowEndUs;
  const slips = Math.min(SLIP_SECONDS_MAX, Math.floor((reference * SLIP_CAP) / flip));
  return windowEndUs + slips * US_PER_SECOND;
}

/** Returns how and when the order ends unless it is filled before; null while nothing ends it. */
export function endingOf(order: PaperOrder): Ending | null {
  const endUs = order.arrival?.endUs ?? null;
  const { cancel } = order;
  if (endUs !== null && (cancel === null || endUs <= cancel.timeUs)) {
    if (order.request.timeInForce === 'post_only')
      return { timeUs: endUs, status: 'canceled', reason: `${WOULD_TAKE}: it would take` };
    if (order.request.type === 'limit' || order.request.timeInForce === 'fok') {
      const reason = order.arrival?.taking
        ? 'rest not filled in its window'
        : 'limit does not reach the market';
      return { timeUs: endUs, status: 'expired', reason: `${order.request.timeInForce}: ${reason}` };
    }
    return { timeUs: endUs, status: 'canceled', reason: 'slippage cap: rest of a market order' };
  }
  return cancel === null ? null : { timeUs: cancel.timeUs, status: 'canceled', reason: cancel.reason };
}

/** Returns whether a print at this price lets a stop go. */
export function isReached({ request, triggerTicks }: PaperOrder, ticks: number): boolean {
  if (triggerTicks === null) return false;
  return request.side === 'sell' ? ticks <= triggerTicks : ticks >= triggerTicks;
}

/** Returns the price of prints that an order has to do with, and no others; null where any may be one. */
export function waitsAtTicks(order: PaperOrder): number | null {
  const { arrival, cancel, triggerTicks, limitTicks, reduces } = order;
  if (cancel !== null) return null;
  if (triggerTicks !== null) return arrival === null ? triggerTicks : null;
  return arrival === null || arrival.taking || arrival.endUs !== null || reduces ? null : limitTicks;
}

/** Returns when time alone does something to an order: it arrives, or is over; Infinity for never. */
export function nextUs(order: PaperOrder): TimeUs {
  const endUs = endingOf(order)?.timeUs ?? Infinity;
  return order.arrival === null && order.triggerTicks === null ? Math.min(order.liveUs, endUs) : endUs;
}

/** A fill that a print allows. */
export interface Match {
  readonly ticks: number;
  readonly lots: number;
  readonly liquidity: 'maker' | 'taker';
}

/**
 * Returns what an order gets from a print, at most `wantedLots` and `budgetLots` (what is left of the print's
 * share); null when nothing. A resting order's queue shrinks by the way.
 */
export function matchOf(
  order: PaperOrder,
  arrival: Arrival,
  print: Print,
  wantedLots: number,
  budgetLots: number,
  rules: MatchingRules,
): Match | null {
  const takes = arrival.taking && (arrival.endUs !== null || print.timeUs <= arrival.windowEndUs);
  const lots = Math.min(
    wantedLots,
    budgetLots,
    takes ? Number.POSITIVE_INFINITY : restingLots(order, arrival, print, rules),
  );
  if (lots === 0 || (order.request.timeInForce === 'fok' && lots < wantedLots)) return null;
  const ticks = takes ? takerTicks(order, arrival, print) : order.limitTicks;
  return ticks === null ? null : { ticks, lots, liquidity: takes ? 'taker' : 'maker' };
}

/**
 * The worse of print and reference, then what crossing and waiting cost; a limit caps the cost, never the
 * market.
 */
function takerTicks(order: PaperOrder, arrival: Arrival, print: Print): number | null {
  const buys = order.request.side === 'buy';
  const sign = buys ? 1 : -1;
  const limit = order.limitTicks;
  const market = buys
    ? Math.max(print.ticks, arrival.referenceTicks)
    : Math.min(print.ticks, arrival.referenceTicks);
  if (limit !== null && (market - limit) * sign > 0) return null;
  const crossing = print.buys === buys ? 0 : Math.ceil(arrival.flipTicks / 2);
  const slips = Math.max(0, Math.ceil((print.timeUs - arrival.windowEndUs) / US_PER_SECOND));
  const ticks = Math.max(1, market + sign * (crossing + slips * arrival.flipTicks));
  if (limit === null) return ticks;
  return buys ? Math.min(ticks, limit) : Math.max(ticks, limit);
}

/** Takers of the other side fill a resting order: beyond its price at once, at its price after the queue. */
function restingLots(order: PaperOrder, arrival: Arrival, print: Print, rules: MatchingRules): number {
  const buys = order.request.side === 'buy';
  if (print.buys === buys || order.limitTicks === null) return 0;
  const through = (order.limitTicks - print.ticks) * (buys ? 1 : -1);
  if (through < 0) return 0;
  if (through > 0) {
    arrival.queueLots = 0;
    return Number.POSITIVE_INFINITY;
  }
  if (arrival.queueLots === null) return 0;
  const queued = Math.min(arrival.queueLots, print.lots);
  arrival.queueLots -= queued;
  return shareOf(print.lots - queued, rules.participationBps);
}

/** Returns the whole lots that a share of a print comes to, rounded down. *Units*: `bps` ten-thousandths. */
export function shareOf(lots: number, bps: number): number {
  return Math.floor((lots * bps) / 10_000);
}

/** Returns that the venue has taken an order, and when. */
export function confirmed({ request, venueOrderId }: PaperOrder, timeUs: TimeUs): SubmitOutcome {
  return { type: 'confirmed', clientOrderId: request.clientOrderId, venueOrderId, timeUs };
}
