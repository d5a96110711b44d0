import type { OrderRequest } from '@algo/model';
import { expect, test } from 'vitest';
import type { SubmitOrder } from '../execution-io.ts';
import { entryContext, request } from '../testing/entry-context.ts';
import { close, d, place } from '../testing/execution-scenario.ts';
import { type Admitted, passEntry, passExit } from './admitted.ts';
import { deny } from './handler.ts';

const pass = () => null;
const refuse = (n: number) => () => deny('HALTED', { n });

test('the first denial of the chain is the one that counts, and nothing passes it', () => {
  const verdict = passEntry([pass, refuse(1), refuse(2)], entryContext(), place(1));
  expect(verdict).toEqual({ type: 'denied', denial: { code: 'HALTED', detail: 'n=1' } });
});

test.each([
  ['9.999', 'passed'],
  ['10', 'passed'],
  ['10.001', 'CONSERVATION'],
])('of a command for 10, an order for %s: %s', (quantity, comes) => {
  const entry = passEntry([pass], entryContext({ request: request({ quantity: d(quantity) }) }), place(1));
  const held = {
    instrument: entryContext().instrument,
    held: d('20'),
    openOrders: [],
    stops: d('0'),
    mark: d('83'),
  };
  const exit = passExit(close(1), held, () => request({ quantity: d(quantity), side: 'sell' }));
  for (const verdict of [entry, exit])
    expect(verdict.type === 'denied' ? verdict.denial.code : verdict.type).toBe(comes);
});

test('an order that has not passed can not be written', () => {
  const plain: OrderRequest = request();
  // @ts-expect-error only the chain makes an admitted order
  const admitted: Admitted = plain;
  // @ts-expect-error and nothing else goes to the wire
  const submit: Pick<SubmitOrder, 'request'> = { request: plain };
  expect([admitted, submit.request]).toEqual([plain, plain]);
});
