import { type FactName, laneOf, type MessageOf, type StreamName } from '@algo/contracts';
import { accountId, clientOrderId, Decimal } from '@algo/model';
import type { Bus, InboundMessage } from '../bus.ts';
import type { DrivePlan, Requests, Ticket } from '../drive-plan.ts';
import { countLife, storeFences } from '../driver/life.ts';
import { readOwnWords } from '../driver/own-words.ts';
import { type Divergence, Driver, FactMessage } from '../index.ts';
import type { Input, Machine, OwnInput, Say } from '../machine.ts';
import { MemoryBus } from '../memory/memory-bus.ts';
import { MemoryLog } from '../memory/memory-log.ts';
import { MemoryServer } from '../memory/memory-server.ts';
import { VirtualClock } from '../memory/virtual-clock.ts';
import type { SnapshotStore } from '../snapshot-store.ts';

/**
 * A small engine for tests of the driver: a feed, and three machines that answer it and each other. Each folds every input
 * into one number, so that any difference in order, count or content shows in all that it says.
 */

const PRIME = 1_000_000_007;

/** Something the book has done outside. */
export interface Deed {
  readonly id: number;
  readonly key: string;
  readonly kind: 'deed' | 'recall' | 'question';
}

export interface Answer extends OwnInput {
  readonly name: 'Done' | 'NotDone' | 'Recalled' | 'Told' | 'Knock';
  readonly body: { readonly id: number };
}

type Out = 'CancelOrder' | 'EquityMarked' | 'NotificationSent';

/** One kind of machine. *Shape*: `says` are the facts that it says, in turn. */
export interface Role {
  readonly reads: DrivePlan<Input, Out, Deed, Answer>['reads'];
  readonly says: readonly Out[];
  /** Speaks at about one input in so many. */
  readonly every: number;
  readonly requests: boolean;
}

export const ROLES = {
  'decision.a': {
    reads: [{ family: 'md.time' }, { family: 'risk.evt', only: ['a'] }],
    says: ['CancelOrder'],
    every: 4,
    requests: false,
  },
  'position-risk.a': {
    reads: [{ family: 'ord.cmd', only: ['a'] }, { family: 'md.time' }],
    says: ['EquityMarked', 'CancelOrder'],
    every: 5,
    requests: false,
  },
  'execution.a': {
    reads: [{ family: 'risk.evt' }, { family: 'ord.cmd' }],
    says: ['NotificationSent', 'EquityMarked'],
    every: 5,
    requests: true,
  },
} as const satisfies Record<string, Role>;
export type RoleName = keyof typeof ROLES;
export const ROLE_NAMES = Object.keys(ROLES) as RoleName[];

const FAMILY_OF = {
  CancelOrder: 'ord.cmd',
  EquityMarked: 'risk.evt',
  NotificationSent: 'sys.notification',
} as const;

function hashOf(text: string): number {
  let hash = 7;
  for (let i = 0; i < text.length; i++) hash = (hash * 31 + text.charCodeAt(i)) % PRIME;
  return hash;
}

export class Folding implements Machine<Input, Out, Deed> {
  readonly #role: Role;
  #sum: number;

  constructor(role: Role, snapshot: Uint8Array | undefined, salt = 0) {
    this.#role = role;
    this.#sum = snapshot === undefined ? 1 + salt : Number(new TextDecoder().decode(snapshot));
  }

  take(input: Input, say: Say<Out, Deed>): void {
    this.#sum = (this.#sum * 31 + hashOf(`${input.name}${JSON.stringify(input.body)}`)) % PRIME;
    const sum = this.#sum;
    const { says, every, requests } = this.#role;
    if (sum % every === 0) speak(says[sum % says.length]!, sum, say);
    if (sum % (every * 5) === 0) for (const name of says) speak(name, sum + say.input, say);
    if (!requests || input.name === 'Told') return;
    const key = `k${sum % 3}`;
    if (sum % 4 === 0) say.request({ id: sum, key, kind: 'deed' });
    if (sum % 11 === 0) say.request({ id: sum, key, kind: 'recall' });
    if (sum % 13 === 0) say.request({ id: sum, key, kind: 'question' });
  }

  snapshot(): Uint8Array {
    return new TextEncoder().encode(String(this.#sum));
  }
}

function speak(name: Out, n: number, say: Say<Out, Deed>): void {
  switch (name) {
    case 'CancelOrder':
      return say('CancelOrder', {
        ...{ type: 'CancelOrder', commandId: `c${n}`, clientOrderId: clientOrderId(`o${n}`) },
        ...{ reason: 'test', timeUs: n },
      });
    case 'EquityMarked': {
      const equity = Decimal.of(String(n));
      const zero = Decimal.zero;
      return say('EquityMarked', {
        ...{ type: 'EquityMarked', account: accountId('a'), equity, realized: zero },
        ...{ unrealized: zero, drawdown: zero, timeUs: n },
      });
    }
    case 'NotificationSent':
      return say('NotificationSent', {
        ...{ notificationId: `n${n}`, channel: 'test', subject: 'test', attempts: 1, timeUs: n },
      });
    default:
      return name satisfies never;
  }
}

/** What the book's deeds meet: it knows what was done, over all the book's lives. */
export interface Outside {
  readonly done: number[];
}

/** One life's hands outside. `delayMs` is how long each thing takes. */
export function handsOf(
  outside: Outside,
  clock: VirtualClock,
  delayMs: () => number,
): Requests<Deed, Answer> {
  const answer = (name: Answer['name'], { id }: Deed): Answer => ({ name, body: { id } });
  return {
    terms: ({ key, kind }) => ({
      key,
      priority: kind === 'recall' ? 2 : 1,
      effect: kind === 'deed' ? 'once' : 'again',
      withdraws: kind === 'recall',
    }),
    carryOut(deed, ticket: Ticket<Answer>) {
      const tell = (...answers: Answer[]) => clock.after(delayMs(), () => ticket.settle(answers));
      if (deed.kind !== 'deed') return void tell(...(deed.kind === 'recall' ? [answer('Told', deed)] : []));
      if (ticket.past === 'may have left')
        return void tell(answer(outside.done.includes(deed.id) ? 'Done' : 'NotDone', deed));
      clock.after(delayMs(), () =>
        ticket.leave((mayGo) => {
          if (!mayGo) return;
          outside.done.push(deed.id);
          tell(answer('Done', deed));
        }),
      );
    },
    withdrawn: (deed) => [answer('Recalled', deed)],
  };
}

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
    this.#epoch = await countLife(this.#bus, 'ingest.x');
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

export function laneAndCount(message: InboundMessage): string {
  return `${laneOf(message.subject)}/${message.lane!.count}`;
}
