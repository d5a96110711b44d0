import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NatsServerProcess } from '@algo/bus';
import { InputError } from '@algo/model';
import { birthOf } from '@algo/runtime';
import { natsServerBinary } from '@algo/testkit';
import { expect, test } from 'vitest';
import { readEnvironment } from '../config.ts';
import { CommandFailure } from '../exit-codes.ts';
import { BusUsers } from './bus-users.ts';
import { openEngine } from './engine-access.ts';
import { writeEngineFile } from './engine-file.ts';

test('the key of another user than the command line is refused in words', async () => {
  await using stack = new AsyncDisposableStack();
  const dataDir = mkdtempSync(join(tmpdir(), 'algo-access-'));
  stack.defer(() => rmSync(dataDir, { recursive: true, force: true }));
  const users = BusUsers.make(dataDir);
  const server = stack.use(
    await NatsServerProcess.start({
      ...{ binary: natsServerBinary(), storeDir: join(dataDir, 'jetstream'), sync: 'periodic' },
      authorization: users.authorization([]),
    }),
  );
  const environment = readEnvironment();
  for (const user of ['observer', 'provisioner'] as const) {
    const inherited = { ...environment.inherited, ALGO_NATS_KEY_FILE: users.keyFile(user) };
    const opened = openEngine({ nats: server.url }, { ...environment, inherited });
    await expect(opened).rejects.toThrow(InputError);
    await expect(opened).rejects.toThrow(/ALGO_NATS_KEY_FILE.*another user of the bus.*key of cli/s);
  }
});

test('a server that stands still is told with its process, and what holds meanwhile', async () => {
  await using stack = new AsyncDisposableStack();
  const dataDir = mkdtempSync(join(tmpdir(), 'algo-access-'));
  stack.defer(() => rmSync(dataDir, { recursive: true, force: true }));
  const server = stack.use(
    await NatsServerProcess.start({
      ...{ binary: natsServerBinary(), storeDir: join(dataDir, 'jetstream'), sync: 'periodic' },
    }),
  );
  writeEngineFile(dataDir, {
    ...{ version: '0', pid: process.pid, birth: birthOf(process.pid), running: true, natsUrl: server.url },
    ...{ natsPort: Number(new URL(server.url).port), natsPid: server.pid ?? null, feed: 'synthetic' },
    ...{ accounts: ['paper-main'], live: {}, analytics: 1, startedMs: 0, services: {} },
  });
  const pid = server.pid!;
  process.kill(pid, 'SIGSTOP');
  stack.defer(() => void process.kill(pid, 'SIGCONT'));
  const opened = openEngine({ dataDir }, readEnvironment());
  await expect(opened).rejects.toThrow(CommandFailure);
  await expect(opened).rejects.toThrow(`kill -9 ${pid}`);
  await expect(opened).rejects.toThrow('Stops that rest at the exchange guard meanwhile');
}, 30_000);
