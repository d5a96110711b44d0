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
  #reading: Promise<void> = Promise.resolve();

  constructor(family: F) {
    this.#family = family;
    this.#lanes = new StreamLanes(FAMILIES[family].stream, false);
  }

  /** Reads on, up to what the stream holds now. */
  async readOn(bus: Bus): Promise<void> {
    const reading = this.#reading.then(() => this.#readOn(bus));
    this.#reading = reading.catch(() => undefined);
    await reading;
  }

  async #readOn(bus: Bus): Promise<void> {
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

type Tails = { [F in Family]?: FactTail<F> };
/** What was read by each connection: who waits for something asks again and again. */
const tailsOf = new WeakMap<Bus, Tails>();

/** Returns every fact of a family that its stream holds; what a bus has read before isn't read again. */
export async function factsOf<F extends Family>(bus: Bus, family: F): Promise<readonly Said<F>[]> {
  const tails: Tails = tailsOf.get(bus) ?? {};
  tailsOf.set(bus, tails);
  const tail: FactTail<F> = tails[family] ?? new FactTail(family);
  tails[family] = tail as Tails[F];
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
