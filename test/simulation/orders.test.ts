import { FactMessage } from '@algo/bus';
import { laneOf } from '@algo/contracts';
import { accountId } from '@algo/model';
import { expect, test } from 'vitest';
import { ACCOUNT, d, INSTRUMENT, OTHER, Stage } from './stage.ts';

const EXECUTION = 'execution.paper-main';
const submittedBy = ({ engine }: Stage) => engine.said('ORDERS', 'OrderSubmitted');
const denialsOf = ({ engine }: Stage) =>
  engine.said('ORDERS', 'OrderDenied').map(({ denial }) => denial.code);

test('an order on the wire whose OrderSubmitted was not stored is not sent again, and its fill is booked', async () => {
  let isCut = false;
  const storeMs = ({ subject }: { readonly subject: string }) =>
    isCut && subject.startsWith('ord.evt') ? 1e9 : 0;
  const stage = await Stage.open(EXECUTION, { storeMs });
  await stage.openGate();
  stage.venue.holds = () => true;
  isCut = true;
  await stage.place(1);
  await stage.engine.pass(10);
  expect(stage.venue.submitted).toHaveLength(1);
  expect(submittedBy(stage)).toEqual([]);

  isCut = false;
  await stage.again(() => stage.mode('halted'));
  await stage.openGate();
  const [order] = submittedBy(stage);
  await stage.venueFills(order!.request, 'trade-1');
  await stage.engine.pass(5_000);
  expect(stage.venue.submitted).toEqual([order!.clientOrderId]);
  expect(submittedBy(stage)).toHaveLength(1);
  expect(stage.engine.said('ORDERS', 'OrderFilled').map(({ fill }) => fill.venueTradeId)).toEqual([
    'trade-1',
  ]);
  expect(stage.engine.divergences).toEqual([]);
});

test('a repeated older "active" behind a newer halt loosens nothing', async () => {
  const stage = await Stage.open(EXECUTION);
  await stage.openGate();
  await stage.mode('active');
  await stage.mode('halted');
  const [active] = stage.engine.facts('RISK');
  const [stored] = [...(await messagesOf(stage, 'RISK'))];
  // The duplicate window is over: the server stores it once more, at its old place in its lane.
  const repeat = FactMessage.said(
    active!,
    { identity: 'position-risk.paper-main', account: ACCOUNT },
    { id: 'late' },
  );
  stage.engine.server.stream('RISK').store(Object.assign(repeat, { lane: stored!.lane }));
  expect(stored!.lane!.count).toBe(1);
  expect(laneOf(stored!.subject)).toContain('risk');
  await stage.engine.pass(10);
  await stage.place(1);
  expect(denialsOf(stage)).toEqual(['HALTED']);
  await stage.again();
  await stage.openGate();
  await stage.place(2);
  expect(denialsOf(stage)).toEqual(['HALTED', 'HALTED']);
});

async function messagesOf(stage: Stage, stream: 'RISK') {
  const { first, last } = stage.engine.server.stream(stream).bounds;
  return Array.from(
    { length: last - first + 1 },
    (_, i) => stage.engine.server.stream(stream).at(first + i)!,
  ).filter(({ lane }) => lane !== undefined);
}

test('a venue that takes 10 s for one order delays no other order, no exit, no halt', async () => {
  const stage = await Stage.open(EXECUTION);
  await stage.openGate();
  await stage.place(1);
  const [first] = submittedBy(stage);
  await stage.venueFills(first!.request, 'trade-1');
  stage.venue.holds = ({ clientOrderId }) =>
    stage.venue.submitted.length === 2 && clientOrderId !== first!.clientOrderId;
  const other = { instrument: OTHER } as const;
  await stage.trade(100, stage.nowUs, OTHER);
  await stage.place(2, other);
  const beforeMs = stage.engine.clock.nowMs();
  await stage.place(3, { ...other, quantity: d('1') });
  await stage.close(1);
  await stage.mode('halted');
  await stage.engine.pass(5);
  expect(stage.engine.clock.nowMs() - beforeMs).toBeLessThan(100);
  const orders = submittedBy(stage);
  expect(stage.venue.submitted).toHaveLength(orders.length);
  expect(orders.at(-1)!.intent).toBe('exit');
  const accepted = stage.engine.said('ORDERS', 'OrderAccepted').map(({ clientOrderId }) => clientOrderId);
  expect(accepted).toContain(orders.at(-1)!.clientOrderId);
  expect(accepted).not.toContain(orders[1]!.clientOrderId);
  await stage.place(4);
  expect(denialsOf(stage)).toContain('HALTED');
});

test('a halt withdraws what has not left', async () => {
  let diskMs = 0;
  const stage = await Stage.open(EXECUTION, { diskMs: () => diskMs });
  await stage.openGate();
  diskMs = 5_000;
  await stage.place(1);
  await stage.mode('halted');
  await stage.engine.pass(20_000);
  expect(submittedBy(stage)).toHaveLength(1);
  expect(stage.venue.submitted).toEqual([]);
  expect(stage.venue.canceled).toEqual([]);
  expect(stage.engine.said('ORDERS', 'OrderCanceled').map(({ cumulative }) => cumulative.toString())).toEqual(
    ['0'],
  );
});

test('while the guard is dead nothing is entered, and exits pass', async () => {
  const stage = await Stage.open(EXECUTION);
  await stage.openGate();
  await stage.place(1);
  const [first] = submittedBy(stage);
  await stage.venueFills(first!.request, 'trade-1');
  for (let s = 0; s < 20; s++) {
    await stage.engine.pass(1_000);
    await stage.time();
  }
  await stage.trade(100);
  await stage.place(2);
  await stage.close(1);
  expect(denialsOf(stage)).toEqual(['NO_GUARD']);
  expect(submittedBy(stage).map(({ intent }) => intent)).toEqual(['entry', 'exit']);
  await stage.alive();
  await stage.place(3);
  expect(denialsOf(stage)).toEqual(['NO_GUARD', 'POSITION_EXISTS']);
});

test('a command of another account is passed over', async () => {
  const environment = { ALGO_ACCOUNTS: 'paper-main,paper-second' };
  const stage = await Stage.open(EXECUTION, { environment });
  await stage.openGate();
  const second = await stage.engine.speaker('decision.paper-second', 'paper-second', ['ord.cmd']);
  const about = { account: accountId('paper-second'), instrument: INSTRUMENT };
  const [command] = [stage.order(9, about)];
  await stage.engine.passing(second.say('PlaceOrder', command));
  await stage.place(1);
  await stage.engine.pass(10);
  expect(submittedBy(stage).map(({ commandId }) => commandId)).toEqual(['place-1']);
  expect(denialsOf(stage)).toEqual([]);
  expect(stage.engine.lives(EXECUTION)).toBe(true);
});
