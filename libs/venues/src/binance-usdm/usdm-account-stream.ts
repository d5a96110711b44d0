import { Decimal, US_PER_MINUTE, US_PER_MS, type VenueEvent, venueOrderId, venueTradeId } from '@algo/model';
import type { AccountLink } from '../binance/account-link.ts';
import {
  BinanceAccountStream,
  type StreamDialect,
  type StreamTimings,
  type StreamWord,
} from '../binance/account-stream.ts';
import { decimalOf, flagOf, nameOf, type Row, rowOf, sideOf, textOf, wholeOf } from '../binance/rows.ts';
import type { UsdmLink } from './usdm-link.ts';
import { usdmCashSince } from './usdm-reads.ts';
import { UsdmSession } from './usdm-session.ts';

const USDM_STREAM: StreamDialect = {
  dial: (link, on) => new UsdmSession(link, on),
  wordOf,
  cashSince: usdmCashSince,
};

/** The account stream of USD-M. */
export class UsdmAccountStream extends BinanceAccountStream {
  constructor(link: UsdmLink, timings?: StreamTimings) {
    super(link, USDM_STREAM, timings);
  }
}

function wordOf(event: Row, link: AccountLink): StreamWord | undefined {
  switch (textOf(event, 'e')) {
    case 'ORDER_TRADE_UPDATE':
      return told(orderEventOf(rowOf(event.o), link));
    case 'ALGO_UPDATE':
      return told(algoEventOf(rowOf(event.o), wholeOf(event, 'T'), link));
    case 'ACCOUNT_UPDATE':
      // What an order did comes with the order.
      if (textOf(rowOf(event.a), 'm') === 'ORDER') return undefined;
      return { type: 'cash', sinceUs: wholeOf(event, 'T') * US_PER_MS - US_PER_MINUTE };
    case 'listenKeyExpired':
      return { type: 'over', reason: 'the key to listen with has expired' };
    case 'serverShutdown':
      return { type: 'leaving' };
    default:
      // TRADE_LITE repeats a fill without its fee; the rest is read where it matters.
      return undefined;
  }
}

function told(event: VenueEvent | undefined): StreamWord | undefined {
  return event && { type: 'event', event };
}

function orderEventOf(o: Row, link: AccountLink): VenueEvent | undefined {
  const orderId = wholeOf(o, 'i');
  const clientOrderId = nameOf(textOf(o, 'c'), orderId);
  link.named(`${orderId}`, clientOrderId);
  const symbol = textOf(o, 's');
  link.touched.add(symbol);
  link.told.told(clientOrderId);
  const about = {
    ...{ clientOrderId, account: link.parts.account, instrument: link.instrumentOf(symbol) },
    timeUs: wholeOf(o, 'T') * US_PER_MS,
  };
  const cumulative = decimalOf(o, 'z');
  const kind = textOf(o, 'x');
  switch (kind) {
    case 'TRADE':
    // The venue itself traded it: a liquidation, or a forced reduction.
    case 'CALCULATED': {
      const feeAsset = typeof o.N === 'string' ? o.N : 'USDT';
      const fee = o.n === undefined ? Decimal.zero : decimalOf(o, 'n');
      const { timeUs, ...ids } = about;
      const fill = {
        ...{ ...ids, timeUs, venueOrderId: venueOrderId(`${orderId}`), side: sideOf(o, 'S'), fee, feeAsset },
        ...{ venueTradeId: venueTradeId(`${wholeOf(o, 't')}`), quantity: decimalOf(o, 'l') },
        ...{ price: decimalOf(o, 'L'), liquidity: flagOf(o, 'm') ? ('maker' as const) : ('taker' as const) },
      };
      return { type: 'VenueFilled', cumulative, fill };
    }
    case 'CANCELED':
      return { type: 'VenueCanceled', ...about, cumulative, reason: textOf(o, 'X') };
    case 'EXPIRED':
      return {
        type: 'VenueExpired',
        ...about,
        cumulative,
        reason: `${textOf(o, 'X')} ${String(o.er ?? '')}`,
      };
    case 'NEW':
    case 'AMENDMENT':
      return undefined;
    default:
      throw new Error(`x = ${kind} is no kind of execution that is known`);
  }
}

/** Only the end of a conditional order that let nothing go: the rest, the order that it became tells. */
function algoEventOf(o: Row, timeMs: number, link: AccountLink): VenueEvent | undefined {
  const about = {
    clientOrderId: nameOf(textOf(o, 'caid'), wholeOf(o, 'aid')),
    ...{ account: link.parts.account, instrument: link.instrumentOf(textOf(o, 's')) },
    ...{ cumulative: Decimal.zero, timeUs: timeMs * US_PER_MS },
  };
  const status = textOf(o, 'X');
  const why = typeof o.rm === 'string' && o.rm !== '' ? o.rm : status;
  switch (status) {
    case 'CANCELED':
      return { type: 'VenueCanceled', ...about, reason: why };
    case 'EXPIRED':
    case 'REJECTED':
      return { type: 'VenueExpired', ...about, reason: why };
    case 'NEW':
    case 'TRIGGERING':
    case 'TRIGGERED':
    case 'FINISHED':
      return undefined;
    default:
      throw new Error(`X = ${status} is no status of a conditional order that is known`);
  }
}
