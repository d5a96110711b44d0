import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { allDurables, JetStreamBus, NatsServerProcess, type PublisherOptions, provision } from '@algo/bus';
import { natsServerBinary } from '@algo/testkit';
import { BenchGuard, type Guard } from './bench-guard.ts';
import { PLAN } from './bench-plan.ts';

/**
 * A nats-server as the engine runs it (money streams flushed before the ack), in a folder that goes with it.
 */
export class BenchServer implements AsyncDisposable {
  readonly url: string;
  readonly dir: string;
  readonly guard: BenchGuard;
  readonly #server: NatsServerProcess;
  readonly #buses: JetStreamBus[] = [];

  private constructor(server: NatsServerProcess, dir: string, guard: BenchGuard) {
    this.#server = server;
    this.guard = guard;
    this.url = server.url;
    this.dir = dir;
  }

  /** Starts one, on a copy of what another one left where its folder is given. */
  static async start(from?: string, by: Guard = 'open'): Promise<BenchServer> {
    const dir = mkdtempSync(join(tmpdir(), 'algo-bench-'));
    if (from !== undefined) cpSync(from, dir, { recursive: true });
    const storeDir = join(dir, 'jetstream');
    const guard = await BenchGuard.make(by, join(dir, 'users'), PLAN);
    const options = { binary: natsServerBinary(), storeDir, sync: 'always' } as const;
    const server = await NatsServerProcess.start({ ...options, ...guard.ofServer });
    const bench = new BenchServer(server, dir, guard);
    await provision(await bench.bus('provisioner'), { replicas: 1, durables: allDurables() });
    return bench;
  }

  get pid(): number {
    return this.#server.pid!;
  }

  async bus(identity: string, publisher?: PublisherOptions): Promise<JetStreamBus> {
    const options = { servers: [this.url], identity, ...this.guard.ofClient(identity) };
    const bus = await JetStreamBus.connect(publisher === undefined ? options : { ...options, publisher });
    this.#buses.push(bus);
    return bus;
  }

  /** Ends it, and keeps what it holds in a folder of that name. */
  async keep(to: string): Promise<void> {
    await this.#end();
    rmSync(to, { recursive: true, force: true });
    cpSync(this.dir, to, { recursive: true });
  }

  async #end(): Promise<void> {
    for (const bus of this.#buses.splice(0)) await bus[Symbol.asyncDispose]();
    await this.#server[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end();
    rmSync(this.dir, { recursive: true, force: true });
  }
}
