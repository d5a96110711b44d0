import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  allDurables,
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
      await provision(await fixture.bus('provisioner'), {
        replicas: 1,
        durables: options.durables ?? allDurables(),
      });
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

const LOOK_EVERY_MS = 10;
/** A look that reads a whole stream must not take the time of what it waits for: it rests so much longer. */
const LOOK_SHARE = 4;
/** But not for as long as one that had to wait for a server itself. */
const REST_MAX_MS = 200;

/**
 * Waits until a condition holds. *Errors*: names the condition when it doesn't within the time; a
 * function is asked for the name then.
 */
export async function eventually(
  what: string | (() => string),
  holds: () => boolean | Promise<boolean>,
  withinMs = 10_000,
): Promise<void> {
  const startedMs = performance.now();
  for (let lookMs = startedMs; !(await holds()); lookMs = performance.now()) {
    const nowMs = performance.now();
    if (nowMs - startedMs > withinMs)
      throw new Error(`not within ${withinMs} ms: ${typeof what === 'string' ? what : what()}`);
    await new Promise((resolve) =>
      setTimeout(resolve, Math.max(LOOK_EVERY_MS, Math.min(LOOK_SHARE * (nowMs - lookMs), REST_MAX_MS))),
    );
  }
}
