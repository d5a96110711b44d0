import { Decimal } from '@algo/model';
import { fixed } from '../binance-account/fixed-text.ts';
import type { AlgoOrder, UsdmFill, UsdmOrder } from './usdm-order.ts';
import type { Income } from './usdm-wallets.ts';

/** Returns the average price of an order's fills; zero without one. */
export function averageOf({ executed, quoteFilled }: UsdmOrder): Decimal {
  return executed.isZero() ? Decimal.zero : quoteFilled.dividedBy(executed, 16, 'half-even');
}

function plain(value: Decimal): string {
  return value.rounded(8, 'half-even').toString();
}

function asAsked(order: UsdmOrder): Readonly<Record<string, unknown>> {
  return {
    ...{ clientOrderId: order.clientOrderId, orderId: order.orderId, symbol: order.symbol },
    ...{ origQty: plain(order.quantity), price: plain(order.price), reduceOnly: order.reduceOnly },
    ...{ side: order.side, positionSide: order.positionSide, stopPrice: plain(order.stopPrice) },
    ...{ closePosition: order.closePosition, timeInForce: order.timeInForce, type: order.type },
    ...{ origType: order.origType, workingType: 'CONTRACT_PRICE', priceProtect: false },
    ...{ priceMatch: 'NONE', selfTradePreventionMode: order.stp, goodTillDate: order.goodTillMs },
  };
}

/** Returns the reply to a new or a canceled order. Since 2026-07 it has neither avgPrice nor cumQuote. */
export function placedBody(order: UsdmOrder): unknown {
  return {
    ...{ ...asAsked(order), cumQty: plain(order.executed), executedQty: plain(order.executed) },
    ...{ status: order.status, updateTime: order.updateMs },
  };
}

/** Returns the same as it was when it was taken in: all that an ACK says. */
export function acknowledgedBody(order: UsdmOrder): unknown {
  return placedBody({
    ...{ ...order, executed: Decimal.zero, quoteFilled: Decimal.zero, status: 'NEW' },
    updateMs: order.timeMs,
  });
}

/** Returns an order as reads show it. */
export function queriedBody(order: UsdmOrder): unknown {
  return {
    ...{ ...asAsked(order), avgPrice: fixed(averageOf(order)), cumQuote: plain(order.quoteFilled) },
    ...{ executedQty: plain(order.executed), status: order.status },
    ...{ time: order.timeMs, updateTime: order.updateMs },
  };
}

/** Returns a conditional order as replies show it; reads tell what it became too. */
export function algoBody(algo: AlgoOrder, child?: UsdmOrder): unknown {
  const became =
    child === undefined
      ? { actualOrderId: '', actualPrice: '0', actualQty: '0', actualType: '' }
      : {
          ...{ actualOrderId: `${child.orderId}`, actualPrice: plain(averageOf(child)) },
          ...{ actualQty: plain(child.executed), actualType: child.type },
        };
  return {
    ...{ algoId: algo.algoId, clientAlgoId: algo.clientAlgoId, algoType: 'CONDITIONAL' },
    ...{ orderType: algo.type, symbol: algo.symbol, side: algo.side, positionSide: algo.positionSide },
    ...{ timeInForce: algo.timeInForce, quantity: plain(algo.quantity), algoStatus: algo.status },
    ...became,
    ...{ triggerPrice: plain(algo.triggerPrice), price: plain(algo.price), icebergQuantity: null },
    ...{ selfTradePreventionMode: algo.stp, workingType: algo.workingType, priceMatch: 'NONE' },
    ...{ closePosition: algo.closePosition, priceProtect: algo.priceProtect, reduceOnly: algo.reduceOnly },
    ...{ createTime: algo.createMs, updateTime: algo.updateMs, triggerTime: algo.triggerMs, goodTillDate: 0 },
  };
}

/** Returns a fill as `GET /fapi/v1/userTrades` shows it. */
export function tradeBody(fill: UsdmFill): unknown {
  return {
    ...{ buyer: fill.side === 'BUY', commission: plain(fill.commission) },
    ...{ commissionAsset: fill.commissionAsset, id: fill.tradeId, maker: fill.isMaker },
    ...{ orderId: fill.orderId, price: plain(fill.price), qty: plain(fill.quantity) },
    ...{ quoteQty: plain(fill.price.times(fill.quantity)), realizedPnl: plain(fill.realized) },
    ...{ side: fill.side, positionSide: fill.positionSide, symbol: fill.symbol, time: fill.timeMs },
  };
}

/** Returns a change of a wallet as `GET /fapi/v1/income` shows it. */
export function incomeBody(income: Income): unknown {
  return {
    ...{ symbol: income.symbol, incomeType: income.type, income: plain(income.amount) },
    ...{ asset: income.asset, info: income.tradeId === '' ? income.type : income.tradeId },
    ...{ time: income.timeMs, tranId: income.id, tradeId: income.tradeId },
  };
}
