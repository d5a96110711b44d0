import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { natsServerBinary } from '@algo/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
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

const canMount = process.getuid?.() === 0 && process.platform === 'linux';

// tidy-ok: only a user who may mount can fill a disk of a test's own
const testOnOwnDisk = canMount ? test : test.skip;

testOnOwnDisk(
  'a full disk ends its storing until it is started anew, and it says so',
  async () => {
    await using stack = new AsyncDisposableStack();
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', dir]);
    stack.defer(() => void execFileSync('umount', ['-l', dir]));
    const server = stack.use(await NatsServerProcess.start({ ...options(), storeMaxBytes: 1 << 30 }));
    const { jetstream, jetstreamManager } = await import('@nats-io/jetstream');
    const { connect } = await import('@nats-io/transport-node');
    const nc = await connect({ servers: [server.url], timeout: 1_000 });
    stack.defer(() => nc.close());
    await (await jetstreamManager(nc)).streams.add({ name: 'S', subjects: ['s'] });
    const fill = join(dir, 'fill');
    const js = jetstream(nc, { timeout: 1_000 });
    const isStored = () =>
      js.publish('s', new Uint8Array(100_000)).then(
        () => true,
        () => false,
      );
    expect([await isStored(), server.hasStoppedStoring]).toEqual([true, false]);
    writeFileSync(fill, new Uint8Array(14 << 20));
    for (let n = 0; n < 100 && !server.hasStoppedStoring; n++) await isStored();
    expect(server.hasStoppedStoring).toBe(true);
    rmSync(fill);
    expect(await isStored()).toBe(false);
    await server.kill();
    await server.start();
    expect(server.hasStoppedStoring).toBe(false);
    while (!(await isStored())) await new Promise((resolve) => setTimeout(resolve, 50));
  },
  60_000,
);
