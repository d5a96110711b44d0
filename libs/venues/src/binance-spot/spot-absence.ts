import { type Absence, type Fill, isoTime, type TimeUs, US_PER_MS, type VenueBalance } from '@algo/model';
import { RECV_WINDOW_MS } from '../binance/account-http.ts';
import { symbolOf } from '../binance/account-link.ts';
import type { OrderRef } from '../port.ts';
import type { SpotFills } from './spot-fills.ts';
import type { SpotLink } from './spot-link.ts';
import type { SpotReads } from './spot-reads.ts';

/** What a request may still take at the venue when its window is over, and how far clocks may differ. */
const ENGINE_MS = 10_000;
const SKEW_MS = 1_000;
/** Nothing of a request that was signed so long ago can still happen. */
const HORIZON_MS = Math.max(60_000, RECV_WINDOW_MS + ENGINE_MS + SKEW_MS);
/** Between the two readings: what one server lags behind, another may know by then. */
const READ_AGAIN_MS = 5_000;

export interface AbsenceParts {
  readonly link: SpotLink;
  readonly reads: SpotReads;
  readonly fills: SpotFills;
}

/**
 * Returns whether an order surely never arrived: twice behind the horizon there is no such order, none of
 * that name is open and none filled, and what is held of base and quote is the same. `sentMs`: when it was
 * sent at the latest, monotonic. *Errors*: rejects where something can't be read.
 */
export async function proveSpotAbsence(
  { link, reads, fills }: AbsenceParts,
  order: OrderRef,
  sentUs: TimeUs,
  sentMs: number,
): Promise<Absence> {
  const { clock } = link.parts;
  const evidence: string[] = [];
  let held: string | undefined;
  let restMs = sentMs + HORIZON_MS - clock.monotonicMs();
  for (let look = 1; look <= 2; look++) {
    if (restMs > 0) await clock.sleep(restMs);
    restMs = READ_AGAIN_MS;
    if (link.isHeard === false) return notProven('the account stream is down: what happens is not told');
    const { value: lookup, asOfUs } = await reads.order(order);
    if (lookup.type !== 'absent') return notProven(`it is ${lookup.type}`);
    if (asOfUs < sentUs + HORIZON_MS * US_PER_MS)
      return notProven(`it was sent at ${isoTime(sentUs)}, and the venue's clock shows ${isoTime(asOfUs)}`);
    const symbol = symbolOf(order.instrument);
    const { value: open } = await reads.openOrders(symbol);
    if (open.some(({ request }) => request.clientOrderId === order.clientOrderId))
      return notProven('it is open');
    const filled = await fills.ofSymbol(symbol, sentUs);
    if (filled.some(isOf(order))) return notProven('it has been filled');
    const now = heldOf((await reads.balances('look_up')).value, link, order);
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

/** Returns what is held of an order's two assets, in words. */
function heldOf(
  balances: readonly VenueBalance[],
  { instruments }: SpotLink,
  { instrument }: OrderRef,
): string {
  const known = instruments.find(({ id }) => id === instrument);
  const assets = known === undefined ? balances.map(({ asset }) => asset) : [known.base, known.quote];
  const total = (asset: string) => balances.find((one) => one.asset === asset)?.total ?? '0';
  return assets.map((asset) => `${asset} ${total(asset)}`).join(', ');
}

function notProven(reason: string): Absence {
  return { type: 'not proven', reason };
}
