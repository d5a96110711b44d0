import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ExecutionInput, ExecutionOutput } from './execution-io.ts';
import {
  canceled,
  fetched,
  filled,
  fillOf,
  found,
  heard,
  lookedUp,
  outcome,
  place,
  ready,
  S,
  sent,
  submitted,
} from './testing/execution-scenario.ts';

/** What a venue reports of an order of 10, by reply, stream and look-up, and how it stands in the end. */
function courseOf(kind: 'filled' | 'canceled') {
  const engine = ready();
  const entry = sent(engine.handle(place(1, { timeInForce: 'gtc' })));
  const id = entry.clientOrderId;
  const fills =
    kind === 'filled'
      ? [fillOf(entry, 't1', '4', 2 * S), fillOf(entry, 't2', '6', 3 * S)]
      : [fillOf(entry, 't1', '4', 2 * S)];
  const reports: ExecutionInput[] = [
    submitted(id, 'confirmed', S),
    submitted(id, 'unknown', S),
    filled(entry, 't1', '4', '4', 2 * S),
    lookedUp(id, found(entry, 'open', '4'), 2 * S),
    lookedUp(id, { type: 'failed', reason: 'timeout' }, 2 * S),
    { type: 'CancelOutcomeKnown', outcome: outcome(id, 'unknown', 3 * S) },
    { type: 'AccountStreamLost' },
    heard,
    fetched(fills),
    ...(kind === 'filled'
      ? [filled(entry, 't2', '6', '10', 3 * S), lookedUp(id, found(entry, 'filled', '10'), 3 * S)]
      : [canceled(entry, '4', 3 * S), lookedUp(id, found(entry, 'canceled', '4'), 3 * S)]),
  ];
  return { engine, id, fills, reports };
}

test.each(['filled', 'canceled'] as const)(
  'an order that is %s ends so, with the same fills, in whatever order and however often it is reported',
  (kind) => {
    const { reports } = courseOf(kind);
    const every = fc.shuffledSubarray([...reports, ...reports], { minLength: 2 * reports.length });
    fc.assert(
      fc.property(every, (inputs) => {
        const { engine, id, fills } = courseOf(kind);
        const said: ExecutionOutput[] = [];
        const take = (input: ExecutionInput) => {
          for (const output of engine.handle(input)) {
            said.push(output);
            if (output.type === 'FetchFills') take(fetched(fills));
          }
        };
        for (const input of inputs) take(input);
        const count = (type: ExecutionOutput['type']) => said.filter((one) => one.type === type).length;
        const order = engine.order(id)!;
        expect(order.status).toBe(kind);
        expect(order.fills.map(({ venueTradeId }) => venueTradeId).toSorted()).toEqual(
          fills.map(({ venueTradeId }) => venueTradeId),
        );
        expect([count('OrderFilled'), count('OrderCanceled')]).toEqual([
          fills.length,
          kind === 'canceled' ? 1 : 0,
        ]);
        expect([count('OrderAccepted') <= 1, count('OrderQuarantined')]).toEqual([true, 0]);
        let cumulative = 0;
        for (const one of said)
          if (one.type === 'OrderFilled') {
            expect(Number(one.cumulative.toString())).toBeGreaterThan(cumulative);
            cumulative = Number(one.cumulative.toString());
          }
      }),
    );
  },
);
