import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { natsServerBinary } from '@algo/testkit';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { NatsServerProcess } from './nats-server-process.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'algo-server-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const options = () => ({ binary: natsServerBinary(), storeDir: dir, sync: 'periodic' as const });

test('its own port is none that a reconnecting client could be given', async () => {
  await using server = await NatsServerProcess.start(options());
  expect(server.port).toBeGreaterThanOrEqual(20_000);
  expect(server.port).toBeLessThan(32_768);
});

test('it comes back on the same port after a crash', async () => {
  await using server = await NatsServerProcess.start(options());
  const { port, pid } = server;
  await server.kill();
  expect(server.pid).toBeUndefined();
  await server.start();
  expect({ port: server.port, isNew: server.pid !== pid }).toEqual({ port, isNew: true });
});

test('a taken port is refused by name', async () => {
  const other = createServer();
  const port = await new Promise<number>((resolve) =>
    other.listen(0, '127.0.0.1', () => resolve((other.address() as { port: number }).port)),
  );
  await expect(NatsServerProcess.start({ ...options(), port })).rejects.toThrow(
    `nats port = ${port}: already in use`,
  );
  await new Promise((resolve) => other.close(resolve));
});

test('what is no nats-server is refused with what it said', async () => {
  const binary = join(dir, 'not-nats');
  writeFileSync(binary, '#!/bin/sh\necho "not what you think" >&2\nexit 3\n', { mode: 0o755 });
  await expect(NatsServerProcess.start({ ...options(), binary })).rejects.toThrow(
    'did not start: not what you think',
  );
});
