import { InputError } from '@algo/model';
import { expect, test } from 'vitest';
import type { OutboundMessage } from '../bus.ts';
import { MemoryLog } from '../memory/memory-log.ts';
import { DriveBench, mark, notify, type React, RISK, TIME } from '../testing/drive-bench.ts';
import { memorySnapshots } from '../testing/drive-world.ts';
import { PoisonedLaneError } from './streams-read.ts';

/** Says all that it has seen, at each input: a word that any other order of inputs would change. */
const tellsAll: React = (seen, say) => notify(say, seen.join(', '));

test('inputs whose order decides are taken in that of the first life, whatever arrives first', async () => {
  const bench = new DriveBench();
  const first = await bench.start(tellsAll);
  await bench.tellTime(1);
  await bench.tellRisk(2);
  await bench.tellTime(3);
  const { seen } = bench;
  const notes = await bench.notes();
  expect(notes.at(-1)).toBe('1/3 time 1, risk 2, time 3');
  bench.kill(first);
  const second = await bench.start(tellsAll, { reads: [RISK, TIME] });
  await second.restored;
  expect([bench.seen, second.taken, second.epoch]).toEqual([seen, 3, 2]);
  expect(await bench.notes()).toEqual(notes);
  await bench.tellRisk(4);
  expect(await bench.notes()).toEqual([...notes, '2/4 time 1, risk 2, time 3, risk 4']);
  expect(bench.divergences).toEqual([]);
});

test('behind what the words tell, any order is right', async () => {
  const bench = new DriveBench();
  const speaksOnce: React = (seen, say) => seen.length === 1 && notify(say, seen.join());
  const first = await bench.start(speaksOnce);
  for (const n of [1, 3]) await bench.tellTime(n);
  await bench.tellRisk(2);
  bench.kill(first);
  const second = await bench.start(speaksOnce, { reads: [RISK, TIME] });
  await second.restored;
  await bench.rest();
  expect(bench.seen).toEqual(['time 1', 'risk 2', 'time 3']);
  expect(await bench.notes()).toEqual(['1/1 time 1']);
});

test('who has nothing to say tells its order after a second, and a new life keeps it', async () => {
  const bench = new DriveBench();
  const first = await bench.start(() => {});
  await bench.tellTime(1);
  await bench.tellRisk(2);
  await bench.tellTime(3);
  await bench.rest(3_000);
  const orders = await bench.said('SYSTEM', 'sys.order.>');
  expect(orders).toEqual(['1/1 InputsTaken']);
  const { seen } = bench;
  bench.kill(first);
  await (await bench.start(() => {}, { reads: [RISK, TIME] })).restored;
  expect(bench.seen).toEqual(seen);
  expect(bench.divergences).toEqual([]);
});

test('a silent machine whose streams take turns goes on, and tells its order in between', async () => {
  const bench = new DriveBench();
  const driver = await bench.start(() => {});
  for (let n = 1; n <= 400; n++) {
    await bench.tellTime(n);
    await bench.tellRisk(n);
  }
  expect(driver.taken).toBe(800);
  expect((await bench.said('SYSTEM', 'sys.order.>')).length).toBeGreaterThan(4);
});

/** Notifications are stored late, everything else at once. */
const SLOW_NOTES = {
  storeMs: ({ subject }: OutboundMessage) => (subject.startsWith('sys.notification') ? 1_000 : 0),
  ackMs: () => 0,
};

test('a word that was lost is said again, the one behind it in another stream is not', async () => {
  const bench = new DriveBench({ wire: SLOW_NOTES });
  const react: React = (seen, say) => {
    if (seen.length === 1) notify(say, 'lost');
    if (seen.length === 2) mark(say, '7');
  };
  const first = await bench.start(react);
  await bench.tellTime(1);
  await bench.tellRisk(2);
  await bench.rest(10);
  bench.kill(first);
  expect([await bench.notes(), await bench.marks()]).toEqual([[], ['1/1 7']]);
  await (await bench.start(react, { reads: [RISK, TIME] })).restored;
  await bench.rest(2_000);
  expect([await bench.notes(), await bench.marks()]).toEqual([['2/1 lost'], ['1/1 7']]);
  expect(bench.seen.slice(0, 2)).toEqual(['time 1', 'risk 2']);
  expect(bench.divergences).toEqual([]);
});

test('an old process that wakes up is heard by nobody, and its snapshot replaces none', async () => {
  const bench = new DriveBench();
  bench.snapshots = memorySnapshots();
  const old = await bench.start(tellsAll, { reads: [TIME] });
  await bench.tellTime(1);
  const young = await bench.start(tellsAll, { reads: [TIME] });
  await bench.tellTime(2);
  await bench.rest(2_000);
  await bench.tellTime(3);
  await bench.rest(10); // so that nothing comes for a moment
  expect((await old.closed)?.message).toContain('another process named notifier.a began life 2');
  const stored = await bench.notes();
  expect(stored).toEqual(expect.arrayContaining(['1/2 time 1, time 2', '2/2 time 1, time 2']));
  bench.kill(young);
  const next = await bench.start(tellsAll, { reads: [TIME] });
  await next.restored;
  expect([next.epoch, next.taken, bench.divergences]).toEqual([3, 3, []]);
  expect((await bench.notes()).length).toBe(stored.length);
});

test('a machine of another build is named; what was said stands, and it goes on behind that', async () => {
  const bench = new DriveBench();
  const first = await bench.start((seen, say) => notify(say, `old ${seen.length}`));
  for (const n of [1, 2]) await bench.tellTime(n);
  bench.kill(first);
  const second = await bench.start((seen, say) => notify(say, `new ${seen.length}`));
  await second.restored;
  await bench.tellTime(3);
  expect(await bench.notes()).toEqual(['1/1 old 1', '1/2 old 2', '2/3 new 3']);
  expect(bench.divergences.map(({ input, at }) => [input, at])).toEqual([[1, 'sys.notification/1']]);
  expect(Buffer.from(bench.divergences[0]!.had.data).toString()).toContain('old 1');
});

test('a machine of another build that says less goes on behind what was said', async () => {
  const bench = new DriveBench();
  const first = await bench.start((_, say) => {
    for (const _ of [1, 2]) notify(say, 'old');
  });
  await bench.tellTime(1);
  bench.kill(first);
  await bench.start((seen, say) => seen.length > 1 && notify(say, 'new'));
  await bench.tellTime(2);
  expect(await bench.notes()).toEqual(['1/1 old', '1/2 old', '2/3 new']);
  expect(bench.divergences.map(({ at, got }) => [at, got])).toEqual([['sys.notification/1', undefined]]);
});

test('who is stopped goes on from its last snapshot and takes nothing twice', async () => {
  const bench = new DriveBench();
  bench.snapshots = memorySnapshots();
  const first = await bench.start(tellsAll);
  for (const n of [1, 2]) await bench.tellTime(n);
  await bench.passing(first[Symbol.asyncDispose]());
  expect(await first.closed).toBeUndefined();
  const second = await bench.start(tellsAll);
  await second.restored;
  expect([second.taken, bench.seen]).toEqual([2, ['time 1', 'time 2']]);
  await bench.tellRisk(3);
  expect((await bench.notes()).at(-1)).toBe('2/3 time 1, time 2, risk 3');
});

test('a snapshot waits until everything said up to it is stored', async () => {
  const bench = new DriveBench({ wire: SLOW_NOTES });
  bench.snapshots = memorySnapshots();
  const driver = await bench.start(tellsAll);
  const saved = async () => new TextDecoder().decode((await bench.snapshots.load())!);
  await bench.rest(1_500);
  await bench.tellTime(1);
  await bench.rest(900);
  expect(await saved()).not.toContain('time 1');
  await bench.rest(200);
  expect(await saved()).toContain('time 1');
  bench.kill(driver);
});

test.each([
  ['of another process', { identity: 'notifier.b' }, 'snapshot identity'],
  ['whose log is gone', {}, 'own log of notifier.a'],
])('a snapshot %s is refused by name', async (_, more, field) => {
  const bench = new DriveBench();
  bench.snapshots = memorySnapshots();
  const first = await bench.start(tellsAll);
  first.inject({ name: 'Knock', body: {} });
  await bench.passing(first[Symbol.asyncDispose]());
  const other = new DriveBench();
  const starting = bench.start(tellsAll, {}, { log: other.log, ...more });
  await expect(starting).rejects.toThrow(InputError);
  await expect(starting).rejects.toThrow(field);
});

test('a producer that no plan names is refused by name', async () => {
  const bench = new DriveBench();
  const driver = await bench.start(tellsAll);
  await bench.tellRisk(1, 'stranger');
  const error = await driver.closed;
  expect(error).toBeInstanceOf(InputError);
  expect(error?.message).toMatch(/stranger.*risk\.evt\.a.*Add the process to the plan/s);
});

test('what can not be read stops the machine where money runs, and is set aside elsewhere', async () => {
  const bench = new DriveBench();
  const driver = await bench.start(tellsAll);
  const broken = (subject: string) => ({
    ...{ subject, type: 'algo.v1.TimeAdvanced', id: subject, timeUs: 1, data: new Uint8Array([255]) },
  });
  await bench.bus('somebody').publish(broken('md.time.y'));
  await bench.tellTime(1);
  expect(bench.seen).toEqual(['time 1']);
  const letters = bench.bus('reader').read({ stream: 'DEAD_LETTERS', subjects: ['dlq.letter.>'], after: 0 });
  for await (const { subject } of letters) expect(subject).toBe('dlq.letter.MARKET.notifier.a');
  await bench.bus('somebody').publish(broken('risk.evt.a'));
  expect(await driver.closed).toBeInstanceOf(PoisonedLaneError);
});

test('a machine that says what its plan does not name is stopped with the reason', async () => {
  const bench = new DriveBench();
  const driver = await bench.start((_, say) => mark(say, '1'), { says: ['sys.notification'] });
  await bench.tellTime(1);
  expect((await driver.closed)?.message).toContain("which its plan doesn't name");
});

test('a life whose counter is lost goes on above the fences, so that what it says is heard', async () => {
  const bench = new DriveBench();
  const first = await bench.start(tellsAll);
  await bench.tellTime(1);
  bench.kill(first);
  await bench.bus('hand').bucket('leases').delete('life.notifier.a');
  const second = await bench.start(tellsAll);
  await second.restored;
  await bench.tellTime(2);
  expect([second.epoch, await bench.notes()]).toEqual([2, ['1/1 time 1', '2/2 time 1, time 2']]);
});

test('a log that is gone, on which words rest, is told by name before anything is asked', async () => {
  const bench = new DriveBench();
  const first = await bench.start(tellsAll);
  first.inject({ name: 'Knock', body: {} });
  await bench.tellTime(1);
  bench.kill(first);
  bench.log = new MemoryLog();
  const start = bench.start(tellsAll);
  await expect(start).rejects.toThrow(/own log of .*what it said rests on those up to 1/s);
});

test('words that their stream has let go since the snapshot are told by name', async () => {
  const bench = new DriveBench({ messagesMax: 4 });
  bench.snapshots = memorySnapshots();
  const first = await bench.start(tellsAll);
  await bench.rest(1_500);
  await bench.tellTime(1);
  await bench.rest(10); // so that nothing comes for a moment
  const saved = (await bench.snapshots.load())!;
  for (let n = 2; n < 20; n++) await bench.tellTime(n);
  bench.kill(first);
  bench.snapshots = { load: async () => saved, save: async () => {} };
  await expect(bench.start(tellsAll)).rejects.toThrow(/stream SYSTEM.*what it said since then is gone/s);
});
