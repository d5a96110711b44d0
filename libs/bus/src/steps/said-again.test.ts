import { codecs, subjects } from '@algo/contracts';
import { expect, test } from '@jest/globals';
import type { Bus, Clock, InboundMessage } from '../bus.ts';
import { SimulatedServer } from '../simulated/simulated-bus.ts';
import { VirtualClock } from '../simulated/virtual-clock.ts';
import { bucketSnapshots } from './snapshot-store.ts';
import { type Producer, StepInbox } from './step-inbox.ts';
import { StepLoop, type StepMachine } from './step-loop.ts';
import { StepSource } from './step-source.ts';

const clock: Clock = { nowMs: () => 0, sleep: () => new Promise((resolve) => setImmediate(resolve)) };
const fact = (subject: string, id: string) => ({
  ...{ subject, id, type: 'algo.v1.Test', timeUs: 1 },
  data: new TextEncoder().encode(id),
});

/** A service that says what `says` makes of each trade message, and remembers all it heard. */
function start(
  bus: Bus,
  from: Producer,
  parts: {
    liveEpoch?: number;
    saysAfterInputsStored?: boolean;
    says?: (message: InboundMessage) => readonly ReturnType<typeof fact>[];
    heard?: string[];
  },
): Promise<StepLoop> {
  const machine: StepMachine = {
    handle: (message, context) => {
      parts.heard?.push(message.id);
      for (const said of parts.says?.(message) ?? []) context.emit(said);
    },
    snapshot: () => new Uint8Array(),
  };
  return StepLoop.start({
    ...{ bus, clock, plan: { forward: [from], feedback: [] }, restore: () => machine },
    ...{ snapshots: bucketSnapshots(bus.bucket('snapshots'), bus.identity), snapshotIntervalMs: 60_000 },
    liveEpoch: parts.liveEpoch ?? 1,
    saysAfterInputsStored: parts.saysAfterInputsStored ?? false,
  });
}

async function until(holds: () => boolean): Promise<void> {
  for (let i = 0; i < 10_000 && !holds(); i++) await new Promise((resolve) => setImmediate(resolve));
}

const TRADES: Producer = { name: 'ingest-0', families: ['md.trades'] };
const STATES: Producer = { name: 'analytics-0', families: ['an.state'] };

test('two facts of a step that are equal in every field leave no hole in the lane', async () => {
  const server = new SimulatedServer(new VirtualClock());
  const equal = fact('an.state.3.v.m.S', 'unchanged');
  const heard: string[] = [];
  await using _analytics = await start(server.bus('analytics-0'), TRADES, { says: () => [equal, equal] });
  await using decision = await start(server.bus('decision-0'), STATES, { heard });
  await using source = await StepSource.open({
    ...{ bus: server.bus('ingest-0'), clock, waitFor: ['decision-0'], window: 8, snapshotIntervalMs: 60_000 },
    snapshots: bucketSnapshots(server.bus('ingest-0').bucket('snapshots'), 'ingest-0'),
  });
  for (const step of [10, 20])
    await source.give(step, step, [fact('md.trades.3.v.m.S', `t${step}`)], () => new Uint8Array());
  await until(() => decision.step === 20);
  expect(decision.step).toBe(20);
  expect(heard).toEqual(['unchanged', 'unchanged', 'unchanged', 'unchanged']);
});

test('what a killed process says again live, in a lane of its new life, reaches a reader once, and all that follows', async () => {
  const server = new SimulatedServer(new VirtualClock());
  const says = (message: InboundMessage) => [fact('an.state.3.v.m.S', `state after ${message.id}`)];
  const heard: string[] = [];
  await using _decision = await start(server.bus('decision-0'), STATES, { heard });
  const ingest = server.bus('ingest-0');
  const give = (count: number) =>
    ingest.publish({
      ...fact('md.trades.3.v.m.S', `t${count}`),
      lane: { producer: 'ingest-0', epoch: 1, count },
    });
  const first = await start(server.bus('analytics-0'), TRADES, { says, liveEpoch: 1 });
  for (const count of [1, 2, 3]) await give(count);
  await until(() => heard.length === 3);
  first.abandon();
  // No snapshot was taken: the new life goes through all of it again.
  await using _second = await start(server.bus('analytics-0'), TRADES, { says, liveEpoch: 2 });
  await give(4);
  await until(() => heard.length === 4);
  expect(heard).toEqual([1, 2, 3, 4].map((count) => `state after t${count}`));
});

test('what a process says at once in the middle of a replay does not end its lane of the replay', async () => {
  const server = new SimulatedServer(new VirtualClock());
  const says = (message: InboundMessage) => [fact('an.state.3.v.m.S', `state after ${message.id}`)];
  const heard: string[] = [];
  await using analytics = await start(server.bus('analytics-0'), TRADES, { says, liveEpoch: 7 });
  const first = await start(server.bus('decision-0'), STATES, { heard });
  await using source = await StepSource.open({
    ...{ bus: server.bus('ingest-0'), clock, waitFor: ['decision-0'], window: 8, snapshotIntervalMs: 60_000 },
    snapshots: bucketSnapshots(server.bus('ingest-0').bucket('snapshots'), 'ingest-0'),
  });
  const give = (step: number) =>
    source.give(step, step, [fact('md.trades.3.v.m.S', `t${step}`)], () => new Uint8Array());
  await give(10);
  await until(() => first.step === 10);
  await analytics.inject((context) => context.emit(fact('an.state.3.v.m.S', 'a person halted it')));
  await until(() => heard.length === 2);
  await give(20);
  await until(() => first.step === 20);
  expect(first.step).toBe(20);
  await first[Symbol.asyncDispose]();
  // The snapshot tells both lanes apart too.
  await using second = await start(server.bus('decision-0'), STATES, { heard });
  await analytics.inject((context) => context.emit(fact('an.state.3.v.m.S', 'and resumed it')));
  await give(30);
  await until(() => second.step === 30);
  expect(heard.toSorted()).toEqual(
    [
      'a person halted it',
      'and resumed it',
      ...[10, 20, 30].map((step) => `state after t${step}`),
    ].toSorted(),
  );
});

test('a snapshot taken while messages wait does not take them for repeats when they are read again', () => {
  const inbox = new StepInbox({ forward: [TRADES], feedback: [] });
  const live = (sequence: number, place: { epoch: number; count: number } | undefined): InboundMessage => ({
    ...fact(place === undefined ? 'ctl.mode.a' : 'md.trades.3.v.m.S', `m${sequence}`),
    ...{ sequence, deliveries: 1, stream: place === undefined ? 'CONTROL' : 'MARKET' },
    ...(place === undefined ? {} : { lane: { producer: 'ingest-0', ...place } }),
  });
  const messages = [
    live(1, { epoch: 1, count: 1 }),
    live(2, { epoch: 1, count: 2 }),
    live(3, { epoch: 2, count: 1 }),
    live(4, undefined),
  ];
  for (const message of messages) inbox.admit(message);
  expect(inbox.takeFree()?.id).toBe('m1');
  const restored = new StepInbox({ forward: [TRADES], feedback: [] }, inbox.snapshot());
  for (const message of messages) restored.admit(message);
  const taken = [];
  for (let next = restored.takeFree(); next !== undefined; next = restored.takeFree()) taken.push(next.id);
  expect(taken).toEqual(['m2', 'm3', 'm4']);
});

test('who says nothing before its inputs are stored waits for the stream, whatever signals say', async () => {
  const server = new SimulatedServer(new VirtualClock());
  const ingest = server.bus('ingest-0');
  const heard: string[] = [];
  const said: string[] = [];
  const says = (message: InboundMessage) => [fact('an.state.3.v.m.S', `state after ${message.id}`)];
  const parts = { says, heard, saysAfterInputsStored: true };
  await using loop = await start(server.bus('analytics-0'), TRADES, parts);
  await using _ = await server
    .bus('reader')
    .follow({ stream: 'ANALYTICS', subjects: ['an.state.>'], after: 0 }, ({ id }) => void said.push(id));
  const place = { producer: 'ingest-0', epoch: 0, count: 1, step: 10 };
  await ingest.publish({ ...fact('md.trades.3.v.m.S', 't1'), lane: place });
  const mark = codecs.StepMark.encode({
    ...{ producer: 'ingest-0', after: 0, steps: [10], eventTimesUs: [10] },
    lanes: [{ lane: 'md.trades.3', count: 1 }],
  });
  ingest.signal(subjects.stepSignal('ingest-0'), mark);
  await until(() => loop.step === 10);
  for (let i = 0; i < 100; i++) await new Promise((resolve) => setImmediate(resolve));
  expect({ heard, said }).toEqual({ heard: ['t1'], said: [] });
  let isWithinReach = false;
  const reach = loop.inputsStored().then(() => {
    isWithinReach = true;
  });
  expect(isWithinReach).toBe(false);
  await ingest.publish({
    ...{
      subject: subjects.stepMark('ingest-0'),
      type: codecs.StepMark.type,
      id: 'mark',
      timeUs: 10,
      data: mark,
    },
    lane: place,
  });
  await reach;
  await until(() => said.length > 0);
  expect(said).toEqual(['state after t1']);
});
