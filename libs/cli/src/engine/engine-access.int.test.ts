import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NatsServerProcess } from '@algo/bus';
import { InputError } from '@algo/model';
import { natsServerBinary } from '@algo/testkit';
import { expect, test } from '@jest/globals';
import { readEnvironment } from '../config.ts';
import { BusUsers } from './bus-users.ts';
import { openEngine } from './engine-access.ts';

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
