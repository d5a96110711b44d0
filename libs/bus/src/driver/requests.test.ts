import { expect, test } from 'vitest';
import type { Requests, Ticket } from '../drive-plan.ts';
import {
  type BenchSay,
  DriveBench,
  notify,
  type Own,
  type React,
  type Request,
  RISK,
  TIME,
} from '../testing/drive-bench.ts';

/** Hands that do nothing by themselves: the test holds the tickets. */
class Hands implements Requests<Request, Own> {
  readonly tickets: { readonly id: string; readonly ticket: Ticket<Own> }[] = [];
  readonly left: string[] = [];
  readonly held: string[] = [];

  terms({ id, key, withdraws }: Request) {
    const effect = id.startsWith('ask') ? 'none' : id.startsWith('tell') ? 'again' : 'once';
    return { key, priority: id.includes('urgent') ? 2 : 1, effect, withdraws: withdraws ?? false } as const;
  }

  carryOut({ id }: Request, ticket: Ticket<Own>): void {
    this.tickets.push({ id, ticket });
  }

  withdrawn({ id }: Request): Own[] {
    return [{ name: 'Recalled', body: id }];
  }

  of(id: string): Ticket<Own> {
    return this.tickets.find((each) => each.id === id)!.ticket;
  }

  leave(id: string): void {
    this.of(id).leave((mayGo) => (mayGo ? this.left : this.held).push(id));
  }

  get begun(): string[] {
    return this.tickets.map(({ id }) => id);
  }
}

/** Asks for what the input's number stands for, and says what it is told. */
const asks =
  (list: readonly (readonly Request[])[]): React =>
  (seen, say: BenchSay) => {
    const [name, n] = seen.at(-1)!.split(' ');
    if (name !== 'time') notify(say, seen.at(-1)!);
    else for (const request of list[Number(n) - 1] ?? []) say.request(request);
  };

const ORDER: Request = { id: 'order', key: 'k' };
const CANCEL: Request = { id: 'cancel', key: 'k', withdraws: true };

test('intent, leaving and outcome are on disk before what rests on them', async () => {
  const bench = new DriveBench({ flushMs: 10 });
  const hands = new Hands();
  const driver = await bench.start(asks([[ORDER]]), { reads: [TIME], requests: hands });
  await bench.tellTime(1);
  expect([bench.log.last, hands.begun, hands.of('order').past]).toEqual([0, ['order'], 'never sent']);
  hands.leave('order');
  expect(hands.left).toEqual([]);
  await bench.rest(15); // one flush has both
  expect([bench.log.last, hands.left]).toEqual([2, ['order']]);
  hands.of('order').settle([{ name: 'Filled', body: 3 }]);
  expect([driver.taken, await bench.notes()]).toEqual([1, []]);
  await bench.rest(15);
  expect([driver.taken, await bench.notes()]).toEqual([2, ['1/1 Filled 3']]);
});

test('what is said beside an order waits until the order has left, five milliseconds at most', async () => {
  const leaves: React = (seen, say) => {
    if (seen.at(-1) === 'time 1') say.request(ORDER);
    notify(say, seen.at(-1)!);
  };
  const after = async (flushMs: number, restMs: number) => {
    const bench = new DriveBench({ flushMs });
    const hands = new Hands();
    hands.carryOut = ({ id }, ticket) => ticket.leave(() => hands.left.push(id));
    await bench.start(leaves, { reads: [TIME], requests: hands });
    await bench.tellTime(1);
    await bench.rest(restMs);
    return [hands.left, await bench.notes()];
  };
  expect(await after(3, 0)).toEqual([[], []]);
  expect(await after(3, 4)).toEqual([['order'], ['1/1 time 1']]);
  expect(await after(1_000, 0)).toEqual([[], []]);
  expect(await after(1_000, 6)).toEqual([[], ['1/1 time 1']]);
});

const TELL: Request = { id: 'tell', key: 't' };
const ASK: Request = { id: 'ask', key: 'a' };

test('what is told waits until the order of inputs behind it is on disk; a question does not', async () => {
  const bench = new DriveBench({ flushMs: 10 });
  const hands = new Hands();
  await bench.start(asks([[ASK, TELL, { id: 'tell more', key: 'm' }]]), { reads: [TIME], requests: hands });
  await bench.tellTime(1);
  expect([bench.log.last, hands.begun]).toEqual([0, ['ask']]);
  await bench.rest(15);
  expect([bench.log.last, hands.begun]).toEqual([1, ['ask', 'tell', 'tell more']]);
});

test('what was told outside is so in the next life: it takes the same inputs in the same order', async () => {
  const bench = new DriveBench({ flushMs: 10 });
  const tells: React = (seen, say) => {
    if (seen.at(-1) === 'time 2') say.request({ id: `tell ${seen.join()}`, key: 't' });
  };
  const plan = { reads: [RISK, TIME] };
  const hands = new Hands();
  const first = await bench.start(tells, { ...plan, requests: hands });
  await bench.tellTime(1);
  await bench.tellRisk(1);
  await bench.tellTime(2);
  await bench.rest(15);
  bench.kill(first); // it has said nothing that any stream holds
  const again = new Hands();
  await (await bench.start(tells, { ...plan, requests: again })).restored;
  await bench.rest(15);
  expect([hands.begun.length, again.begun]).toEqual([1, hands.begun]);
});

test('an outcome that a kill kept from the disk was never told; the next life asks', async () => {
  const bench = new DriveBench({ flushMs: 10 });
  const hands = new Hands();
  const plan = { reads: [TIME], requests: hands };
  const first = await bench.start(asks([[ORDER]]), plan);
  await bench.tellTime(1);
  await bench.rest(15);
  hands.leave('order');
  await bench.rest(15);
  hands.of('order').settle([{ name: 'Filled', body: 3 }]);
  bench.kill(first);
  const again = new Hands();
  const second = await bench.start(asks([[ORDER]]), { ...plan, requests: again });
  await second.restored;
  expect([await bench.notes(), again.begun, again.of('order').past]).toEqual([
    [],
    ['order'],
    'may have left',
  ]);
  again.of('order').settle([{ name: 'Found', body: 3 }]);
  await bench.rest(15);
  expect(await bench.notes()).toEqual(['2/1 Found 3']);
});

test('who would send again what may have left already is stopped', async () => {
  const bench = new DriveBench();
  const hands = new Hands();
  const first = await bench.start(asks([[ORDER]]), { reads: [TIME], requests: hands });
  await bench.tellTime(1);
  hands.leave('order');
  bench.kill(first);
  const again = new Hands();
  const second = await bench.start(asks([[ORDER]]), { reads: [TIME], requests: again });
  await second.restored;
  again.leave('order');
  expect([again.left, again.held]).toEqual([[], []]);
  expect((await second.closed)?.message).toContain('ask about it, never send it again');
});

test('what never left is begun anew in the next life', async () => {
  const bench = new DriveBench();
  const first = await bench.start(asks([[ORDER]]), { reads: [TIME], requests: new Hands() });
  await bench.tellTime(1);
  bench.kill(first);
  const again = new Hands();
  await (await bench.start(asks([[ORDER]]), { reads: [TIME], requests: again })).restored;
  expect(again.of('order').past).toBe('never sent');
  again.leave('order');
  expect(again.left).toEqual(['order']);
});

test('what is withdrawn before it left never leaves; what withdrew it needs no doing', async () => {
  const bench = new DriveBench({ flushMs: 10 });
  const hands = new Hands();
  const driver = await bench.start(asks([[ORDER], [CANCEL]]), { reads: [TIME], requests: hands });
  await bench.tellTime(1);
  await bench.rest(15);
  hands.leave('order'); // on its way to the disk when it is withdrawn
  await bench.tellTime(2);
  await bench.rest(30);
  expect([hands.left, hands.held, hands.begun]).toEqual([[], ['order'], ['order']]);
  expect(bench.seen).toEqual(['time 1', 'time 2', 'Recalled "order"']);
  hands.of('order').settle([{ name: 'Filled', body: 'too late' }]);
  await bench.rest(30);
  expect(driver.taken).toBe(3);
  bench.kill(driver);
  const again = new Hands();
  await (await bench.start(asks([[ORDER], [CANCEL]]), { reads: [TIME], requests: again })).restored;
  expect([again.begun, bench.divergences]).toEqual([[], []]);
});

test('what was withdrawn when everything was killed is not begun in the next life', async () => {
  const bench = new DriveBench({ flushMs: 10 });
  const list = asks([[ORDER], [CANCEL]]);
  const says: React = (seen, say) => {
    list(seen, say);
    notify(say, seen.join());
  };
  const first = await bench.start(says, { reads: [TIME], requests: new Hands() });
  await bench.tellTime(1);
  await bench.rest(15);
  await bench.tellTime(2); // the word is stored, the record of the withdrawal is not
  bench.kill(first);
  const again = new Hands();
  await (await bench.start(says, { reads: [TIME], requests: again })).restored;
  await bench.rest(30);
  expect([again.begun, bench.seen.at(-1)]).toEqual([[], 'Recalled "order"']);
});

test('what has left is not withdrawn: the cancel goes when the order has come to its end', async () => {
  const bench = new DriveBench();
  const hands = new Hands();
  await bench.start(asks([[ORDER], [CANCEL]]), { reads: [TIME], requests: hands });
  await bench.tellTime(1);
  hands.leave('order');
  await bench.tellTime(2);
  expect([hands.left, hands.begun]).toEqual([['order'], ['order']]);
  hands.of('order').settle([{ name: 'Accepted', body: 1 }]);
  expect(hands.begun).toEqual(['order', 'cancel']);
});

test('one key keeps its order, others go beside it, so many at a time, the urgent at once', async () => {
  const bench = new DriveBench();
  const hands = new Hands();
  const many = Array.from({ length: 40 }, (_, i) => ({ id: `ask${i}`, key: `k${i}` }));
  const more = [
    { id: 'ask-next', key: 'k0' },
    { id: 'ask-urgent', key: 'u' },
  ];
  await bench.start(asks([many, more]), { reads: [TIME], requests: hands });
  await bench.tellTime(1);
  await bench.tellTime(2);
  expect(hands.begun).toEqual([...many.slice(0, 32).map(({ id }) => id), 'ask-urgent']);
  hands.of('ask3').settle([]);
  expect(hands.begun.at(-1)).toBe('ask32');
  for (let i = 0; i < 40; i++) if (i !== 3) hands.of(`ask${i}`)?.settle([]);
  expect(hands.begun.slice(0, 2)).toEqual(['ask0', 'ask1']);
  expect(hands.begun).toContain('ask-next');
  expect(hands.begun).toHaveLength(42);
});

test('while more than ten thousand wait the machine takes nothing; later it goes on', async () => {
  const bench = new DriveBench();
  const hands = new Hands();
  const flood = Array.from({ length: 10_020 }, (_, i) => ({ id: `ask${i}`, key: `k${i}` }));
  const driver = await bench.start(asks([flood]), { reads: [TIME], requests: hands });
  await bench.tellTime(1);
  await bench.tellTime(2);
  expect(driver.taken).toBe(1);
  for (let i = 0; i < 30; i++) hands.tickets[i]!.ticket.settle([]);
  await bench.rest(1);
  expect(driver.taken).toBe(2);
});

test('while so many words wait for their stream the machine takes nothing; later it goes on', async () => {
  const bench = new DriveBench();
  const bus = bench.bus('notifier.a');
  const send = bus.say.bind(bus);
  const answers: (() => void)[] = [];
  const plan = { reads: [TIME], unstoredMax: 3 };
  const driver = await bench.start((seen, say) => notify(say, seen.at(-1)!), plan, { bus });
  bus.say = (message, done) => send(message, (result) => answers.push(() => done(result)));
  for (let n = 1; n <= 5; n++) await bench.tellTime(n);
  expect(driver.taken).toBe(3);
  answers[0]!();
  await bench.rest(1);
  expect(driver.taken).toBe(4);
});
