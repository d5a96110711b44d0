import { newOrder, type Order, type OrderRequest } from '@algo/model';
import { clientOrderIdOf } from '../client-order-id.ts';
import { EntryPace, type PastEntry } from '../entry-pace.ts';
import type { EntryContext } from '../handlers/handler.ts';
import {
  ACCOUNT,
  d,
  INSTRUMENT_LIMITS,
  LIMITS,
  LTC,
  place,
  S,
  SETTINGS,
  STRATEGY,
} from './execution-scenario.ts';

/** When entries are judged. */
export const NOW_US = 100_000 * S;

/** A buy of 10 at 83.50 that nothing speaks against, but for what is changed. */
export function entryContext(change: Partial<EntryContext> = {}): EntryContext {
  const [instrument] = SETTINGS.instruments;
  const price = d('83.5');
  return {
    ...{ nowUs: NOW_US, instrument: instrument!, request: request(), limits: LIMITS },
    ...{ instrumentLimits: INSTRUMENT_LIMITS, reference: { price, timeUs: NOW_US }, markOf: () => price },
    ...{ positions: [], openOrders: [], pace: new EntryPace(), sentBefore: d('0'), rejectsPauseUntilUs: 0 },
    shortSpot: true,
    beside: d('0'),
    ...change,
  };
}

export function request(change: Partial<OrderRequest> = {}): OrderRequest {
  return {
    ...{ clientOrderId: clientOrderIdOf(place(1)), account: ACCOUNT, instrument: LTC, side: 'buy' },
    ...{
      type: 'limit',
      timeInForce: 'ioc',
      quantity: d('10'),
      limitPrice: d('83.5'),
      triggerPrice: null,
      reduceOnly: false,
    },
    ...change,
  };
}

/** An order of ours that is open. */
export function open(change: Partial<OrderRequest> = {}): Order {
  const seed = { intent: 'entry', strategy: STRATEGY, position: null, plan: null, epoch: 1 } as const;
  return newOrder({ ...seed, request: request(change), submittedUs: NOW_US - S });
}

/** An entry so long ago, worth 835. */
export function past(agoUs: number, change: Partial<PastEntry> = {}): PastEntry {
  const entry = {
    commandId: 'place-0',
    strategy: STRATEGY,
    instrument: LTC,
    side: 'buy',
    notional: d('835'),
  } as const;
  return { ...entry, timeUs: NOW_US - agoUs, isForgiven: false, ...change };
}
