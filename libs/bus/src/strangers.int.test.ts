// A real server that takes a client for a stranger: while it reads its users anew, or for good.
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer, connect as dial, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InputError } from '@algo/model';
import { eventually, natsServerBinary } from '@algo/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { JetStreamBus } from './jetstream-bus.ts';
import { NatsServerProcess } from './server/nats-server-process.ts';
import { newUserKey } from './server/user-key.ts';

const [KNOWN, OTHER] = [newUserKey(), newUserKey()];
const TURNED_AWAY = 'Authorization Violation';

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'algo-strangers-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function serverFor({ publicKey }: { readonly publicKey: string }, port?: number): Promise<NatsServerProcess> {
  return NatsServerProcess.start({
    ...{ binary: natsServerBinary(), storeDir: mkdtempSync(join(dir, 'store-')), sync: 'periodic' },
    authorization: `accounts { ENGINE { jetstream: enabled, users: [{ nkey: ${publicKey} }] } }`,
    ...(port === undefined ? {} : { port }),
  });
}

function connect(url: string, { seed: keySeed }: { readonly seed: string }, strangerMaxMs?: number) {
  const about = { servers: [url], identity: 'a.0', keySeed };
  return JetStreamBus.connect(strangerMaxMs === undefined ? about : { ...about, strangerMaxMs });
}

/** A way to a server on which it reads its users anew while a client is greeting it, as often as is told. */
class UnluckyWay implements AsyncDisposable {
  readonly url: string;
  /** So many greetings from now on come in such a moment. */
  unlucky = 0;
  turnedAway = 0;
  readonly #listener: Server;

  private constructor(nats: NatsServerProcess, listener: Server) {
    this.#listener = listener;
    this.url = `nats://127.0.0.1:${(listener.address() as AddressInfo).port}`;
    listener.on('connection', (client) => this.#lead(client, nats));
  }

  static async to(nats: NatsServerProcess): Promise<UnluckyWay> {
    const listener = createServer().listen(0, '127.0.0.1');
    await once(listener, 'listening');
    return new UnluckyWay(nats, listener);
  }

  #lead(client: Socket, nats: NatsServerProcess): void {
    const server = dial(nats.port, '127.0.0.1');
    server.on('error', () => client.destroy());
    client.on('error', () => server.destroy());
    server.on('data', (said) => {
      if (said.includes(TURNED_AWAY)) this.turnedAway++;
    });
    server.pipe(client);
    const isUnlucky = this.unlucky > 0;
    if (isUnlucky) this.unlucky--;
    client.once('data', async (greeting) => {
      client.pause();
      if (isUnlucky) await nats.reload();
      server.write(greeting);
      client.pipe(server);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
  }
}

describe('while a server reads its users anew', () => {
  test('who greets it for the first time is turned away, comes again, and is let in', async () => {
    await using server = await serverFor(KNOWN);
    await using way = await UnluckyWay.to(server);
    way.unlucky = 2;
    await using bus = await connect(way.url, KNOWN);
    await bus.nats.nc.flush();
    expect(way.turnedAway).toBe(2);
  });

  test('who was let in before comes again as often as it takes', async () => {
    await using server = await serverFor(KNOWN);
    await using way = await UnluckyWay.to(server);
    await using bus = await connect(way.url, KNOWN);
    for (let times = 1; times <= 2; times++) {
      way.unlucky = 3;
      await bus.nats.nc.reconnect();
      await eventually('to be let in', () => way.turnedAway === 3 * times && bus.connection === 'connected');
    }
    await bus.nats.nc.flush();
  });
});

describe('a server that does not know a key', () => {
  test('is believed when it goes on saying so: a person must mend it', async () => {
    await using server = await serverFor(KNOWN);
    const refusal = await connect(server.url, OTHER).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(InputError);
    const { message, isPassing } = refusal as InputError;
    expect(message).toContain(TURNED_AWAY);
    expect(isPassing).toBe(false);
  });

  test('any more closes the connection of its client', async () => {
    const before = await serverFor(KNOWN);
    await using bus = await connect(before.url, KNOWN, 300);
    await before.stop();
    await using _ = await serverFor(OTHER, before.port);
    await eventually('the connection to be closed', () => bus.connection === 'closed');
    await expect(bus.isProvisioned()).rejects.toThrow('closed');
  });
});
