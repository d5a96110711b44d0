import { US_PER_MINUTE, US_PER_MS } from '@algo/model';
import {
  BinanceAccountStream,
  type StreamDialect,
  type StreamTimings,
  type StreamWord,
} from '../binance/account-stream.ts';
import { type Row, textOf, wholeOf } from '../binance/rows.ts';
import { spotCashSince } from './spot-cash.ts';
import { orderEventOf } from './spot-events.ts';
import type { SpotLink } from './spot-link.ts';
import { SpotSession } from './spot-session.ts';

const SPOT_STREAM: StreamDialect = {
  dial: (link, on) => SpotSession.dial(link, on),
  wordOf,
  cashSince: spotCashSince,
};

/** The account stream of spot. */
export class SpotAccountStream extends BinanceAccountStream {
  constructor(link: SpotLink, timings?: StreamTimings) {
    super(link, SPOT_STREAM, timings);
  }
}

function wordOf(event: Row, link: SpotLink): StreamWord | undefined {
  switch (textOf(event, 'e')) {
    case 'executionReport': {
      const told = orderEventOf(event, link);
      return told && { type: 'event', event: told };
    }
    case 'balanceUpdate':
      return { type: 'cash', sinceUs: wholeOf(event, 'T') * US_PER_MS - US_PER_MINUTE };
    case 'serverShutdown':
      return { type: 'leaving' };
    case 'eventStreamTerminated':
      return { type: 'over', reason: 'the venue ended the subscription' };
    default:
      // Balances, outside locks and lists of orders are read where they matter, never summed up.
      return undefined;
  }
}
