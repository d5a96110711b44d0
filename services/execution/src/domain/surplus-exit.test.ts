import { clientOrderId, instrumentId } from '@algo/model';
import { expect, test } from 'vitest';
import type { ExecutionEngine } from './execution-engine.ts';
import {
  BTC,
  close,
  d,
  filled,
  LTC,
  place,
  ready,
  S,
  sent,
  submitted,
} from './testing/execution-scenario.ts';

const HAND = clientOrderId('hand-1');

/** An engine that holds 10, with an exit of all of it at work. */
function leaving(instrument: typeof LTC) {
  const engine = ready();
  const entry = sent(engine.handle(place(1, { instrument })));
  engine.handle(filled(entry, 't1', `${entry.quantity}`, `${entry.quantity}`, 1.5 * S));
  const exit = sent(engine.handle(close(2, { instrument, quantity: entry.quantity, timeUs: 2 * S })));
  engine.handle(submitted(exit.clientOrderId, 'confirmed', 2 * S));
  return { engine, exit, held: entry.quantity };
}
const withdrawn = (out: ReturnType<ExecutionEngine['handle']>) =>
  out.flatMap((one) => (one.type === 'CancelAtVenue' ? [one.clientOrderId] : []));

test('an exit that could close more than is left, since somebody took of it, is withdrawn', () => {
  const { engine, exit } = leaving(LTC);
  const out = engine.handle(filled({ ...exit, clientOrderId: HAND }, 'x1', '4', '4', 3 * S));
  expect(withdrawn(out)).toEqual([exit.clientOrderId]);
});

test('one that closes what is left goes on, fill after fill', () => {
  const { engine, exit } = leaving(LTC);
  for (const [n, part] of ['4', '5'].entries())
    expect(withdrawn(engine.handle(filled(exit, `t${n + 2}`, part, n === 0 ? '4' : '9', 3 * S)))).toEqual([]);
});

test('where the venue knows reduce-only orders, it cuts the exit itself', () => {
  const { engine, exit, held } = leaving(BTC);
  const taken = `${held.dividedBy(d('2'), 3, 'down')}`;
  const out = engine.handle(filled({ ...exit, clientOrderId: HAND }, 'x1', taken, taken, 3 * S));
  expect(withdrawn(out)).toEqual([]);
  expect(exit.instrument).toBe(instrumentId('synthetic.perp.BTCUSDT'));
});
