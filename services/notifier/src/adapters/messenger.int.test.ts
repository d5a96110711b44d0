import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Clock,
  FactMessage,
  type InboundMessage,
  MemoryBus,
  MemoryServer,
  VirtualClock,
} from '@algo/bus';
import { accountId, type EntryCause } from '@algo/model';
import { createLogger } from '@algo/runtime';
import { fileSnapshots } from '@algo/state';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { MAIL_DESK_DEFAULTS, type Mail, OUTBOX_DEFAULTS } from '../domain/index.ts';
import { Messenger } from './messenger.ts';
import { openDesk } from './open-desk.ts';
import { OutboxFile } from './outbox-file.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'algo-messenger-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

let nowMs = 0;
const clock: Clock = {
  nowMs: () => nowMs,
  monotonicMs: () => nowMs,
  sleep: () => new Promise((resolve) => setImmediate(resolve)),
  after: () => () => {},
};

/** A notifier from its files to its channel, which only remembers. */
class Life implements AsyncDisposable {
  readonly sent: Mail[] = [];
  /** What the provider says to each mail; nothing while it takes them. */
  trouble: string | undefined;
  readonly #stop = new AbortController();
  readonly #messenger: Messenger;
  readonly #outbox: OutboxFile;
  readonly #running: Promise<undefined>;

  private constructor(messenger: Messenger, outbox: OutboxFile) {
    this.#messenger = messenger;
    this.#outbox = outbox;
    this.#running = messenger.run(this.#stop.signal);
  }

  static async start(): Promise<Life> {
    const deskFile = fileSnapshots(dir, 'desk');
    const desk = openDesk(await deskFile.load(), MAIL_DESK_DEFAULTS);
    const outbox = await OutboxFile.open(join(dir, 'outbox.log'), { ...OUTBOX_DEFAULTS, seed: 'a' }, nowMs);
    const send = async (mail: Mail) => {
      if (life.trouble !== undefined) return { type: 'retry' as const, reason: life.trouble, afterMs: null };
      life.sent.push(mail);
      return { type: 'sent' as const };
    };
    const bus = new MemoryBus(new MemoryServer(new VirtualClock()), 'notifier.main');
    const parts = { bus, clock, log: createLogger('notifier.main', 'fatal'), desk, deskFile, outbox };
    const life: Life = new Life(new Messenger({ ...parts, channel: { name: 'memory', send } }), outbox);
    return life;
  }

  notes(): string[] {
    return this.#messenger.notes();
  }

  take(message: InboundMessage): Promise<unknown> {
    return this.#messenger.take(message);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#running;
    await this.#outbox[Symbol.asyncDispose]();
  }
}

function deadLetter(number: number): InboundMessage {
  const body = {
    ...{ stream: 'MARKET', sequence: number, subject: `md.trades.${number}`, type: 't' },
    ...{ consumer: 'analytics.0', reason: 'unreadable', original: new Uint8Array(), timeUs: number },
  };
  const speaker = { identity: 'analytics.0', account: '' };
  const said = FactMessage.said({ name: 'DeadLetter', body }, speaker, { id: `dlq:${number}` });
  return FactMessage.stored(said, { stream: 'DEAD_LETTERS', sequence: number, deliveries: 1 });
}

const account = accountId('paper-main');
const CONSERVATION: EntryCause = {
  ...{ code: 'CONSERVATION', scope: { kind: 'account', account }, sinceUs: 1, untilUs: null },
  ...{ lift: 'person', detail: '' },
};

function standing(number: number, causes: readonly EntryCause[]): InboundMessage {
  const fact = { name: 'EntryStanding', body: { account, causes, more: 0, timeUs: number } } as const;
  const speaker = { identity: 'execution.paper-main', account };
  const said = FactMessage.said(fact, speaker, { id: `standing:${number}` });
  return FactMessage.stored(said, { stream: 'ORDERS', sequence: number, deliveries: 1 });
}

const { burst, windowMs } = MAIL_DESK_DEFAULTS;
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}

test('what gathers for a later mail when the process is killed goes out from its next life, once', async () => {
  nowMs = 1_000;
  const numbers = Array.from({ length: burst + 3 }, (_, i) => i + 1);
  {
    await using first = await Life.start();
    for (const number of numbers) await first.take(deadLetter(number));
    await until(() => first.sent.length === burst);
  }
  nowMs += windowMs;
  await using second = await Life.start();
  for (const number of numbers) await second.take(deadLetter(number)); // none of them was acknowledged in time
  await until(() => second.sent.length > 0);
  for (let i = 0; i < 50; i++) await new Promise((resolve) => setImmediate(resolve));
  expect(second.sent).toHaveLength(1);
  for (const number of numbers.slice(burst)) expect(second.sent[0]?.text).toContain(`md.trades.${number}`);
});

test('a life that begins while entries are stopped sends the mail that they pass again', async () => {
  nowMs = 1_000;
  {
    await using first = await Life.start();
    await first.take(standing(1, [CONSERVATION]));
    await until(() => first.sent.length === 1);
  }
  await using second = await Life.start();
  await second.take(standing(1, [CONSERVATION])); // it was not acknowledged in time
  await second.take(standing(2, []));
  nowMs += 10_000;
  await until(() => second.sent.length > 0);
  expect(second.sent.map(({ subject }) => subject)).toEqual(['🟡 Entries pass again: account:paper-main']);
});

test('the gathered mail is not sent again by a life that begins after it', async () => {
  nowMs = 1_000;
  {
    await using first = await Life.start();
    for (let number = 1; number <= burst + 1; number++) await first.take(deadLetter(number));
    nowMs += windowMs;
    await until(() => first.sent.length === burst + 1);
  }
  nowMs += windowMs;
  await using second = await Life.start();
  for (let i = 0; i < 100; i++) await new Promise((resolve) => setImmediate(resolve));
  expect(second.sent).toEqual([]);
});

test('while no mail gets out it is told since when, how many wait and why, also in a next life', async () => {
  nowMs = Date.UTC(2026, 0, 2, 3, 4, 5);
  const waiting = '2 mails wait since 2026-01-02 03:04:05 UTC: memory says ENOTFOUND';
  {
    await using first = await Life.start();
    first.trouble = 'ENOTFOUND';
    for (const number of [1, 2]) await first.take(deadLetter(number));
    await until(() => first.notes()[0]?.startsWith('2 mails wait') === true);
    expect(first.notes()).toEqual([waiting]);
  }
  await using second = await Life.start();
  expect(second.notes()).toEqual([waiting]);
  nowMs += 10_000;
  await until(() => second.sent.length === 2);
  await until(() => second.notes()[0] === 'sends by memory');
});
