import type { RawTrades } from '../domain/raw-trades.ts';

/**
 * Returns the rows of `head` and then of `tail`, copied. *Errors*: RangeError when only one of them has ids.
 */
export function joinRaw(head: RawTrades, tail: RawTrades): RawTrades {
  if (head.count === 0) return tail;
  if (tail.count === 0) return head;
  if ((head.ids === undefined) !== (tail.ids === undefined))
    throw new RangeError('rows with trade ids and rows without do not join');
  return {
    instrument: head.instrument,
    count: head.count + tail.count,
    timeUs: joined(head.timeUs, tail.timeUs),
    price: joined(head.price, tail.price),
    quantity: joined(head.quantity, tail.quantity),
    side: sides(head.side, tail.side),
    ids: head.ids === undefined || tail.ids === undefined ? undefined : joined(head.ids, tail.ids),
  };
}

function joined(head: Float64Array, tail: Float64Array): Float64Array {
  const whole = new Float64Array(head.length + tail.length);
  whole.set(head);
  whole.set(tail, head.length);
  return whole;
}

function sides(head: Uint8Array, tail: Uint8Array): Uint8Array {
  const whole = new Uint8Array(head.length + tail.length);
  whole.set(head);
  whole.set(tail, head.length);
  return whole;
}
