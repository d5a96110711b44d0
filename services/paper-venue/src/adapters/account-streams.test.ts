import { VirtualClock } from '@algo/bus';
import { accountId, clientOrderId, Decimal, instrumentId, type VenueEvent } from '@algo/model';
import { expect, test } from 'vitest';
import { AccountStreams } from './account-streams.ts';

const ACCOUNT = accountId('a');
const about = (n: number): VenueEvent => ({
  ...{ type: 'VenueCanceled', clientOrderId: clientOrderId(`o${n}`), account: ACCOUNT },
  ...{ instrument: instrumentId('v.m.S'), cumulative: Decimal.zero, reason: '', timeUs: n },
});

class Desk {
  readonly clock = new VirtualClock();
  readonly streams = new AccountStreams(this.clock);

  ask(connection: string, after = 0) {
    return this.streams.ask({ account: ACCOUNT, connection, after }, 'life');
  }

  async open(): Promise<string> {
    return (await this.ask('')).connection;
  }
}

test('a connection tells what happens while it is open, and nothing of before', async () => {
  const desk = new Desk();
  desk.streams.tell(about(1));
  const first = await desk.open();
  desk.streams.tell(about(2));
  const second = await desk.open();
  desk.streams.tell(about(3));
  expect(await desk.ask(first)).toMatchObject({ connection: first, last: 2, events: [about(2), about(3)] });
  expect(await desk.ask(second)).toMatchObject({ connection: second, last: 1, events: [about(3)] });
});

test('what arrived is not told again; what did not is', async () => {
  const desk = new Desk();
  const name = await desk.open();
  for (const n of [1, 2, 3]) desk.streams.tell(about(n));
  expect((await desk.ask(name)).events).toHaveLength(3);
  expect((await desk.ask(name, 2)).events).toEqual([about(3)]);
  desk.streams.tell(about(4));
  expect(await desk.ask(name, 3)).toMatchObject({ connection: name, last: 4, events: [about(4)] });
});

test('a question waits for an event, a heartbeat at most; another one takes its place', async () => {
  const desk = new Desk();
  const name = await desk.open();
  const waiting = desk.ask(name);
  await desk.clock.advance(999);
  const again = desk.ask(name);
  expect((await waiting).events).toEqual([]);
  desk.streams.tell(about(1));
  expect((await again).events).toEqual([about(1)]);
  const silent = desk.ask(name, 1);
  await desk.clock.advance(1_000);
  expect(await silent).toMatchObject({ connection: name, last: 1, events: [] });
});

test('a broken connection, one too many and one that nobody empties are gone', async () => {
  const desk = new Desk();
  const name = await desk.open();
  const waiting = desk.ask(name);
  desk.streams.breakAll();
  expect((await waiting).connection).toBe('');
  const [oldest, next] = [await desk.open(), await desk.open()];
  for (let n = 0; n < 7; n++) await desk.open();
  expect((await desk.ask(oldest)).connection).toBe('');
  for (let n = 0; n < 10_000; n++) desk.streams.tell(about(n));
  expect((await desk.ask(next)).events).toHaveLength(10_000);
  desk.streams.tell(about(10_000));
  expect((await desk.ask(next)).connection).toBe('');
});
