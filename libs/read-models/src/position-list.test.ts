import type { Fact } from '@algo/contracts';
import {
  accountId,
  Decimal,
  instrumentId,
  type Position,
  type PositionEvent,
  positionId,
  strategyName,
} from '@algo/model';
import { expect, test } from 'vitest';
import { PositionList } from './position-list.ts';

const add = (list: PositionList, event: PositionEvent) =>
  list.take({ name: event.type, body: event } as Fact);
const d = (text: string) => Decimal.of(text);
const position = (id: string, openedUs: number): Position => ({
  id: positionId(id),
  account: accountId('paper-main'),
  instrument: instrumentId('synthetic.spot.ALGOUSD'),
  strategy: strategyName('s1'),
  direction: 'long',
  quantity: d('1'),
  averagePrice: d('100'),
  realized: d('0'),
  fees: d('0'),
  openedUs,
});

test('a position keeps its last stop and how often it moved, and closes with its result', () => {
  const list = new PositionList();
  const held = position('p1', 1);
  add(list, { type: 'PositionOpened', position: held, timeUs: 1, stopPrice: d('99') });
  add(list, {
    type: 'StopMoved',
    position: held,
    timeUs: 2,
    from: d('99'),
    to: d('99.5'),
    bestPrice: d('101'),
  });
  add(list, {
    type: 'StopMoved',
    position: held,
    timeUs: 3,
    from: d('99.5'),
    to: d('100'),
    bestPrice: d('102'),
  });
  expect(list.all()[0]).toMatchObject({ state: 'open', stop: d('100'), stopMoves: 2, netPnl: null });
  add(list, {
    type: 'PositionClosed',
    position: { ...held, quantity: d('0') },
    timeUs: 4,
    exitPrice: d('100'),
    netPnl: d('-0.2'),
    returnPercent: d('-0.2'),
    reason: 'trailing_stop',
  });
  expect(list.all()).toMatchObject([
    { state: 'closed', closedUs: 4, netPnl: d('-0.2'), reason: 'trailing_stop' },
  ]);
});

test('open positions stand before closed ones, older before newer', () => {
  const list = new PositionList();
  for (const [id, openedUs] of [
    ['closed', 1],
    ['newer', 3],
    ['older', 2],
  ] as const)
    add(list, {
      type: 'PositionOpened',
      position: position(id, openedUs),
      timeUs: openedUs,
      stopPrice: d('99'),
    });
  const base = {
    position: position('closed', 1),
    timeUs: 9,
    exitPrice: d('1'),
    netPnl: d('1'),
    returnPercent: d('1'),
  };
  add(list, { type: 'PositionClosed', ...base, reason: 'target' });
  expect(list.all().map((one) => one.position.id)).toEqual(['older', 'newer', 'closed']);
});
