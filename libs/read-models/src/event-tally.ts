import type { Fact } from '@algo/contracts';
import { Decimal, type OrderEvent } from '@algo/model';
import { type ListedPosition, PositionList } from './position-list.ts';

/** How often what happened. */
export interface EventCounts {
  readonly signals: number;
  readonly decisionsAccepted: number;
  readonly decisionsRefused: number;
  readonly ordersSubmitted: number;
  readonly ordersDenied: number;
  readonly ordersRejected: number;
  readonly fills: number;
  readonly positionsOpened: number;
  readonly positionsOpen: number;
  readonly positionsClosed: number;
  readonly stopMoves: number;
  /** Sum of the net P&L of closed positions. *Units*: quote. */
  readonly realizedPnl: string;
  /** What the feed says is missing. */
  readonly gaps: number;
  /** Trade ids of gaps that were not filled. */
  readonly missingIds: number;
  readonly tradesRefused: number;
  /** Last marked equity. *Units*: quote. */
  readonly equity: string | null;
}

/** Counts what happened, fact by fact; each fact must be given once. */
export class EventTally {
  readonly #positions = new PositionList();
  readonly #orders = new Map<OrderEvent['type'], number>();
  readonly #decisions = { accepted: 0, refused: 0 };
  readonly #feed = { gaps: 0, missingIds: 0, tradesRefused: 0 };
  #signals = 0;
  #equity: Decimal | null = null;

  /** Facts that nothing is counted of are passed over. */
  take(fact: Fact): void {
    const { name, body } = fact;
    switch (name) {
      case 'SignalGenerated':
        this.#signals++;
        return;
      case 'DecisionMade':
        this.#decisions[body.outcome.type]++;
        return;
      case 'OrderDenied':
      case 'OrderSubmitted':
      case 'OrderRejected':
      case 'OrderFilled':
      case 'OrderCanceled':
      case 'OrderExpired':
        this.#orders.set(name, this.orders(name) + 1);
        return;
      case 'GapOpened':
        this.#feed.gaps++;
        this.#feed.missingIds += body.missing;
        return;
      case 'GapFilled':
        this.#feed.missingIds -= body.recovered + body.absent;
        return;
      case 'TradeRefused':
        this.#feed.tradesRefused++;
        return;
      case 'EquityMarked':
        this.#equity = body.equity;
        return;
      default:
        this.#positions.take(fact);
    }
  }

  /** How often such a thing happened to an order. */
  orders(type: OrderEvent['type']): number {
    return this.#orders.get(type) ?? 0;
  }

  /** What became of each position. */
  get positions(): readonly ListedPosition[] {
    return this.#positions.all();
  }

  counts(): EventCounts {
    const all = this.positions;
    const closed = all.filter(({ state }) => state === 'closed');
    return {
      signals: this.#signals,
      decisionsAccepted: this.#decisions.accepted,
      decisionsRefused: this.#decisions.refused,
      ordersSubmitted: this.orders('OrderSubmitted'),
      ordersDenied: this.orders('OrderDenied'),
      ordersRejected: this.orders('OrderRejected'),
      fills: this.orders('OrderFilled'),
      positionsOpened: all.length,
      positionsOpen: all.length - closed.length,
      positionsClosed: closed.length,
      stopMoves: all.reduce((sum, { stopMoves }) => sum + stopMoves, 0),
      realizedPnl: closed
        .reduce((sum, { netPnl }) => sum.plus(netPnl ?? Decimal.zero), Decimal.zero)
        .toString(),
      ...this.#feed,
      equity: this.#equity?.toString() ?? null,
    };
  }
}
