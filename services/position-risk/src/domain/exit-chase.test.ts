import { expect, test } from 'vitest';
import { fired, modes } from './testing/fired-scenario.ts';
import { BTC, d, ETH, PLAN, Scenario } from './testing/position-risk-scenario.ts';

test.each(['OrderCanceled', 'OrderExpired'] as const)(
  'what %s leaves is chased with the next attempt',
  (type) => {
    const story = fired();
    const order = story.obey(story.commands[0]!, 1);
    story.fill(order, 'sell', '0.4', '49690', { leaves: '0.6', seconds: 1 });
    story.ended(type, order, '0.4', 1);
    expect(story.commands).toHaveLength(2);
    expect(story.commands[1]).toMatchObject({ attempt: 2, reason: 'trailing_stop' });
    expect(story.commands[1]?.quantity.toString()).toBe('0.6');
    expect(story.commands[1]?.commandId).not.toBe(story.commands[0]?.commandId);
  },
);

test('a rejected exit is tried again at once, the next refusal waits', () => {
  const story = fired();
  const first = story.obey(story.commands[0]!, 1);
  story.order('OrderRejected', first, 1);
  expect(story.commands).toHaveLength(2);
  story.denied(story.commands[1]!, 'HALTED', 1);
  expect(story.commands).toHaveLength(2);
  story.time(3.9);
  expect(story.commands).toHaveLength(2);
  story.time(4);
  expect(story.commands).toHaveLength(3);
});

test('an exit that is refused because of another order is tried again as soon as that one is clear', () => {
  const story = new Scenario();
  story.open('long', '1', '50000');
  story.time(1);
  const asked = story.log.findLast((one) => one.type === 'ProtectPosition')!;
  const stop = story.protect(asked, 1);
  story.order('OrderUnknown', stop, 1);
  story.prices(BTC, [2, 49_700]);
  for (const attempt of [1, 2]) {
    expect(story.commands).toHaveLength(attempt);
    story.denied(story.commands.at(-1)!, 'NO_POSITION', 2);
  }
  story.order('OrderUnknown', stop, 2.5);
  expect(story.commands).toHaveLength(2);
  story.order('OrderAccepted', stop, 3);
  expect(story.commands).toHaveLength(3);
  // Once: that it is refused again says that something else is in the way.
  story.denied(story.commands[2]!, 'NO_POSITION', 3);
  story.time(5.9);
  expect(story.commands).toHaveLength(3);
  story.ended('OrderCanceled', stop, '0', 5.9);
  expect(story.commands).toHaveLength(4);
});

test('while the venue takes no order an exit waits: no attempt is lost, and a person is called', () => {
  const story = fired();
  const first = story.obey(story.commands[0]!, 1);
  story.order('OrderRejected', first, 1, 60_000);
  for (let seconds = 1; seconds < 60; seconds++) {
    story.denied(story.commands.at(-1)!, 'VENUE_SHUT', seconds);
    story.time(seconds + 1);
  }
  expect(new Set(story.commands.map(({ attempt }) => attempt))).toEqual(new Set([1]));
  expect(modes(story)).toMatchObject([{ mode: 'reducing', reason: 'exit refused after attempt 0' }]);
});

test('an order that works is left to the venue for two minutes', () => {
  const story = fired();
  const order = story.obey(story.commands[0]!, 4);
  story.order('OrderAccepted', order, 4);
  story.time(123);
  expect(story.commands).toHaveLength(1);
  story.time(124);
  expect(story.commands).toHaveLength(2);
});

test('a command that execution is silent about stands: a person is called, and no attempt is lost', () => {
  const story = fired();
  story.time(15.9);
  expect([story.commands.length, modes(story).length]).toEqual([1, 0]);
  story.time(16);
  expect([story.commands.length, modes(story).length]).toEqual([1, 1]);
  story.time(121);
  expect(story.commands.map(({ attempt }) => attempt)).toEqual([1, 1]);
  const order = story.obey(story.commands[0]!, 122);
  story.ended('OrderExpired', order, '0', 122);
  story.denied(story.commands[1]!, 'NO_POSITION', 122);
  expect(story.commands.length).toBeGreaterThan(2);
});

test('at twenty times the speed patience is twenty times as long in event time', () => {
  const story = fired();
  story.time(1.1, 20);
  const first = story.obey(story.commands[0]!, 2);
  story.order('OrderRejected', first, 2);
  story.denied(story.commands[1]!, 'HALTED', 2);
  story.time(61.9, 20);
  expect(story.commands).toHaveLength(2);
  story.time(62, 20);
  expect(story.commands).toHaveLength(3);
});

test('while the outcome is unknown nothing is sent again, however long it takes; a person is called', () => {
  const story = fired();
  const order = story.obey(story.commands[0]!, 1);
  story.order('OrderUnknown', order, 2);
  for (let seconds = 3; seconds < 600; seconds += 3) story.prices(BTC, [seconds, 49_000]);
  expect(story.commands).toHaveLength(1);
  expect(modes(story)).toMatchObject([{ scope: { instrument: BTC }, mode: 'reducing', latched: false }]);
  story.order('OrderRejected', order, 600);
  expect(story.commands).toHaveLength(2);
});

test('an order sent but never acknowledged is in doubt too', () => {
  const story = fired();
  story.obey(story.commands[0]!, 1);
  story.time(300);
  expect(story.commands).toHaveLength(1);
  expect(modes(story)).toHaveLength(1);
});

test('an unknown exit that turns out to have filled closes the position without another command', () => {
  const story = fired();
  const order = story.obey(story.commands[0]!, 1);
  story.order('OrderUnknown', order, 2);
  story.fill(order, 'sell', '1', '49600', { seconds: 9 });
  story.time(60);
  expect(story.commands).toHaveLength(1);
  expect(story.engine.books.positions()).toEqual([]);
});

test('fills that the venue counted before canceling are waited for, not sold again', () => {
  const story = fired();
  const order = story.obey(story.commands[0]!, 1);
  story.order('OrderAccepted', order, 1);
  story.ended('OrderCanceled', order, '0.7', 2);
  story.time(10);
  expect(story.commands).toHaveLength(1);
  story.fill(order, 'sell', '0.7', '49650', { leaves: '0.3', seconds: 2 });
  expect(story.commands).toHaveLength(2);
  expect(story.commands[1]?.quantity.toString()).toBe('0.3');
});

test('an addition that lands during the exit is sold with it', () => {
  const story = fired();
  const late = story.enter('long', PLAN, 1);
  story.fill(late, 'buy', '0.5', '49700', { seconds: 1 });
  const order = story.obey(story.commands[0]!, 1);
  story.fill(order, 'sell', '1', '49690', { seconds: 1 });
  expect(story.commands).toHaveLength(2);
  expect(story.commands[1]?.quantity.toString()).toBe('0.5');
});

test('an exit that fills too much opens a position nobody wants, which is closed as a residual', () => {
  const story = fired();
  const order = story.obey(story.commands[0]!, 1);
  const out = story.fill(order, 'sell', '1.5', '49690', { seconds: 1 });
  expect(out.map(({ type }) => type)).toEqual([
    'PositionClosed',
    'PositionOpened',
    'EquityMarked',
    'ExitTriggered',
    'ClosePosition',
  ]);
  expect(story.commands[1]).toMatchObject({ reason: 'residual', direction: 'short', attempt: 1 });
});

test('what is too little to sell is written off at the last price instead of being chased', () => {
  const story = new Scenario();
  const order = story.enter('long', { ...PLAN, stopPrice: d('1990') }, 0, ETH);
  story.fill(order, 'buy', '1', '2000', { id: ETH, fee: '0.001', feeAsset: 'ETH' });
  story.prices(ETH, [1, 1_989]);
  const exit = story.obey(story.commands[0]!, 1);
  const out = story.fill(exit, 'sell', '0.998', '1989', { id: ETH, seconds: 1 });
  const closed = out.find((event) => event.type === 'PositionClosed');
  expect(closed).toMatchObject({ reason: 'initial_stop' });
  expect(closed?.position.quantity.toString()).toBe('0');
  expect(closed?.position.realized.toString()).toBe('-10.989');
  story.time(100);
  expect(story.commands).toHaveLength(1);
});

test('a derivative below the least notional is tried once and written off when refused for it', () => {
  const story = new Scenario();
  story.open('long', '0.001', '4000', { ...PLAN, stopPrice: d('3990') });
  story.prices(BTC, [1, 3_980]);
  expect(story.commands).toHaveLength(1);
  story.denied(story.commands[0]!, 'NOTIONAL_BELOW_MIN', 1);
  expect(story.engine.books.positions()).toEqual([]);
});

test('the same refusal does not write off what is plainly enough to sell', () => {
  const story = fired();
  story.denied(story.commands[0]!, 'NOTIONAL_BELOW_MIN', 1);
  expect(story.engine.books.positions()).toHaveLength(1);
  expect(story.commands).toHaveLength(2);
});

test('a restart in the middle of a chase goes on with it', () => {
  const story = fired();
  const order = story.obey(story.commands[0]!, 1);
  story.order('OrderUnknown', order, 2);
  story.restart();
  story.time(8);
  expect(story.commands).toHaveLength(1);
  story.ended('OrderCanceled', order, '0', 9);
  expect(story.commands).toHaveLength(2);
  expect(story.commands[1]).toMatchObject({ attempt: 2 });
});

test('closing by somebody else is told as the operator’s, by a fill of no known order as external', () => {
  for (const [intent, reason] of [
    ['exit', 'operator'],
    ['none', 'external'],
  ] as const) {
    const story = new Scenario();
    story.open('long', '1', '50000');
    const { id, direction } = story.engine.books.positions()[0]!;
    const command = { ...fired().commands[0]!, position: id, direction, commandId: 'by-hand' };
    const order = intent === 'exit' ? story.obey(command, 1) : 'unheard-of';
    const out = story.fill(order, 'sell', '1', '50010', { seconds: 1 });
    expect(out.find((event) => event.type === 'PositionClosed')).toMatchObject({ reason });
  }
});

test('an attempt that execution denies is none, and the next command has an id of its own', () => {
  const story = fired();
  let answered = 0;
  for (let seconds = 1; seconds < 90; seconds++) {
    while (answered < story.commands.length)
      story.denied(story.commands[answered++]!, 'GATE_CLOSED', seconds);
    story.time(seconds + 1);
  }
  expect(story.commands.length).toBeGreaterThan(8);
  expect(new Set(story.commands.map(({ attempt }) => attempt))).toEqual(new Set([1]));
  expect(new Set(story.commands.map(({ commandId }) => commandId)).size).toBe(story.commands.length);
  expect(modes(story)).toMatchObject([{ mode: 'reducing' }]);
});

test('a stop takes over an exit for time that waits, at once; a person then takes over the stop', () => {
  const story = new Scenario();
  story.open('long', '1', '50000');
  const held = PLAN.holdMaxUs / 1e6;
  story.time(held);
  story.denied(story.commands[0]!, 'GATE_CLOSED', held);
  story.denied(story.commands[1]!, 'GATE_CLOSED', held);
  story.prices(BTC, [held + 1, 49_700]);
  story.denied(story.commands[2]!, 'GATE_CLOSED', held + 1);
  story.denied(story.commands[3]!, 'GATE_CLOSED', held + 1);
  story.flatten(held + 2);
  expect(story.commands.map(({ reason }) => reason).slice(1)).toEqual([
    'hold_time',
    'trailing_stop',
    'trailing_stop',
    'operator',
  ]);
});

test('a stronger reason sends no second order while the first is in doubt', () => {
  const story = fired();
  const order = story.obey(story.commands[0]!, 1);
  story.order('OrderUnknown', order, 2);
  story.flatten(3);
  expect(story.commands).toHaveLength(1);
  story.ended('OrderCanceled', order, '0', 4);
  expect(story.commands.at(-1)).toMatchObject({ reason: 'operator', attempt: 2 });
});
