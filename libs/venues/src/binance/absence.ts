import {
  type Absence,
  type Fill,
  isoTime,
  type OrderLookup,
  sightingOf,
  type TimeUs,
  US_PER_MS,
  type VenueOrder,
} from '@algo/model';
import type { OrderRef } from '../port.ts';
import { RECV_WINDOW_MS } from './account-http.ts';
import { type AccountLink, type Rows, symbolOf } from './account-link.ts';
import type { Purpose } from './request-budget.ts';

/** What a request may still take at the venue when its window is over, and how far clocks may differ. */
const ENGINE_MS = 10_000;
const SKEW_MS = 1_000;
/** Nothing of a request that was signed so long ago can still happen. */
const HORIZON_MS = Math.max(60_000, RECV_WINDOW_MS + ENGINE_MS + SKEW_MS);
/** Between the two readings: what one server lags behind, another may know by then. */
const READ_AGAIN_MS = 5_000;
/** By how much a clock that runs beside the venue's may be behind it when a reading is asked for again. */
const CLOCKS_MS = 100;

/** What is read to prove an absence. */
export interface AbsenceReads {
  order(ref: OrderRef): Promise<Rows<OrderLookup>>;
  openOrders(symbol: string, purpose?: Purpose): Promise<Rows<readonly VenueOrder[]>>;
  fillsOf(symbol: string, sinceUs: TimeUs): Promise<readonly Fill[]>;
  /** What is held of all that the order could change, in words. */
  heldOf(ref: OrderRef): Promise<string>;
}

/**
 * Returns whether an order surely never arrived: at two moments of the venue's clock behind the horizon
 * there is no such order, none of that name is open and none filled, and what is held of all that it could
 * change is the same. `sentMs`: when it was sent at the latest, monotonic. *Errors*: rejects where something
 * can't be read.
 */
export async function proveAbsence(
  link: AccountLink,
  reads: AbsenceReads,
  order: OrderRef,
  sentUs: TimeUs,
  sentMs: number,
): Promise<Absence> {
  const { clock } = link.parts;
  const evidence: string[] = [];
  const terms = { changedUs: sentUs + HORIZON_MS * US_PER_MS, staleUs: READ_AGAIN_MS * US_PER_MS };
  let firstUs: TimeUs | null = null;
  let held: string | undefined;
  let restMs = sentMs + HORIZON_MS - clock.monotonicMs();
  for (let look = 1; look <= 2; look++) {
    if (restMs > 0) await clock.sleep(restMs);
    restMs = READ_AGAIN_MS + CLOCKS_MS;
    if (link.isHeard === false) return notProven('the account stream is down: what happens is not told');
    const { value: lookup, asOfUs } = await reads.order(order);
    if (lookup.type !== 'absent') return notProven(`it is ${lookup.type}`);
    const sighting = sightingOf(asOfUs, firstUs, terms);
    if (sighting === 'nothing')
      return notProven(`it was sent at ${isoTime(sentUs)}, and the venue's clock shows ${isoTime(asOfUs)}`);
    firstUs = asOfUs;
    const symbol = symbolOf(order.instrument);
    const { value: open } = await reads.openOrders(symbol, 'look_up');
    if (open.some(({ request }) => request.clientOrderId === order.clientOrderId))
      return notProven('it is open');
    const filled = await reads.fillsOf(symbol, sentUs);
    if (filled.some(isOf(order))) return notProven('it has been filled');
    const now = await reads.heldOf(order);
    if (held !== undefined && held !== now)
      return notProven('what is held of its assets has changed meanwhile');
    held = now;
    evidence.push(
      `no such order as of ${isoTime(asOfUs)}, none of that name open in ${symbol}, no fill of it`,
    );
  }
  return { type: 'proven', evidence: [...evidence, `held as before: ${held}`] };
}

function isOf({ clientOrderId }: OrderRef): (fill: Fill) => boolean {
  return (fill) => fill.clientOrderId === clientOrderId;
}

function notProven(reason: string): Absence {
  return { type: 'not proven', reason };
}
