import {
  type CorrectionMade,
  type Fill,
  type InstrumentId,
  isoTime,
  type OrderEvent,
  type PositionEvent,
} from '@algo/model';

/** Returns a fill as one line, so that two books can be compared. */
export function fillLine({
  venueTradeId,
  clientOrderId,
  side,
  quantity,
  price,
  fee,
  feeAsset,
  timeUs,
}: Fill): string {
  return [
    venueTradeId,
    clientOrderId,
    side,
    `${quantity}@${price}`,
    `fee ${fee} ${feeAsset}`,
    isoTime(timeUs),
  ].join(' ');
}

/** Returns what is held by instrument, as the words of positions have it; signed, without what is closed. */
export function heldBy(events: readonly PositionEvent[]): Map<InstrumentId, string> {
  const held = new Map<InstrumentId, string>();
  for (const event of events) {
    const { instrument, quantity, direction } = event.position;
    if (event.type === 'PositionClosed') held.delete(instrument);
    else held.set(instrument, `${direction === 'long' ? quantity : quantity.negated()}`);
  }
  return held;
}

/** Returns where a position was held without a stop that only tightens; nothing, where all is well. */
export function unguarded(events: readonly PositionEvent[]): string[] {
  const faults: string[] = [];
  const stops = new Map<string, { readonly price: number; readonly sign: number }>();
  for (const event of events) {
    const { id, direction } = event.position;
    const sign = direction === 'long' ? 1 : -1;
    const stop = stops.get(id);
    if (event.type === 'PositionOpened') {
      if (!event.stopPrice.isPositive()) faults.push(`${id} opened without a stop`);
      if (stop !== undefined) faults.push(`${id} opened twice`);
      stops.set(id, { price: event.stopPrice.toNumber(), sign });
    } else if (stop === undefined) faults.push(`${id}: ${event.type} of a position that has no stop`);
    else if (event.type === 'StopMoved') {
      if (event.from.toNumber() !== stop.price)
        faults.push(`${id}: its stop stood at ${stop.price}, not ${event.from}`);
      if ((event.to.toNumber() - stop.price) * sign <= 0)
        faults.push(`${id}: its stop moved back to ${event.to}`);
      stops.set(id, { price: event.to.toNumber(), sign });
    } else if (event.type === 'PositionClosed') stops.delete(id);
  }
  return faults;
}

/** Returns the orders that have been submitted and have not ended. */
export function workingOrders(events: readonly (OrderEvent | CorrectionMade)[]): Set<string> {
  const working = new Set<string>();
  for (const event of events) {
    const isEnd =
      ['OrderRejected', 'OrderCanceled', 'OrderExpired'].includes(event.type) ||
      (event.type === 'OrderFilled' && !event.leaves.isPositive());
    if (event.type === 'OrderSubmitted') working.add(event.clientOrderId);
    else if (isEnd && event.type !== 'CorrectionMade') working.delete(event.clientOrderId);
  }
  return working;
}
