import { appendFile, mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { mailOf } from '../domain/mail.ts';
import { noticeOf } from '../domain/notice-of.ts';
import { OUTBOX_DEFAULTS, type SendOutcome } from '../domain/outbox.ts';
import * as facts from '../domain/testing/notifier-scenario.ts';
import { OutboxFile } from './outbox-file.ts';
import { SendGridChannel } from './sendgrid-channel.ts';
import { FakeSendGrid } from './testing/fake-sendgrid.ts';

const settings = { ...OUTBOX_DEFAULTS, seed: 'test' };
const mail = (number: number) => mailOf(noticeOf(facts.id(number), facts.opened)!);
const reopen = (nowMs = 0) => OutboxFile.open(path, settings, nowMs);
let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'outbox-'));
  path = join(folder, 'outbox.log');
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function send(file: OutboxFile, outcome: SendOutcome, nowMs: number) {
  const next = await file.begin(nowMs);
  return next === null ? null : await file.settle(next.id, outcome, nowMs);
}

test('what was taken in is there after a restart, what was sent stays sent', async () => {
  {
    await using file = await reopen();
    await file.add([mail(1), mail(2), mail(1)], 0);
    await send(file, { type: 'sent' }, 0);
  }
  await using file = await reopen();
  expect(file.entries().map((entry) => entry.mail)).toEqual([mail(2)]);
  expect(file.endOf(mail(1).id)).toBe('sent');
  await file.add([mail(1)], 5);
  expect(file.entries()).toHaveLength(1);
});

test('an attempt that a crash cut off is made again, and counted', async () => {
  {
    await using file = await reopen();
    await file.add([mail(1)], 0);
    await file.begin(0);
  }
  await using file = await reopen(10_000);
  expect(file.entries()).toMatchObject([{ status: 'retry', attempts: 1, reason: 'interrupted' }]);
  expect(await file.begin(11_000)).toEqual(mail(1));
});

test('cut at any byte, the file opens with a state that it once had', async () => {
  {
    await using file = await reopen();
    await file.add([mail(1)], 0);
    await send(file, { type: 'retry', reason: '503', afterMs: null }, 0);
    await file.add([mail(2)], 1);
    await send(file, { type: 'dead', reason: '400' }, 5_000);
  }
  const whole = await readFile(path);
  let before = -1;
  for (let size = 0; size <= whole.length; size += 23) {
    await writeFile(path, whole.subarray(0, size));
    await using file = await reopen(0);
    const known = file.entries().length + [1, 2].filter((n) => file.endOf(mail(n).id) !== undefined).length;
    expect(known).toBeGreaterThanOrEqual(before);
    before = known;
    await file.add([mail(3)], 9);
    await using again = await reopen(0);
    expect(again.entries().some((entry) => entry.mail.id === mail(3).id)).toBe(true);
  }
  expect(before).toBe(2);
});

test('a line damaged before the end is refused, with the line', async () => {
  {
    await using file = await reopen();
    await file.add([mail(1)], 0);
    await file.add([mail(2)], 0);
  }
  const text = await readFile(path, 'utf8');
  await writeFile(path, text.replace('BTCUSDT', 'BTCUSDX'));
  await expect(reopen()).rejects.toThrow('line 2');
});

test('a file of something else is refused and left as it is', async () => {
  await writeFile(path, 'dear diary\n');
  await expect(reopen()).rejects.toThrow('outbox file');
  expect(await readFile(path, 'utf8')).toBe('dear diary\n');
});

test('does not grow without end, and is whole after being written anew', async () => {
  {
    await using file = await reopen();
    for (let i = 1; i < 900; i++) await file.add([mail(i)], 0);
    for (let i = 1; i < 100; i++) await send(file, { type: 'sent' }, 0);
    // 899 taken in and 198 steps of sending were appended; the file holds fewer.
    expect((await readFile(path, 'utf8')).split('\n').length).toBeLessThan(1_050);
    await send(file, { type: 'dead', reason: '400' }, 0);
  }
  await using file = await reopen();
  expect(file.entries().map((entry) => entry.mail)).toEqual(
    Array.from({ length: 799 }, (_, i) => mail(i + 101)),
  );
  expect([1, 99, 100, 101].map((i) => file.endOf(mail(i).id))).toEqual(['sent', 'sent', 'dead', undefined]);
});

test('calls made together are served one after the other', async () => {
  await using file = await reopen();
  const numbers = Array.from({ length: 20 }, (_, i) => i);
  await Promise.all(numbers.map((i) => file.add([mail(i)], 0)));
  const begun = await Promise.all(numbers.map(() => file.begin(0)));
  expect(new Set(begun.map((each) => each?.id)).size).toBe(20);
});

test('after a failed write every call fails with the cause, and a new opening tells the truth', async () => {
  {
    await using file = await reopen();
    await file.add([mail(1)], 0);
  }
  const broken = await reopen();
  await broken[Symbol.asyncDispose]();
  await expect(broken.add([mail(2)], 0)).rejects.toThrow();
  await expect(broken.begin(0)).rejects.toThrow('outbox file failed before');
  await using file = await reopen();
  expect(file.entries().map((entry) => entry.mail)).toEqual([mail(1)]);
});

test('is readable by its owner only', async () => {
  await using file = await reopen();
  await file.add([mail(1)], 0);
  expect((await stat(path)).mode & 0o077).toBe(0);
});

test('through faults and crashes every mail reaches the provider at least once', async () => {
  await using server = await FakeSendGrid.start('SG.key');
  server.faults.push({ type: 'status', code: 500 }, { type: 'reset' }, { type: 'status', code: 429 });
  const channel = new SendGridChannel({
    apiKey: { reveal: () => 'SG.key' },
    from: { email: 'engine@example.com', name: 'Engine' },
    to: ['ada@example.com'],
    timeoutMs: 1_000,
    baseUrl: server.url,
  });
  const numbers = [1, 2, 3, 4, 5];
  let nowMs = 0;
  for (let round = 0; round < 30; round++) {
    nowMs += 400_000;
    await using file = await reopen(nowMs);
    if (round === 0) await file.add(numbers.map(mail), nowMs);
    const next = await file.begin(nowMs);
    if (next === null) continue;
    const outcome = await channel.send(next);
    // Every third time the process dies between the answer and its note, and the file's tail is torn.
    if (round % 3 === 0) await appendFile(path, '0123456789abcdef [{"type":"sent"');
    else await file.settle(next.id, outcome, nowMs);
  }
  const arrived = new Set(server.accepted.map((each) => each.custom_args?.mail_id));
  expect([...arrived].toSorted()).toEqual(numbers.map((n) => mail(n).id).toSorted());
  await truncate(path, (await stat(path)).size - 1);
  await using file = await reopen(nowMs);
  expect(numbers.map((n) => file.endOf(mail(n).id)).filter((end) => end === 'sent').length).toBeGreaterThan(
    3,
  );
});
