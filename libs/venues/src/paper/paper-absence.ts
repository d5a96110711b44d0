import type { FillsReply, OrderLookupReply } from '@algo/contracts';
import { type Absence, isoTime, sightingOf, type TimeUs } from '@algo/model';
import type { OrderRef, VenueClock } from '../port.ts';

/**
 * A request that has not arrived by then never will: none is older than its own time-out, and what the
 * exchange takes from whom comes in order. *Units*: ms by the wall; µs by the exchange's clock.
 */
const HORIZON_MS = 5_000;
const HORIZON_US = 5_000_000;
/** Between the two readings that prove an absence. */
const READ_AGAIN_MS = 1_000;
const READ_AGAIN_US = 1_000_000;
/** Looks at most, until the second moment has come: told time stands where no feed tells it. */
const LOOKS_MAX = 5;

/** What is read to prove an absence; each is told with the exchange's time of it. */
export interface PaperLooks {
  readonly clock: VenueClock;
  readonly lookUp: () => Promise<OrderLookupReply>;
  readonly fills: () => Promise<FillsReply>;
}

/**
 * Returns whether an order surely never arrived: at two moments of the exchange's clock behind the horizon
 * it is not in the books, and no fill is. `sentMs`: when it was sent at the latest, monotonic. *Errors*:
 * rejects where something can't be read.
 */
export async function provePaperAbsence(
  { clock, lookUp, fills: allFills }: PaperLooks,
  { clientOrderId: id }: OrderRef,
  sentUs: TimeUs,
  sentMs: number,
): Promise<Absence> {
  const evidence: string[] = [];
  const terms = { changedUs: sentUs + HORIZON_US, staleUs: READ_AGAIN_US };
  let firstUs: TimeUs | null = null;
  let restMs = sentMs + HORIZON_MS - clock.monotonicMs();
  for (let look = 1; evidence.length < 2; look++) {
    if (look > LOOKS_MAX) return notProven(`its clock stands at ${isoTime(firstUs!)}`);
    if (restMs > 0) await clock.sleep(restMs);
    restMs = READ_AGAIN_MS;
    const { lookup, asOfUs } = await lookUp();
    if (lookup.type !== 'absent') return notProven(`it is ${lookup.type}`);
    const asOf = isoTime(asOfUs);
    const sighting = sightingOf(asOfUs, firstUs, terms);
    if (sighting === 'nothing' && firstUs === null)
      return notProven(`the books are shown as of ${asOf}, it was sent at ${isoTime(sentUs)}`);
    firstUs ??= asOfUs;
    if (sighting !== 'nothing') evidence.push(`no such order as of ${asOf}`);
  }
  const { fills, asOfUs } = await allFills();
  if (fills.some(({ clientOrderId }) => clientOrderId === id)) return notProven('it has been filled');
  return { type: 'proven', evidence: [...evidence, `no fill of it as of ${isoTime(asOfUs)}`] };
}

function notProven(reason: string): Absence {
  return { type: 'not proven', reason };
}
