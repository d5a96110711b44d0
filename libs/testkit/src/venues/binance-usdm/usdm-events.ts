import type { Decimal } from '@algo/model';
import { averageOf } from './usdm-bodies.ts';
import type { AlgoOrder, UsdmFill, UsdmOrder } from './usdm-order.ts';
import type { Position, UsdmWallets } from './usdm-wallets.ts';

export type UsdmEvent = { readonly e: string; readonly E: number } & Readonly<Record<string, unknown>>;

/** What happened to an order. */
export interface OrderNews {
  readonly type: 'NEW' | 'CANCELED' | 'CALCULATED' | 'EXPIRED' | 'TRADE';
  readonly nowMs: number;
  readonly fill?: UsdmFill;
}

/** Returns what an order's owner is told. *Source*: the official client's types, the vendor's page. */
export function orderTradeUpdate(order: UsdmOrder, { type, nowMs, fill }: OrderNews): UsdmEvent {
  return {
    ...{ e: 'ORDER_TRADE_UPDATE', E: nowMs, T: order.updateMs },
    o: {
      ...{ s: order.symbol, c: order.clientOrderId, S: order.side, o: order.type, f: order.timeInForce },
      ...{ q: text(order.quantity), p: text(order.price), ap: text(averageOf(order)) },
      ...{ sp: text(order.stopPrice), x: type, X: order.status, i: order.orderId },
      ...{ l: text(fill?.quantity), z: text(order.executed), L: text(fill?.price) },
      ...(fill === undefined ? {} : { n: text(fill.commission), N: fill.commissionAsset }),
      ...{ T: order.updateMs, t: fill?.tradeId ?? 0, b: '0', a: '0', m: fill?.isMaker ?? false },
      ...{ R: order.reduceOnly, wt: 'CONTRACT_PRICE', ot: order.origType, ps: order.positionSide },
      ...{ cp: order.closePosition, rp: text(fill?.realized), pP: false, si: 0, ss: 0 },
      ...{ V: order.stp, pm: 'NONE', gtd: order.goodTillMs, er: `${order.expiryReason}` },
    },
  };
}

/** Returns the quick word of a fill, which the other repeats. */
export function tradeLite(order: UsdmOrder, fill: UsdmFill, nowMs: number): UsdmEvent {
  return {
    ...{ e: 'TRADE_LITE', E: nowMs, T: fill.timeMs, s: order.symbol },
    ...{ q: text(order.quantity), p: text(order.price), m: fill.isMaker, c: order.clientOrderId },
    ...{ S: order.side, L: text(fill.price), l: text(fill.quantity), t: fill.tradeId, i: order.orderId },
  };
}

/** Returns what an account is told of its wallet and positions. */
export function accountUpdate(
  wallets: UsdmWallets,
  of: {
    readonly account: string;
    readonly reason: string;
    readonly asset: string;
    /** What came or went beside trades. */
    readonly change: Decimal | null;
    readonly positions: readonly Position[];
    readonly nowMs: number;
  },
): UsdmEvent {
  const { account, reason, asset, change, positions, nowMs } = of;
  const wallet = text(wallets.balance(account, asset));
  return {
    ...{ e: 'ACCOUNT_UPDATE', E: nowMs, T: nowMs },
    a: {
      m: reason,
      B: [{ a: asset, wb: wallet, cw: wallet, bc: text(change ?? undefined) }],
      P: positions.map((position) => ({
        ...{ s: position.symbol, pa: text(position.amount), ep: text(position.entryPrice) },
        ...{ bep: text(position.entryPrice), cr: text(position.realized) },
        ...{ up: text(wallets.unrealized(position)), mt: marginType(wallets, account, position.symbol) },
        ...{ iw: '0', ps: position.side },
      })),
    },
  };
}

/** Returns what an account is told of a conditional order. */
export function algoUpdate(algo: AlgoOrder, child: UsdmOrder | undefined, nowMs: number): UsdmEvent {
  return {
    ...{ e: 'ALGO_UPDATE', T: algo.updateMs, E: nowMs },
    o: {
      ...{ caid: algo.clientAlgoId, aid: algo.algoId, at: 'CONDITIONAL', o: algo.type, s: algo.symbol },
      ...{ S: algo.side, ps: algo.positionSide, f: algo.timeInForce, q: text(algo.quantity) },
      ...{ X: algo.status, ai: child === undefined ? '' : `${child.orderId}` },
      ...(child === undefined
        ? {}
        : { ap: text(averageOf(child)), aq: text(child.executed), act: child.type }),
      ...{ tp: text(algo.triggerPrice), p: text(algo.price), V: algo.stp, wt: algo.workingType, pm: 'NONE' },
      ...{ cp: algo.closePosition, pP: algo.priceProtect, R: algo.reduceOnly },
      ...{ tt: algo.triggerMs, gtd: 0, rm: algo.reason },
    },
  };
}

/** Returns the call that an account's margin runs out. */
export function marginCall(wallets: UsdmWallets, account: string, asset: string, nowMs: number): UsdmEvent {
  const held = wallets.positions(account).filter(({ amount }) => !amount.isZero());
  return {
    ...{ e: 'MARGIN_CALL', E: nowMs, cw: text(wallets.balance(account, asset)) },
    p: held.map((position) => ({
      ...{ s: position.symbol, ps: position.side, pa: text(position.amount), mt: 'CROSSED', iw: '0' },
      ...{ mp: text(wallets.mark(position.symbol)), up: text(wallets.unrealized(position)) },
      mm: text(wallets.maintenance(position)),
    })),
  };
}

function marginType(wallets: UsdmWallets, account: string, symbol: string): string {
  return wallets.settings.get(account)!.isolated.has(symbol) ? 'isolated' : 'cross';
}

/** Returns a number as the futures write it in events: no more places than it has. */
function text(value: Decimal | undefined): string {
  return value === undefined ? '0' : value.rounded(8, 'half-even').toString();
}
