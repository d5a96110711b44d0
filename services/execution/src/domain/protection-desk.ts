import {
  type ClientOrderId,
  Decimal,
  type Denial,
  type Instrument,
  type InstrumentId,
  isDust,
  leavesOf,
  MARKET_TRAITS,
  type OrderRequest,
  type ProtectPosition,
} from '@algo/model';
import type { ExecutionOutput } from './execution-io.ts';
import { passProtection, type Verdict } from './handlers/admitted.ts';
import { stopDenial, stopsOf, stopToReplace } from './handlers/protection.ts';
import type { OrderLedger } from './order-ledger.ts';
import { protectionRequest } from './order-placement.ts';
import type { PositionBook } from './position-book.ts';
import type { ReferencePrices } from './reference-price.ts';

/**
 * Judges the stops that rest at the venue, and exits beside them, by what we hold and what else of ours
 * works there.
 */
export class ProtectionDesk {
  readonly #instruments: ReadonlyMap<InstrumentId, Instrument>;
  readonly #ledger: OrderLedger;
  readonly #positions: PositionBook;

  constructor(parts: {
    readonly instruments: ReadonlyMap<InstrumentId, Instrument>;
    readonly ledger: OrderLedger;
    readonly positions: PositionBook;
  }) {
    this.#instruments = parts.instruments;
    this.#ledger = parts.ledger;
    this.#positions = parts.positions;
  }

  /** Returns the stop that a command becomes, or why none may rest now. */
  admit(command: ProtectPosition, instrument: Instrument, holdsStops: boolean): Verdict {
    const held = this.#positions.quantity(instrument.id);
    const context = { instrument, held, openOrders: this.#ledger.orders(), holdsStops };
    return passProtection(command, context, (quantity) => protectionRequest(command, instrument, quantity));
  }

  /** Returns the stop of an instrument that the next order takes the place of, or null. */
  replaced(id: InstrumentId): ClientOrderId | null {
    return stopToReplace(id, this.#ledger.orders());
  }

  /**
   * Returns what stops may sell beside an exit that does not take their place: one that has begun to
   * fill, one whose cancel is under way, one in doubt. One that the venue does not find sells nothing
   * beside it: should it still arrive, it can only reduce. *Units*: base.
   */
  sellingBeside(id: InstrumentId): Decimal {
    let selling = Decimal.zero;
    for (const { order, isProving } of this.#ledger.open()) {
      if (order.intent !== 'protection' || order.request.instrument !== id) continue;
      const isInDoubt = order.status === 'unknown' && !isProving;
      if (isInDoubt || order.status === 'pending_cancel' || order.cumulative.isPositive())
        selling = selling.plus(leavesOf(order));
    }
    return selling;
  }

  /**
   * Says why a stop may not leave now, or null: only while there is something to guard, and no exit takes
   * it.
   */
  mayLeave({ instrument, side, clientOrderId }: OrderRequest): Denial | null {
    const held = this.#positions.quantity(instrument);
    const direction = side === 'sell' ? 'long' : 'short';
    return stopDenial({ held, openOrders: this.#ledger.orders() }, { instrument, direction }, clientOrderId);
  }

  /**
   * Returns the stops that must not outlive what they guard, and the exits that could close more than is held
   * since somebody else took of it, after what was said of orders.
   */
  idleAfter(
    said: readonly ExecutionOutput[],
    prices: Pick<ReferencePrices, 'get'>,
  ): readonly ClientOrderId[] {
    return said.flatMap((one) =>
      one.type === 'OrderFilled' || one.type === 'CorrectionMade'
        ? [...this.#idle(one.instrument, prices), ...this.#surplus(one.instrument)]
        : [],
    );
  }

  /** A venue that knows reduce-only orders cuts them itself. */
  #surplus(id: InstrumentId): readonly ClientOrderId[] {
    const instrument = this.#instruments.get(id);
    if (instrument === undefined || MARKET_TRAITS[instrument.market].knowsReduceOnly) return [];
    const exits = this.#ledger
      .orders()
      .filter(({ intent, request }) => intent === 'exit' && request.instrument === id);
    const held = this.#positions.quantity(id);
    const closing = exits.reduce((sum, order) => sum.plus(leavesOf(order)), Decimal.zero);
    const isRight = exits.every(({ request }) => (request.side === 'sell') === held.isPositive());
    const isOver = !isRight || closing.greaterThan(held.abs());
    return isOver ? exits.map(({ request }) => request.clientOrderId) : [];
  }

  #idle(id: InstrumentId, prices: Pick<ReferencePrices, 'get'>): readonly ClientOrderId[] {
    const stops = stopsOf(id, this.#ledger.orders());
    const instrument = this.#instruments.get(id);
    if (stops.length === 0 || instrument === undefined) return [];
    const mark = this.#positions.markOf(id, prices);
    const isIdle = isDust(this.#positions.quantity(id), mark, instrument);
    return isIdle ? stops.map(({ request }) => request.clientOrderId) : [];
  }
}
