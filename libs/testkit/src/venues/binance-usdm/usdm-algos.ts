import { Decimal } from '@algo/model';
import { Refused } from '../binance-account/refused.ts';
import type { UsdmEngine } from './usdm-engine.ts';
import type { newAlgo } from './usdm-entry.ts';
import { isAtMarket } from './usdm-entry.ts';
import { algoUpdate, type UsdmEvent } from './usdm-events.ts';
import { type AlgoOrder, isWorking, type NumberedRows, type UsdmOrder } from './usdm-order.ts';
import type { UsdmSymbol } from './usdm-symbol.ts';

/** Conditional orders of an account over all symbols. */
const ALGOS_MAX = 200;

/** What conditional orders work with. */
export interface AlgoParts {
  readonly nowMs: () => number;
  readonly algos: NumberedRows<AlgoOrder>;
  readonly orders: NumberedRows<UsdmOrder>;
  readonly engine: () => UsdmEngine;
  readonly symbols: ReadonlyMap<string, UsdmSymbol>;
  /** The price that a conditional order looks at; null before any. */
  readonly priceOf: (symbol: string, workingType: AlgoOrder['workingType']) => Decimal | null;
  readonly emit: (account: string, event: UsdmEvent) => void;
}

/** The conditional orders of the USD-M exchange. */
export class UsdmAlgos {
  readonly #parts: AlgoParts;

  constructor(parts: AlgoParts) {
    this.#parts = parts;
  }

  open(account: string, symbol?: string): AlgoOrder[] {
    return this.#parts.algos
      .of(account)
      .filter((algo) => algo.status === 'NEW' && (symbol === undefined || algo.symbol === symbol));
  }

  /** Takes a conditional order in. *Errors*: Refused. */
  place(account: string, asked: ReturnType<typeof newAlgo>): AlgoOrder {
    const { algos, symbols, priceOf, nowMs } = this.#parts;
    const open = this.open(account);
    const here = open.filter(({ symbol }) => symbol === asked.symbol);
    if (here.some(({ clientAlgoId }) => clientAlgoId === asked.clientAlgoId))
      throw new Refused(-4116, 'ClientOrderId is duplicated.');
    if (open.length >= ALGOS_MAX || here.length >= symbols.get(asked.symbol)!.maxNumAlgoOrders)
      throw new Refused(-4045, 'Reach max stop order limit.');
    const isSame = (algo: AlgoOrder) =>
      algo.closePosition && algo.side === asked.side && algo.positionSide === asked.positionSide;
    // unverified: that a second one that closes the position is refused, and with which code.
    if (asked.closePosition && here.some((algo) => isSame(algo) && algo.type === asked.type))
      throw new Refused(
        -4130,
        'An open stop or take profit order with GTE and closePosition in the direction is existing.',
      );
    const price = priceOf(asked.symbol, asked.workingType);
    if (price !== null && isReached(asked, price, price))
      throw new Refused(-2021, 'Order would immediately trigger.');
    const algo = algos.add((algoId) => ({
      ...{ ...asked, algoId, account, status: 'NEW' as const, createMs: nowMs(), updateMs: nowMs() },
      ...{ triggerMs: 0, childId: null, reason: '' },
    }));
    this.#tell(algo);
    return algo;
  }

  cancel(algo: AlgoOrder): AlgoOrder {
    return this.#change(algo, { status: 'CANCELED' });
  }

  /** Lets go what prices between two reach. */
  look(symbol: string, workingType: AlgoOrder['workingType'], low: Decimal, high: Decimal): void {
    for (const { algoId } of this.#parts.algos.live()) {
      const algo = this.#parts.algos.get(algoId)!;
      const isIt = algo.symbol === symbol && algo.workingType === workingType && algo.status === 'NEW';
      if (isIt && isReached(algo, low, high)) this.#letGo(algo);
    }
  }

  /** A child is over, and so is what it came from. */
  childOver({ orderId }: UsdmOrder): void {
    const algo = this.#parts.algos
      .live()
      .find(({ childId, status }) => childId === orderId && status === 'TRIGGERED');
    if (algo !== undefined) this.#change(algo, { status: 'FINISHED' });
  }

  /** The child's own news come first, as they were seen to. */
  #letGo(algo: AlgoOrder): void {
    const { algos, orders, nowMs } = this.#parts;
    const engine = this.#parts.engine();
    const quantity = algo.closePosition ? engine.closable(algo.account, algo) : algo.quantity;
    if (quantity.isZero()) {
      this.#change(algo, { status: 'EXPIRED', triggerMs: nowMs() });
      return;
    }
    // It must not be let go once more by what its own child prints.
    algos.change(algo.algoId, { status: 'TRIGGERED', triggerMs: nowMs(), updateMs: nowMs() });
    try {
      const child = engine.place(
        algo.account,
        {
          ...{ symbol: algo.symbol, side: algo.side, positionSide: algo.positionSide, quantity },
          ...{ type: isAtMarket(algo.type) ? 'MARKET' : 'LIMIT', origType: algo.type },
          ...{ timeInForce: algo.timeInForce, price: isAtMarket(algo.type) ? Decimal.zero : algo.price },
          ...{ stopPrice: algo.triggerPrice, reduceOnly: algo.reduceOnly || algo.closePosition },
          ...{
            closePosition: algo.closePosition,
            clientOrderId: algo.clientAlgoId,
            stp: algo.stp,
            goodTillMs: 0,
          },
        },
        { isUnchecked: true },
      );
      this.#change(algos.get(algo.algoId)!, { childId: child.orderId });
      if (!isWorking(orders.get(child.orderId)!)) this.childOver(child);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.#change(algos.get(algo.algoId)!, { status: 'REJECTED', reason: error.message });
    }
  }

  #change(algo: AlgoOrder, change: Partial<AlgoOrder>): AlgoOrder {
    const updateMs = this.#parts.nowMs();
    const changed = this.#parts.algos.change(algo.algoId, { updateMs, ...change });
    this.#tell(changed);
    return changed;
  }

  #tell(algo: AlgoOrder): void {
    const child = algo.childId === null ? undefined : this.#parts.orders.get(algo.childId);
    this.#parts.emit(algo.account, algoUpdate(algo, child, this.#parts.nowMs()));
  }
}

function isReached(
  { type, side, triggerPrice }: Pick<AlgoOrder, 'type' | 'side' | 'triggerPrice'>,
  low: Decimal,
  high: Decimal,
): boolean {
  const isFalling = type.startsWith('STOP') === (side === 'SELL');
  return isFalling ? !low.greaterThan(triggerPrice) : !high.lessThan(triggerPrice);
}
