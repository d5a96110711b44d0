import { fixed } from '../binance-account/fixed-text.ts';
import type { Holding } from '../exchange/ledger.ts';
import { isOpen, type SpotFill, type SpotOrder } from './spot-order.ts';

export type SpotEvent = { readonly e: string } & Readonly<Record<string, unknown>>;

/** What happened to an order. *Source*: user-data-stream.md, "Order Update". */
export interface ExecutionNews {
  readonly type: 'NEW' | 'CANCELED' | 'REJECTED' | 'TRADE' | 'EXPIRED' | 'TRADE_PREVENTION';
  readonly executionId: number;
  readonly nowMs: number;
  readonly fill?: SpotFill;
  /** The id that the order had before its cancel's took its place. */
  readonly originalClientOrderId?: string;
  readonly prevention?: {
    readonly quantity: string;
    readonly counterOrderId: number;
    readonly price: string;
  };
}

const NOTHING = '0.00000000';

/** Returns what an order's owner is told. */
export function executionReport(order: SpotOrder, news: ExecutionNews): SpotEvent {
  const { fill, nowMs, prevention } = news;
  const isWorking = order.workingMs >= 0;
  return {
    ...{ e: 'executionReport', E: nowMs, s: order.symbol, c: order.clientOrderId },
    ...{ S: order.side, o: order.type, f: order.timeInForce },
    ...{ q: fixed(order.quantity), p: fixed(order.price) },
    ...{ P: order.stopPrice === null ? NOTHING : fixed(order.stopPrice), F: NOTHING },
    ...{ g: order.orderListId, C: news.originalClientOrderId ?? '' },
    ...{ x: news.type, X: order.status, r: 'NONE', i: order.orderId },
    ...{ l: fill === undefined ? NOTHING : fixed(fill.quantity), z: fixed(order.executed) },
    ...{ L: fill === undefined ? NOTHING : fixed(fill.price) },
    ...{
      n: fill === undefined ? '0' : fixed(fill.commission),
      N: fill === undefined ? null : fill.commissionAsset,
    },
    ...{ T: order.updateMs, t: fill?.tradeId ?? -1 },
    ...(order.preventedMatchId === null ? {} : { v: order.preventedMatchId, A: fixed(order.prevented) }),
    ...(prevention === undefined
      ? {}
      : { B: prevention.quantity, u: -1, U: prevention.counterOrderId, pl: NOTHING, pL: prevention.price }),
    ...{
      I: news.executionId,
      w: isWorking && isOpen(order),
      m: fill?.isMaker ?? false,
      M: fill !== undefined,
    },
    ...{ O: order.timeMs, Z: fixed(order.quoteFilled) },
    ...{ Y: fill === undefined ? NOTHING : fixed(fill.price.times(fill.quantity)) },
    ...{ Q: fixed(order.quoteQuantity) },
    ...(isWorking ? { W: order.workingMs } : {}),
    V: order.stp,
    ...(order.expiryReason === null ? {} : { eR: order.expiryReason }),
  };
}

/** Returns what an account is told of its balances. */
export function accountPosition(
  nowMs: number,
  rows: readonly (readonly [asset: string, holding: Holding])[],
): SpotEvent {
  const B = rows.map(([a, { free, locked }]) => ({ a, f: fixed(free), l: fixed(locked) }));
  return { e: 'outboundAccountPosition', E: nowMs, u: nowMs, B };
}

/** Returns what an account is told of coins that came or went beside trades. */
export function balanceUpdate(nowMs: number, a: string, d: string): SpotEvent {
  return { e: 'balanceUpdate', E: nowMs, a, d, T: nowMs };
}

/** Returns what an account is told when another system locks coins of it. */
export function externalLockUpdate(nowMs: number, a: string, d: string): SpotEvent {
  return { e: 'externalLockUpdate', E: nowMs, a, d, T: nowMs };
}
