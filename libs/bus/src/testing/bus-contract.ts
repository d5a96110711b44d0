import { ContractError, encodeFact, type Fact, subjects } from '@algo/contracts';
import { expect, test } from 'vitest';
import type { Bus, DurableOptions, InboundMessage, OutboundMessage } from '../bus.ts';
import { FactMessage } from '../fact-message.ts';

/** What a driver must offer so that the suite can run on it. */
export interface BusWorld extends AsyncDisposable {
  bus(identity: string): Promise<Bus>;
}

export const CONTRACT_DURABLES: readonly DurableOptions[] = [
  {
    stream: 'SYSTEM',
    durable: 'contract-skip',
    subjects: ['sys.service.skip'],
    deliveriesMax: 3,
    ackWaitMs: 5_000,
    pendingMax: 100,
  },
];

export function message(
  subject: string,
  id: string,
  text: string,
  more: Partial<OutboundMessage> = {},
): OutboundMessage {
  return {
    subject,
    type: 'algo.v1.Test',
    id,
    timeUs: 1_750_507_467_356_000,
    data: new TextEncoder().encode(text),
    ...more,
  };
}

export function text(m: Pick<InboundMessage, 'data'>): string {
  return new TextDecoder().decode(m.data);
}

async function until(what: string, holds: () => boolean): Promise<void> {
  for (let i = 0; i < 2_000; i++) {
    if (holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  throw new Error(`never came: ${what}`);
}

/** The contract of every bus driver. */
export function busContract(open: () => Promise<BusWorld>): void {
  test('what is published is stored once, in order, with its attributes', async () => {
    await using world = await open();
    const bus = await world.bus('a-0');
    const lane = { producer: 'a-0', epoch: 2, count: 7 };
    const runs = [
      { source: 'MARKET', sequence: 9, taken: 3 },
      { source: 'OWN', sequence: 2, taken: 4 },
    ] as const;
    const order = { taken: 4, since: 1, runs };
    const first = await bus.publish(message('sys.service.x', 'one', '1', { lane, order }));
    const again = await bus.publish(message('sys.service.x', 'one', '1', { lane, order }));
    const second = await bus.publish(message('sys.service.x', 'two', '2'));
    expect(again).toEqual({ sequence: first.sequence, duplicate: true });
    expect(second.sequence).toBe(first.sequence + 1);
    expect(await bus.publish(message('sys.service.x', 'two', '2'))).toEqual({ ...second, duplicate: true });
    const read: InboundMessage[] = [];
    for await (const m of bus.read({ stream: 'SYSTEM', subjects: ['sys.service.>'], after: 0 })) read.push(m);
    expect(read.map((m) => [m.id, text(m), m.type, m.timeUs])).toEqual([
      ['one', '1', 'algo.v1.Test', 1_750_507_467_356_000],
      ['two', '2', 'algo.v1.Test', 1_750_507_467_356_000],
    ]);
    expect([read[0]!.lane, read[0]!.order]).toEqual([lane, order]);
    expect([read[1]!.lane, read[1]!.order]).toEqual([undefined, undefined]);
    expect((await bus.last('SYSTEM', 'sys.service.x'))?.id).toBe('two');
    expect((await bus.last('SYSTEM', 'sys.service.>'))?.id).toBe('two');
    expect(await bus.last('SYSTEM', 'sys.service.nobody')).toBeUndefined();
  });

  test('a fact that is said is read as the same fact, and its bytes are those of its contract', async () => {
    await using world = await open();
    const bus = await world.bus('a-0');
    const fact: Fact<'InputsTaken'> = { name: 'InputsTaken', body: { producer: 'a-0', taken: 7 } };
    const lane = { producer: 'a-0', epoch: 1, count: 1 };
    const said = Promise.withResolvers<unknown>();
    bus.say(FactMessage.said(fact, { identity: 'a-0', account: '' }, { lane }), said.resolve);
    expect(await said.promise).toMatchObject({ sequence: 1, duplicate: false });
    const stored = (await bus.last('SYSTEM', 'sys.order.a-0'))!;
    expect(stored.fact).toEqual(fact);
    expect([stored.type, stored.id]).toEqual(['algo.v1.InputsTaken', 'a-0/sys.order/1']);
    expect([...stored.data]).toEqual([...encodeFact('InputsTaken', fact.body)]);
    await bus.publish(message('sys.order.a-0', 'odd', 'no fact'));
    const odd = (await bus.last('SYSTEM', 'sys.order.a-0'))!;
    expect(() => odd.fact).toThrow(ContractError);
  });

  test('a stream says which sequences it holds, and takes the fences of those who write it', async () => {
    await using world = await open();
    const bus = await world.bus('a-0');
    expect(await bus.bounds('SYSTEM')).toEqual({ first: 1, last: 0 });
    await bus.publish(message('sys.service.x', 'one', '1'));
    await bus.publish(message(subjects.fence('SYSTEM', 'a-0'), 'fence', ''));
    expect(await bus.bounds('SYSTEM')).toEqual({ first: 1, last: 2 });
  });

  test("the server's clock goes on, and is the one by which it stores", async () => {
    await using world = await open();
    const bus = await world.bus('a-0');
    const beforeMs = await bus.serverMs('SYSTEM');
    await bus.publish(message('sys.service.x', 'one', '1'));
    const storedMs = (await bus.last('SYSTEM', 'sys.service.x'))!.storedUs / 1_000;
    const afterMs = await bus.serverMs('SYSTEM');
    expect(afterMs).toBeGreaterThanOrEqual(beforeMs);
    if (storedMs === 0) return; // a bus in memory writes no time down
    expect(storedMs).toBeGreaterThanOrEqual(beforeMs);
    expect(storedMs).toBeLessThanOrEqual(afterMs + 1);
  });

  test('two equal facts at two places of a lane are stored both, and followed both', async () => {
    await using world = await open();
    const bus = await world.bus('a-0');
    const counts: number[] = [];
    await using _ = await bus.follow({ stream: 'SYSTEM', subjects: ['sys.service.>'], after: 0 }, (m) => {
      counts.push(m.lane!.count);
    });
    for (const count of [1, 2, 2, 3])
      await bus.publish(
        message('sys.service.x', 'same', '1', { lane: { producer: 'a-0', epoch: 1, count } }),
      );
    await until('the third', () => counts.length === 3);
    expect(counts).toEqual([1, 2, 3]);
  });

  test('a follower gets what was there, then what comes, from the sequence it names, filtered', async () => {
    await using world = await open();
    const bus = await world.bus('a-0');
    await bus.publish(message('sys.service.x', '1', '1'));
    const { sequence } = await bus.publish(message('sys.service.y', '2', '2'));
    await bus.publish(message('sys.service.x', '3', '3'));
    const got: string[] = [];
    await using _ = await bus.follow(
      { stream: 'SYSTEM', subjects: ['sys.service.x'], after: sequence },
      (m) => {
        got.push(text(m));
      },
    );
    await until('the stored message', () => got.length === 1);
    await bus.publish(message('sys.service.y', '4', '4'));
    await bus.publish(message('sys.service.x', '5', '5'));
    await until('the new message', () => got.length === 2);
    expect(got).toEqual(['3', '5']);
  });

  test('a slow follower holds the flow back and loses nothing', async () => {
    await using world = await open();
    const bus = await world.bus('a-0');
    for (let i = 0; i < 1_500; i++) void bus.publish(message('sys.service.x', `m${i}`, String(i)));
    await bus.flush();
    const got: number[] = [];
    let working = 0;
    let most = 0;
    await using _ = await bus.follow(
      { stream: 'SYSTEM', subjects: ['sys.service.x'], after: 0 },
      async (m) => {
        most = Math.max(most, ++working);
        if (got.length % 100 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
        got.push(Number(text(m)));
        working--;
      },
    );
    await until('all of them', () => got.length === 1_500);
    expect(most).toBe(1);
    expect(got).toEqual(Array.from({ length: 1_500 }, (_, i) => i));
  });

  test('a durable consumer acknowledges after the effect, tries again, and buries what it can never read', async () => {
    await using world = await open();
    const bus = await world.bus('a-0');
    for (const t of ['good', 'flaky', 'bad', 'hopeless', 'last'])
      await bus.publish(message('sys.service.skip', t, t));
    const seen: string[] = [];
    const done: string[] = [];
    const options = CONTRACT_DURABLES[0]!;
    {
      await using _ = await bus.consume(options, async (m) => {
        seen.push(text(m));
        if (text(m) === 'bad') throw new Error('cannot read it');
        if (text(m) === 'hopeless') return 'retry';
        if (text(m) === 'flaky' && m.deliveries === 1) return 'retry';
        done.push(text(m));
        return 'done';
      });
      await until(
        'the good ones',
        () =>
          done.includes('last') &&
          done.includes('flaky') &&
          seen.filter((t) => t === 'hopeless').length === 3,
      );
    }
    const letters = new Set<string>();
    for (let i = 0; i < 200 && letters.size < 2; i++)
      for await (const m of bus.read({ stream: 'DEAD_LETTERS', subjects: ['dlq.letter.>'], after: 0 }))
        letters.add(m.id);
    expect(letters.size).toBe(2);
    expect(done.toSorted()).toEqual(['flaky', 'good', 'last']);
    const again: string[] = [];
    await using _ = await bus.consume(options, async (m) => {
      again.push(text(m));
      return 'done';
    });
    await bus.publish(message('sys.service.skip', 'after', 'after'));
    await until('only the new one', () => again.length === 1);
    expect(again).toEqual(['after']);
  });

  test('a request is answered, a failure is said, silence is not an answer', async () => {
    await using world = await open();
    const asker = await world.bus('a-0');
    const server = await world.bus('b-0');
    await using _ = await server.serve('rpc.venue.test.submit', async (type, data) => {
      if (text({ data }) === 'boom') throw new Error('it broke');
      return { type: `${type}Reply`, data: new TextEncoder().encode(`${text({ data })}!`) };
    });
    const answer = await asker.request('rpc.venue.test.submit', 'Ask', new TextEncoder().encode('hi'), 2_000);
    expect([answer.type, text(answer)]).toEqual(['AskReply', 'hi!']);
    await expect(
      asker.request('rpc.venue.test.submit', 'Ask', new TextEncoder().encode('boom'), 2_000),
    ).rejects.toThrow('it broke');
    await expect(asker.request('rpc.venue.test.nobody', 'Ask', new Uint8Array(), 300)).rejects.toThrow(
      'rpc.venue.test.nobody',
    );
  });

  test('of many who compare and set, one wins', async () => {
    await using world = await open();
    const bus = await world.bus('a-0');
    const bucket = bus.bucket('leases');
    const revision = await bucket.compareAndSet('k', new Uint8Array([1]), 0);
    expect(revision).toBeGreaterThan(0);
    expect(await bucket.compareAndSet('k', new Uint8Array([2]), 0)).toBeUndefined();
    const racers = await Promise.all(
      Array.from({ length: 8 }, (_, i) => bucket.compareAndSet('k', new Uint8Array([i]), revision!)),
    );
    expect(racers.filter((won) => won !== undefined)).toHaveLength(1);
    await bucket.delete('k');
    expect(await bucket.get('k')).toBeUndefined();
    expect(await bucket.compareAndSet('k', new Uint8Array([9]), 0)).toBeGreaterThan(0);
    expect((await bucket.get('k'))?.value).toEqual(new Uint8Array([9]));
  });

  test('a key that is watched is told as it is, and whenever it changes', async () => {
    await using world = await open();
    const bus = await world.bus('a-0');
    const bucket = bus.bucket('leases');
    await bucket.put('k', new Uint8Array([1]));
    const told: (number | undefined)[] = [];
    {
      await using _ = await bus.watch('leases', 'k', (entry) => told.push(entry?.value[0]));
      await until('what is there', () => told.at(-1) === 1);
      await bucket.put('other', new Uint8Array([7]));
      await bucket.put('k', new Uint8Array([2]));
      await until('what it became', () => told.at(-1) === 2);
      await bucket.delete('k');
      await until('that it went', () => told.at(-1) === undefined);
      await bucket.put('k', new Uint8Array([3]));
      await until('that it is back', () => told.at(-1) === 3);
    }
    expect([...new Set(told)]).toEqual([1, 2, undefined, 3]);
    const failing = await bus.watch('leases', 'k', () => {
      throw new RangeError('not such a value');
    });
    expect(await failing.closed).toEqual(new RangeError('not such a value'));
  });
}
