import type { FactName, MessageOf, StreamName } from '@algo/contracts';
import type { Bus, InboundMessage } from '../bus.ts';
import { Driver } from '../driver/driver.ts';
import { countLife, storeFences } from '../driver/life.ts';
import type { Divergence } from '../driver/own-speech.ts';
import { readOwnWords } from '../driver/own-words.ts';
import { FactMessage } from '../fact-message.ts';
import type { Input } from '../machine.ts';
import { MemoryBus } from '../memory/memory-bus.ts';
import { MemoryLog } from '../memory/memory-log.ts';
import { MemoryServer } from '../memory/memory-server.ts';
import { VirtualClock } from '../memory/virtual-clock.ts';
import type { SnapshotStore } from '../snapshot-store.ts';
import {
  type Answer,
  type Deed,
  FAMILY_OF,
  Folding,
  handsOf,
  type Out,
  type Outside,
  ROLE_NAMES,
  ROLES,
  type Role,
  type RoleName,
} from './folding-machines.ts';

/** A snapshot store that is as it is at once. */
export function memorySnapshots(): SnapshotStore {
  let saved: Uint8Array | undefined;
  return {
    load: async () => saved,
    async save(...parts) {
      saved = Buffer.concat(parts);
    },
  };
}

type AnyDriver = Driver<Input, Out, Deed, Answer>;

/** One service over all its lives. */
export interface Service {
  readonly role: RoleName;
  readonly log: MemoryLog;
  readonly snapshots: SnapshotStore;
  driver: AnyDriver | undefined;
  machine: Folding | undefined;
  readonly divergences: Divergence[];
}

export interface WorldOptions {
  /** Gives a number from 0 to below 1, the same ones in each run. */
  readonly random: () => number;
  readonly byWire?: boolean;
  /** Without it everything is stored at once. */
  readonly delays?: boolean;
  readonly snapshotIntervalMs?: number;
}

/** The engine and the world around it. */
export class DriveWorld {
  readonly clock = new VirtualClock(1_000);
  readonly server: MemoryServer;
  readonly outside: Outside = { done: [] };
  readonly services: Readonly<Record<RoleName, Service>>;
  readonly #options: WorldOptions;
  readonly feed: Feed;

  constructor(options: WorldOptions) {
    this.#options = options;
    const { random } = options;
    const wire = { storeMs: () => Math.floor(random() * 6), ackMs: () => Math.floor(random() * 4) };
    this.server = new MemoryServer(this.clock, {
      byWire: options.byWire ?? false,
      ...(options.delays === true ? { wire } : {}),
    });
    const disk =
      options.delays === true ? { clock: this.clock, flushMs: () => Math.floor(random() * 5) } : undefined;
    const service = (role: RoleName): [RoleName, Service] => [
      role,
      {
        ...{ role, log: new MemoryLog(disk), snapshots: memorySnapshots() },
        ...{ driver: undefined, machine: undefined, divergences: [] },
      },
    ];
    this.services = Object.fromEntries(ROLE_NAMES.map(service)) as Record<RoleName, Service>;
    this.feed = new Feed(this.bus('ingest.x'));
  }

  bus(identity: string): Bus {
    return new MemoryBus(this.server, identity);
  }

  async start(role: RoleName, salt = 0, snapshots = this.services[role].snapshots): Promise<AnyDriver> {
    const service = this.services[role];
    const { reads, says, requests } = ROLES[role] as Role;
    const hands = handsOf(this.outside, this.clock, () => Math.floor(this.#options.random() * 8));
    service.driver = await this.passing(
      Driver.start<Input, Out, Deed, Answer>({
        ...{
          bus: this.bus(role),
          clock: this.clock,
          identity: role,
          account: 'a',
          log: service.log,
          snapshots,
        },
        snapshotIntervalMs: this.#options.snapshotIntervalMs ?? 30,
        knows: (producer) => producer === 'ingest.x' || Object.hasOwn(ROLES, producer),
        onDivergence: (divergence) => service.divergences.push(divergence),
        plan: {
          reads,
          says: says.map((name) => FAMILY_OF[name]),
          restore: (snapshot) => {
            service.machine = new Folding(ROLES[role], snapshot, salt);
            return service.machine;
          },
          ...(requests ? { requests: hands } : {}),
        },
      }),
    );
    return service.driver;
  }

  /** Kills a service; with `loses` also what it has sent and the server doesn't have. */
  kill(role: RoleName, loses: boolean): void {
    const service = this.services[role];
    service.driver?.abandon();
    service.driver = undefined;
    service.log.crash();
    if (loses) this.server.lose(role);
  }

  /** Lets time pass until a promise settles. */
  async passing<Result>(promise: Promise<Result>): Promise<Result> {
    let settled = false;
    const settle = () => {
      settled = true;
    };
    promise.then(settle, settle);
    for (let ms = 0; !settled; ms++) {
      if (ms > 10_000) throw new Error('it never comes to its end');
      await this.clock.advance(1);
      await new Promise((resolve) => setImmediate(resolve));
    }
    return promise;
  }
}

/** Tells the time, in a lane like everybody's; after a kill it goes on behind what counts of it. */
export class Feed {
  readonly #bus: Bus;
  #epoch = 0;
  #count = 0;

  constructor(bus: Bus) {
    this.#bus = bus;
  }

  async begin(): Promise<void> {
    this.#epoch = await countLife(this.#bus, 'ingest.x', 'MARKET');
    const fences = await storeFences(this.#bus, 'ingest.x', this.#epoch, ['MARKET']);
    const none = { epoch: 0, counts: {}, positions: {} };
    const { counts } = await readOwnWords(this.#bus, 'ingest.x', ['md.time'], none, fences);
    this.#count = counts.get('md.time') ?? 0;
  }

  tell(): void {
    const count = ++this.#count;
    const body: MessageOf<'TimeAdvanced'> = {
      ...{
        type: 'TimeAdvanced',
        feed: 'x',
        toldUs: count,
        sureUs: count,
        behind: [],
        wallUs: 0,
        speed: 1,
        warm: false,
      },
    };
    const lane = { producer: 'ingest.x', epoch: this.#epoch, count };
    const speaker = { identity: 'ingest.x', account: '' };
    this.#bus.say(FactMessage.said({ name: 'TimeAdvanced', body }, speaker, { lane }), () => {});
  }
}

/** Everything that a stream holds of a process, as a reader of its lanes takes it. */
export async function wordsOf(
  bus: Bus,
  identity: string,
  names: readonly FactName[],
): Promise<InboundMessage[]> {
  const streams: readonly StreamName[] = ['ORDERS', 'RISK', 'SYSTEM'];
  const last = new Map<StreamName, number>();
  for (const stream of streams) last.set(stream, (await bus.bounds(stream)).last + 1);
  const families = [...names.map((name) => FAMILY_OF[name as Out]), 'sys.order' as const];
  const none = { epoch: 0, counts: {}, positions: {} };
  const { said } = await readOwnWords(bus, identity, families, none, last);
  return [...said.values()].flatMap((words) => [...words.values()]);
}
