import { Decimal, US_PER_MS, type VenueEvent, venueOrderId, venueTradeId } from '@algo/model';
import type { AccountLink } from '../binance/account-link.ts';
import { decimalOf, flagOf, nameOf, type Row, sideOf, textOf, wholeOf } from '../binance/rows.ts';

/**
 * Returns what an executionReport tells of an order; undefined where it changes nothing for its owner.
 * *Errors*: throws where a field can't be read. *Source*: user-data-stream.md, "Order Update".
 */
export function orderEventOf(report: Row, link: AccountLink): VenueEvent | undefined {
  const [symbol, orderId, kind] = [textOf(report, 's'), wholeOf(report, 'i'), textOf(report, 'x')];
  const told = textOf(report, 'C');
  // Of a cancel `c` is the cancel's own name, and `C` its order's.
  const clientOrderId = nameOf(told === '' ? textOf(report, 'c') : told, orderId);
  // What was named before stood: its placing was answered, or told.
  const hasStood = link.numbers.get(clientOrderId) !== undefined;
  link.named(`${orderId}`, clientOrderId);
  link.touched.add(symbol);
  link.told.told(clientOrderId);
  const instrument = link.instrumentOf(symbol);
  const about = {
    ...{ clientOrderId, account: link.parts.account, instrument, cumulative: decimalOf(report, 'z') },
    timeUs: wholeOf(report, 'T') * US_PER_MS,
  };
  const because = typeof report.eR === 'string' ? report.eR : textOf(report, 'X');
  switch (kind) {
    case 'TRADE':
      return {
        type: 'VenueFilled',
        cumulative: about.cumulative,
        fill: fillOfReport(report, about, orderId),
      };
    case 'CANCELED':
      return { type: 'VenueCanceled', ...about, reason: because };
    case 'REJECTED':
      // One that never stood is refused by its answer, or found so; a stop that did is over.
      return hasStood ? { type: 'VenueExpired', ...about, reason: textOf(report, 'r') } : undefined;
    case 'EXPIRED':
      return { type: 'VenueExpired', ...about, reason: because };
    case 'TRADE_PREVENTION':
      // Also told where only a part was taken away and the rest works on.
      return report.X === 'EXPIRED_IN_MATCH'
        ? { type: 'VenueExpired', ...about, reason: because }
        : undefined;
    case 'NEW':
    case 'REPLACED':
      return undefined;
    default:
      throw new Error(`x = ${kind} is no kind of execution that is known`);
  }
}

type About = Pick<
  Extract<VenueEvent, { type: 'VenueCanceled' }>,
  'account' | 'clientOrderId' | 'instrument' | 'timeUs'
>;

function fillOfReport(report: Row, about: About, orderId: number) {
  const { account, clientOrderId, instrument, timeUs } = about;
  const fee = decimalOf(report, 'n');
  const isFree = report.N === null && fee.equals(Decimal.zero);
  return {
    ...{ account, clientOrderId, instrument, timeUs, venueOrderId: venueOrderId(`${orderId}`) },
    venueTradeId: venueTradeId(`${wholeOf(report, 't')}`),
    side: sideOf(report, 'S'),
    ...{ quantity: decimalOf(report, 'l'), price: decimalOf(report, 'L') },
    ...{ fee, feeAsset: isFree ? 'BNB' : textOf(report, 'N') },
    liquidity: flagOf(report, 'm') ? ('maker' as const) : ('taker' as const),
  };
}
