import { join } from 'node:path';
import { type Bus, JetStreamBus, NatsServerProcess, StreamLanes } from '@algo/bus';
import {
  ENGINE_ACCOUNT,
  FAMILIES,
  type Fact,
  type FactOf,
  type Family,
  familyFilters,
  fenceFilter,
} from '@algo/contracts';
import { FileLog } from '@algo/state';
import { natsServerBinary } from '@algo/testkit';

const SEGMENT_BYTES = 16_000_000;

/** One fact and who said it. */
export interface Said<F extends Family> {
  readonly fact: FactOf<F>;
  readonly producer: string;
}

/** Follows a family as its readers see it: each fact once, nothing behind a fence. */
export class FactTail<F extends Family> {
  /** All that was read so far, in order. */
  readonly facts: Said<F>[] = [];
  readonly #family: F;
  readonly #lanes: StreamLanes;
  #after = 0;

  constructor(family: F) {
    this.#family = family;
    this.#lanes = new StreamLanes(FAMILIES[family].stream, false);
  }

  /** Reads on, up to what the stream holds now. */
  async readOn(bus: Bus): Promise<void> {
    const { stream } = FAMILIES[this.#family];
    // To ask for the bounds costs the server much less than to read nothing.
    const { last } = await bus.bounds(stream);
    if (last <= this.#after) return;
    const subjects = [...familyFilters(this.#family), fenceFilter(stream)];
    for await (const message of bus.read({ stream, subjects, after: this.#after })) {
      this.#after = message.sequence;
      this.#lanes.admit(message, ({ fact, lane }) =>
        this.facts.push({ fact: fact as Fact as FactOf<F>, producer: lane?.producer ?? '' }),
      );
    }
    this.#after = Math.max(this.#after, last);
  }
}

/** Returns every fact of a family that its stream holds. */
export async function factsOf<F extends Family>(bus: Bus, family: F): Promise<Said<F>[]> {
  const tail = new FactTail(family);
  await tail.readOn(bus);
  return tail.facts;
}

/** Whoever comes is in the engine's account, and may do all: services are started there without keys. */
const EVERYBODY = [
  `accounts { ${ENGINE_ACCOUNT} { jetstream: enabled, users: [{ user: any, password: any }] } }`,
  'no_auth_user: any',
].join('\n');

/** What a stopped engine has left in its streams and logs, as its readers see it. */
export class EngineRecord implements AsyncDisposable {
  readonly bus: JetStreamBus;
  readonly dataDir: string;
  readonly #server: NatsServerProcess;

  private constructor(dataDir: string, server: NatsServerProcess, bus: JetStreamBus) {
    this.dataDir = dataDir;
    this.#server = server;
    this.bus = bus;
  }

  static async open(dataDir: string): Promise<EngineRecord> {
    const server = await NatsServerProcess.start({
      binary: natsServerBinary(),
      storeDir: join(dataDir, 'jetstream'),
      sync: 'periodic',
      authorization: EVERYBODY,
    });
    const bus = await JetStreamBus.connect({ servers: [server.url], identity: `cli.${process.pid}` });
    return new EngineRecord(dataDir, server, bus);
  }

  /** Where its server listens, for a service that is started on what was left. */
  get url(): string {
    return this.#server.url;
  }

  /** Returns what a process wrote into its own log, as plain values. */
  async ownRecords(identity: string): Promise<unknown[]> {
    const directory = join(this.dataDir, 'own', identity);
    await using log = await FileLog.open({ directory, segmentBytes: SEGMENT_BYTES });
    const found: unknown[] = [];
    for await (const { bytes } of log.read(0)) found.push(JSON.parse(new TextDecoder().decode(bytes)));
    return found;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.bus[Symbol.asyncDispose]();
    await this.#server[Symbol.asyncDispose]();
  }
}
