import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type DurableOptions,
  JetStreamBus,
  NatsServerProcess,
  type PublisherOptions,
  provision,
} from '@algo/bus';

/** A real nats-server with all streams, in a directory of its own, and buses connected to it. */
export class NatsFixture implements AsyncDisposable {
  readonly server: NatsServerProcess;
  readonly dir: string;
  readonly #buses: JetStreamBus[] = [];

  private constructor(server: NatsServerProcess, dir: string) {
    this.server = server;
    this.dir = dir;
  }

  static async start(
    options: { durables?: readonly DurableOptions[]; storeMaxBytes?: number; provisioned?: boolean } = {},
  ): Promise<NatsFixture> {
    const dir = mkdtempSync(join(tmpdir(), 'algo-nats-'));
    const server = await NatsServerProcess.start({
      binary: natsServerBinary(),
      storeDir: dir,
      sync: 'periodic',
      ...(options.storeMaxBytes === undefined ? {} : { storeMaxBytes: options.storeMaxBytes }),
    });
    const fixture = new NatsFixture(server, dir);
    if (options.provisioned !== false)
      await provision(await fixture.bus('provisioner'), { replicas: 1, durables: options.durables ?? [] });
    return fixture;
  }

  /** `url` leads another way than straight to the server: through a proxy. */
  async bus(identity: string, publisher?: PublisherOptions, url = this.server.url): Promise<JetStreamBus> {
    const bus = await JetStreamBus.connect({
      servers: [url],
      identity,
      ...(publisher === undefined ? {} : { publisher }),
    });
    this.#buses.push(bus);
    return bus;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const bus of this.#buses) await bus[Symbol.asyncDispose]();
    await this.server[Symbol.asyncDispose]();
    rmSync(this.dir, { recursive: true, force: true });
  }
}

/** Returns the server that the test runner found (scripts/run.mjs sets NATS_SERVER_BIN). */
export function natsServerBinary(): string {
  const path = process.env.NATS_SERVER_BIN;
  if (path === undefined || !existsSync(path))
    throw new Error(
      'NATS_SERVER_BIN does not name a nats-server; run the tests with `npm test`, which brings one',
    );
  return path;
}

/**
 * Waits until a condition holds. *Errors*: names the condition when it doesn't within the time; a
 * function is asked for the name then.
 */
export async function eventually(
  what: string | (() => string),
  holds: () => boolean | Promise<boolean>,
  withinMs = 10_000,
): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!(await holds())) {
    if (Date.now() > deadline)
      throw new Error(`not within ${withinMs} ms: ${typeof what === 'string' ? what : what()}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
