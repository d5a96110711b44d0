import type { Fact, Family, StreamName } from '@algo/contracts';
import { accountId, Decimal } from '@algo/model';
import type { InboundMessage } from '../bus.ts';
import type { Reading, Requests } from '../drive-plan.ts';
import { Driver } from '../driver/driver.ts';
import type { DriverOptions } from '../driver/driver-options.ts';
import type { Divergence } from '../driver/own-speech.ts';
import { FactMessage } from '../fact-message.ts';
import type { Input, Say } from '../machine.ts';
import { MemoryBus } from '../memory/memory-bus.ts';
import { MemoryLog } from '../memory/memory-log.ts';
import { MemoryServer, type MemoryServerOptions } from '../memory/memory-server.ts';
import { VirtualClock } from '../memory/virtual-clock.ts';
import type { SnapshotStore } from '../snapshot-store.ts';

export interface Own {
  readonly name: string;
  readonly body: unknown;
}
export type Out = 'NotificationSent' | 'EquityMarked';
export type Request = { readonly id: string; readonly key: string; readonly withdraws?: boolean };
export type BenchSay = Say<Out, Request>;
export type BenchDriver = Driver<Input, Out, Request, Own>;

/** What a machine of the bench does with an input; `seen` is all that it has seen, this input at the end. */
export type React = (seen: readonly string[], say: BenchSay) => void;

export const TIME: Reading = { family: 'md.time' };
export const RISK: Reading = { family: 'risk.evt' };

/** Says a notification with a text in it. */
export function notify(say: BenchSay, subject: string): void {
  say('NotificationSent', { notificationId: 'n', channel: 'test', subject, attempts: 1, timeUs: 1 });
}

export function mark(say: BenchSay, equity: string): void {
  say('EquityMarked', marked(equity));
}

const marked = (equity: string) => ({
  ...{ type: 'EquityMarked' as const, account: accountId('a'), equity: Decimal.of(equity), timeUs: 1 },
  ...{ realized: Decimal.zero, unrealized: Decimal.zero, drawdown: Decimal.zero, unvalued: [] },
});

/** Returns an input's name and what tells it from its like. */
export function told(input: Input): string {
  if (input.name === 'TimeAdvanced') return `time ${(input as Fact<'TimeAdvanced'>).body.toldUs}`;
  if (input.name === 'EquityMarked') return `risk ${(input as Fact<'EquityMarked'>).body.equity}`;
  return `${input.name} ${JSON.stringify(input.body)}`;
}

/** What a test changes of the machine's plan. */
interface BenchPlan {
  readonly reads?: readonly Reading[];
  readonly says?: readonly Family[];
  readonly requests?: Requests<Request, Own>;
  readonly unstoredMax?: number;
}

/** Keeps nothing: every life begins at the first input. */
export const NO_SNAPSHOTS: SnapshotStore = { load: async () => undefined, save: async () => {} };

/** One machine after another under one name, with streams that the test feeds by hand. */
export class DriveBench {
  readonly clock = new VirtualClock(1_000);
  readonly server: MemoryServer;
  log: MemoryLog;
  readonly divergences: Divergence[] = [];
  snapshots = NO_SNAPSHOTS;
  /** What the machine in hand has seen. */
  seen: string[] = [];
  readonly #counts = new Map<string, number>();

  constructor({ flushMs, ...server }: MemoryServerOptions & { readonly flushMs?: number } = {}) {
    this.server = new MemoryServer(this.clock, server);
    this.log = new MemoryLog(
      flushMs === undefined ? undefined : { clock: this.clock, flushMs: () => flushMs },
    );
  }

  async start(
    react: React,
    plan: BenchPlan = {},
    more: Partial<DriverOptions<Input, Out, Request, Own>> = {},
  ): Promise<BenchDriver> {
    const starting = Driver.start<Input, Out, Request, Own>({
      ...{ bus: this.bus('notifier.a'), clock: this.clock, identity: 'notifier.a', account: 'a' },
      ...{ snapshots: this.snapshots, snapshotIntervalMs: 1_000, log: this.log },
      knows: (producer) => producer !== 'stranger',
      onDivergence: (divergence) => this.divergences.push(divergence),
      plan: {
        reads: plan.reads ?? [TIME, RISK],
        says: plan.says ?? ['sys.notification', 'risk.evt'],
        restore: (snapshot) => {
          const seen: string[] = snapshot === undefined ? [] : JSON.parse(new TextDecoder().decode(snapshot));
          this.seen = seen;
          return {
            take(input, say) {
              seen.push(told(input));
              react(seen, say);
            },
            snapshot: () => new TextEncoder().encode(JSON.stringify(seen)),
          };
        },
        ...(plan.requests === undefined ? {} : { requests: plan.requests }),
        ...(plan.unstoredMax === undefined ? {} : { unstoredMax: plan.unstoredMax }),
      },
      ...more,
    });
    return this.passing(starting);
  }

  bus(identity: string): MemoryBus {
    return new MemoryBus(this.server, identity);
  }

  /** Kills a life: what it has sent and nobody has is lost. */
  kill(driver: BenchDriver): void {
    driver.abandon();
    this.log.crash();
    this.server.lose();
  }

  tellTime(n: number): Promise<unknown> {
    const body = {
      type: 'TimeAdvanced',
      feed: 'x',
      toldUs: n,
      sureUs: n,
      behind: [],
      wallUs: 0,
      speed: 1,
    } as const;
    return this.#publish('ingest.x', { name: 'TimeAdvanced', body: { ...body, warm: false } });
  }

  tellRisk(n: number, producer = 'position-risk.a'): Promise<unknown> {
    return this.#publish(producer, { name: 'EquityMarked', body: marked(String(n)) });
  }

  #publish(producer: string, fact: Fact): Promise<unknown> {
    const count = (this.#counts.get(producer) ?? 0) + 1;
    this.#counts.set(producer, count);
    const lane = { producer, epoch: 1, count };
    const message = FactMessage.said(fact, { identity: producer, account: 'a' }, { lane });
    return this.passing(this.bus(producer).publish(message));
  }

  /** What the machine of the bench has stored, as `epoch/count text`. */
  async said(stream: StreamName, subjects: string): Promise<string[]> {
    const found: InboundMessage[] = [];
    for await (const message of this.bus('reader').read({ stream, subjects: [subjects], after: 0 }))
      if (message.lane?.producer === 'notifier.a') found.push(message);
    return found.map(({ lane, fact }) => `${lane!.epoch}/${lane!.count} ${textOf(fact)}`);
  }

  notes(): Promise<string[]> {
    return this.said('SYSTEM', 'sys.notification.>');
  }

  marks(): Promise<string[]> {
    return this.said('RISK', 'risk.evt.>');
  }

  /** Lets promises settle, and time pass. */
  async rest(ms = 0): Promise<void> {
    for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
    await this.clock.advance(ms);
    for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
  }

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

function textOf(fact: Fact): string {
  if (fact.name === 'NotificationSent') return fact.body.subject;
  if (fact.name === 'EquityMarked') return String(fact.body.equity);
  return fact.name;
}
