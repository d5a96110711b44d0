import { eventually, NatsFixture } from '@algo/testkit';
import { expect, test } from 'vitest';
import { systemClock } from './bus.ts';
import { Lease } from './lease.ts';

test('on a real bucket: handed over at once, fenced while the server is dead, taken again after it came back', async () => {
  await using nats = await NatsFixture.start();
  const stop = new AbortController();
  const take = async (holder: string) => {
    const bucket = (await nats.bus(holder)).bucket('leases');
    return Lease.acquire(
      bucket,
      { key: 'execution.paper-main', holder, ttlMs: 2_000, renewMs: 300, epochFloor: 0, isOver: () => false },
      systemClock,
      stop.signal,
    );
  };
  const first = (await take('execution-0'))!;
  let second: Lease | undefined;
  const waiting = take('execution-1').then((lease) => {
    second = lease;
  });
  // Renewals carry it well beyond its first time to live, and the other goes without.
  const untilMs = systemClock.nowMs() + 3_000;
  await eventually('renewals', () => systemClock.nowMs() > untilMs);
  expect(first.safeFor(0)).toBe(true);
  expect(second).toBeUndefined();
  await first[Symbol.asyncDispose]();
  expect(first.safeFor(0)).toBe(false);
  await waiting;
  expect(second!.epoch).toBe(first.epoch + 1);

  await nats.server.kill();
  await eventually('the fence', () => !second!.safeFor(0));
  await eventually(
    'the loss to be told',
    async () => {
      const told = await Promise.race([second!.lost, new Promise((resolve) => setImmediate(resolve, ''))]);
      return told === 'could not be renewed in time' || told === 'another holder took it';
    },
    20_000,
  );
  await nats.server.start();
  const third = (await take('execution-2'))!;
  expect(third.epoch).toBe(first.epoch + 2);
  await third[Symbol.asyncDispose]();
}, 60_000);
