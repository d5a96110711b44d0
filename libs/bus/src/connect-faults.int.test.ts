import { spawn } from 'node:child_process';
import { createServer, type Server } from 'node:net';
import { InputError } from '@algo/model';
import { eventually, NatsFixture, natsServerBinary } from '@algo/testkit';
import { expect, test } from 'vitest';
import { JetStreamBus } from './jetstream-bus.ts';

/** Listens on loopback and greets as a nats-server of some version; answers pings and nothing else. */
async function greeter(info: object): Promise<AsyncDisposable & { readonly port: number }> {
  const server: Server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.write(`INFO ${JSON.stringify(info)}\r\n`);
    socket.on('data', (bytes) => {
      if (bytes.toString().includes('PING')) socket.write('PONG\r\n');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    async [Symbol.asyncDispose]() {
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function refusal(port: number): Promise<InputError> {
  const outcome = await JetStreamBus.connect({
    servers: [`nats://127.0.0.1:${port}`],
    identity: 'a-0',
  }).catch((error: unknown) => error);
  expect(outcome).toBeInstanceOf(InputError);
  return outcome as InputError;
}

const INFO = { server_id: 'X', server_name: 'old', max_payload: 1_048_576, headers: true, proto: 1 };

test.each([
  ['2.9.10', 'the one that Debian brings'],
  ['2.11.99', 'the last before the oldest that will do'],
])('nats-server %s (%s) is too old, and the error says what to do', async (version) => {
  await using server = await greeter({ ...INFO, version, jetstream: true });
  const error = await refusal(server.port);
  expect(error.message).toContain(version);
  expect(error.message).toMatch(
    /nats-server at nats:\/\/127\.0\.0\.1:\d+.*too old: the engine needs 2\.12\.0 or newer/s,
  );
  expect(error.message).toContain('Upgrade nats-server');
});

test.each(['2.12.7', '2.12.9'])('nats-server %s is refused: started again it loses keys', async (version) => {
  await using server = await greeter({ ...INFO, version, jetstream: true });
  const error = await refusal(server.port);
  expect(error.message).toMatch(
    /loses keys of buckets when it is started again.*Upgrade nats-server to 2\.14/s,
  );
});

test('a server without JetStream is refused', async () => {
  await using nowhere = await greeter(INFO);
  const { port } = nowhere;
  await nowhere[Symbol.asyncDispose]();
  const child = spawn(natsServerBinary(), ['-a', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
  try {
    let error: InputError | undefined;
    await eventually('the server to answer', async () => {
      error = await refusal(port);
      return !error.message.includes('cannot connect');
    });
    expect(error?.message).toMatch(/without JetStream, so it stores nothing/);
  } finally {
    const exited = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await exited;
  }
});

test('where no server is, the error names the address and what to do', async () => {
  const nowhere = await greeter(INFO);
  await nowhere[Symbol.asyncDispose]();
  const error = await refusal(nowhere.port);
  expect(error.message).toMatch(
    new RegExp(`nats.*nats://127\\.0\\.0\\.1:${nowhere.port}.*cannot connect`, 's'),
  );
  expect(error.message).toContain('Start nats-server or correct its address');
});

test('a second server on the same port is refused before it starts', async () => {
  await using nats = await NatsFixture.start({ provisioned: false });
  await expect(nats.server.start()).rejects.toThrow(/nats port.*already in use/s);
});

test('a bus whose server was killed a moment ago closes, and stays closed', async () => {
  await using nats = await NatsFixture.start();
  const bus = await JetStreamBus.connect({ servers: [nats.server.url], identity: 'a-0' });
  const killed = nats.server.kill();
  await bus[Symbol.asyncDispose]();
  await killed;
  expect(bus.nats.nc.isClosed()).toBe(true);
});
