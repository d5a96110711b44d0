import { Decimal, type OrderRequest } from '@algo/model';
import fc from 'fast-check';
import type { ExecutionInput, ExecutionOutput } from '../execution-io.ts';
import {
  absence,
  BTC,
  cancelAll,
  canceled,
  close,
  d,
  filled,
  found,
  gate,
  LTC,
  life,
  lookedUp,
  mode,
  outcome,
  place,
  price,
  S,
  submitted,
} from './execution-scenario.ts';

/** What a random session does next. Weighted by how often each stands here. */
const STEPS = [
  ...['place', 'place', 'place', 'close', 'close', 'close', 'fill', 'fill', 'fill', 'fill', 'end', 'end'],
  ...[
    'confirm',
    'confirm',
    'lose',
    'prove absent',
    'look up',
    'look up',
    'look up',
    'fail',
    'cancel',
    'cancel',
  ],
  ...['deliver', 'deliver', 'deliver', 'mode', 'gate', 'restart', 'fetch', 'answer cancel', 'never left'],
] as const;
interface Step {
  readonly kind: (typeof STEPS)[number];
  readonly pick: number;
  readonly waitUs: number;
}
export const sessions: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    kind: fc.constantFrom(...STEPS),
    pick: fc.nat({ max: 1_000 }),
    waitUs: fc.constantFrom(0, 1_000, 300_000, S),
  }),
  { minLength: 40, maxLength: 160, size: 'max' },
);

/**
 * The venue's own books of one order. `live` once it has
 * arrived; `onWire` until it is proven that it never will.
 */
interface AtVenue {
  readonly request: OrderRequest;
  onWire: boolean;
  live: boolean;
  ended: boolean;
  cumulative: Decimal;
  sends: number;
}

/**
 * Plays a session against a venue that keeps true books, and tells of them late, out of order, twice, or not
 * at all until asked; at the end everything is told. Returns the venue's books.
 */
export function play(
  session: readonly Step[],
  feed: (input: ExecutionInput, n: number) => ExecutionOutput[],
) {
  const orders: AtVenue[] = [];
  const held = new Map<string, Decimal>();
  const undelivered: ExecutionInput[] = [];
  const history: ExecutionInput[] = [];
  let epoch = 1;
  let lowest = Decimal.zero;
  let nowUs = S;
  let n = 0;
  const give = (input: ExecutionInput) => {
    for (const output of feed(input, n++)) {
      if (output.type !== 'SubmitOrder') continue;
      const known = orders.find((o) => o.request.clientOrderId === output.request.clientOrderId);
      if (known !== undefined) {
        known.sends++;
      } else {
        const at = { onWire: true, live: false, ended: false, cumulative: Decimal.zero, sends: 1 };
        orders.push({ request: output.request, ...at });
      }
    }
  };
  const fillAtVenue = (order: AtVenue, pick: number) => {
    const { request } = order;
    const leaves = request.quantity.minus(order.cumulative);
    const quantity = pick % 2 === 0 || leaves.lessThan(d('3')) ? leaves : d('3');
    order.live = true;
    order.cumulative = order.cumulative.plus(quantity);
    order.ended = order.cumulative.equals(request.quantity);
    const signed = request.side === 'buy' ? quantity : quantity.negated();
    const position = (held.get(request.instrument) ?? Decimal.zero).plus(signed);
    held.set(request.instrument, position);
    if (position.lessThan(lowest)) lowest = position;
    const trade = `${request.clientOrderId}-${order.cumulative}`;
    const told = filled(request, trade, quantity.toString(), order.cumulative.toString(), nowUs);
    history.push(told);
    if (pick % 3 === 0) undelivered.push(told, told);
    else give(told);
  };
  const deliver = (pick: number) => {
    for (const input of undelivered.splice(pick % Math.max(1, undelivered.length), 1)) give(input);
  };
  const ask = ({ request, live, ended, cumulative }: AtVenue) => {
    const status = !ended ? 'open' : cumulative.equals(request.quantity) ? 'filled' : 'canceled';
    if (live) give(lookedUp(request.clientOrderId, found(request, status, cumulative.toString()), nowUs));
    else give(lookedUp(request.clientOrderId, { type: 'absent' }, nowUs));
  };
  const commands = ({ kind, pick }: Step) => {
    const at = pick % 2 === 0 ? LTC : BTC;
    const calm = pick % 4 === 0 ? (['reducing', 'halted'] as const)[pick % 8 === 0 ? 0 : 1] : 'active';
    if (kind === 'place') give(place(n, { instrument: at, timeUs: nowUs }));
    else if (kind === 'close')
      give(close(n, { instrument: at, timeUs: nowUs, quantity: d(`${1 + (pick % 12)}`) }));
    else if (kind === 'mode') give(mode(calm, nowUs));
    else if (kind === 'gate') give(gate(epoch));
    else if (kind === 'fetch') for (const told of history) give(told);
    else if (kind === 'restart') {
      // The stream forgets what it had not told; only asking brings it back.
      undelivered.length = 0;
      give(life(++epoch));
    } else if (kind === 'deliver') deliver(pick);
  };
  const venue = ({ kind, pick }: Step, order: AtVenue) => {
    const { request, ended, live, onWire } = order;
    const id = request.clientOrderId;
    if (!onWire) return;
    if (kind === 'fill' && !ended) fillAtVenue(order, pick);
    else if (kind === 'end' && !ended) {
      order.live = true;
      order.ended = true;
      const told = canceled(request, order.cumulative.toString(), nowUs);
      if (pick % 3 === 0) undelivered.push(told);
      else give(told);
    } else if (kind === 'confirm') {
      order.live = true;
      give(submitted(id, 'confirmed', nowUs));
    } else if (kind === 'lose') give(submitted(id, 'unknown', nowUs));
    else if (kind === 'prove absent' && !live) {
      order.onWire = false;
      give(absence(id, 'proven', nowUs));
    } else if (kind === 'never left' && !live) {
      order.onWire = false;
      give({ type: 'OrderNeverLeft', clientOrderId: id, reason: 'withdrawn', code: null, timeUs: nowUs });
    } else if (kind === 'answer cancel') {
      const answer = (['confirmed', 'refused', 'unknown'] as const)[pick % 3]!;
      give({ type: 'CancelOutcomeKnown', outcome: outcome(id, answer, nowUs) });
    } else if (kind === 'look up') ask(order);
    else if (kind === 'fail') give(lookedUp(id, { type: 'failed', reason: 'timeout' }, nowUs));
    else if (kind === 'cancel') {
      give(cancelAll(`c${n}`, { timeUs: nowUs }));
      give({ type: 'WallTold', commandId: `c${n - 1}`, wallUs: nowUs });
    }
  };
  for (const step of session) {
    nowUs += step.waitUs;
    give(price(nowUs, 83, step.pick % 2 === 0 ? LTC : BTC));
    commands(step);
    const unended = orders.filter((o) => !o.ended);
    const order = (step.pick % 5 === 0 ? orders : unended)[step.pick % Math.max(1, unended.length)];
    if (order !== undefined) venue(step, order);
  }
  while (undelivered.length > 0) deliver(0);
  for (const told of history) give(told);
  for (const order of orders) if (order.live) ask(order);
  return { orders, held, lowest };
}
