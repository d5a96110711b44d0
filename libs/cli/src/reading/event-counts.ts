import type { Bus } from '@algo/bus';
import { codecs, feedEvents, orderEvents, positionEvents } from '@algo/contracts';
import { Decimal, type FeedEvent } from '@algo/model';
import { PositionList } from './position-list.ts';
import { readEvents } from './read-events.ts';

/** How often what happened, over everything the streams hold. */
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
}

/** What the feed says is missing. */
export interface FeedCounts {
  readonly gaps: number;
  /** Trade ids of gaps that were not filled. */
  readonly missingIds: number;
  readonly tradesRefused: number;
}

export async function countEvents(bus: Bus): Promise<EventCounts> {
  let signals = 0;
  for await (const { type } of readEvents(bus, 'ANALYTICS', 'an.signal.>'))
    if (type === codecs.SignalGenerated.type) signals++;
  const decisions = { accepted: 0, refused: 0 };
  for await (const { type, data } of readEvents(bus, 'DECISIONS', 'dec.made.>'))
    if (type === codecs.DecisionMade.type) decisions[codecs.DecisionMade.decode(data).outcome.type]++;
  const orders: Record<string, number> = {};
  for await (const { type, data } of readEvents(bus, 'ORDERS', 'ord.evt.>')) {
    const event = orderEvents.decode(type, data);
    orders[event.type] = (orders[event.type] ?? 0) + 1;
  }
  return {
    signals,
    decisionsAccepted: decisions.accepted,
    decisionsRefused: decisions.refused,
    ordersSubmitted: orders.OrderSubmitted ?? 0,
    ordersDenied: orders.OrderDenied ?? 0,
    ordersRejected: orders.OrderRejected ?? 0,
    fills: orders.OrderFilled ?? 0,
    ...(await countPositions(bus)),
  };
}

async function countPositions(bus: Bus) {
  const list = new PositionList();
  for await (const { type, data } of readEvents(bus, 'POSITIONS', 'pos.evt.>'))
    list.add(positionEvents.decode(type, data));
  const all = list.all();
  const closed = all.filter(({ state }) => state === 'closed');
  return {
    positionsOpened: all.length,
    positionsOpen: all.length - closed.length,
    positionsClosed: closed.length,
    stopMoves: all.reduce((sum, { stopMoves }) => sum + stopMoves, 0),
    realizedPnl: closed
      .reduce((sum, { netPnl }) => sum.plus(netPnl ?? Decimal.zero), Decimal.zero)
      .toString(),
  };
}

export async function countFeed(bus: Bus): Promise<FeedCounts> {
  const events: FeedEvent[] = [];
  for await (const { type, data } of readEvents(bus, 'MARKET', 'md.feed.>')) {
    const event = feedEvents.decode(type, data);
    if (event.type !== 'TimeAdvanced') events.push(event);
  }
  return feedCounts(events);
}

/** Returns the counts of feed events: a gap is missing what it opened with until some of it was filled. */
export function feedCounts(events: readonly FeedEvent[]): FeedCounts {
  let gaps = 0;
  let missingIds = 0;
  let tradesRefused = 0;
  for (const event of events) {
    if (event.type === 'GapOpened') {
      gaps++;
      missingIds += event.missing;
    }
    if (event.type === 'GapFilled') missingIds -= event.recovered;
    if (event.type === 'TradeRefused') tradesRefused++;
  }
  return { gaps, missingIds, tradesRefused };
}
