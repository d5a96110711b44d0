import { expect, test } from 'vitest';
import { mailOf } from '../domain/mail.ts';
import { noticeOf } from '../domain/notice-of.ts';
import * as facts from '../domain/testing/notifier-scenario.ts';
import { SendGridChannel } from './sendgrid-channel.ts';
import { FakeSendGrid, type SendGridFault } from './testing/fake-sendgrid.ts';

const KEY = 'SG.a-key-for-tests';
const mail = mailOf(noticeOf(facts.id(1), facts.closed('371.25', '1.49'))!);
const channel = (baseUrl: string, key = KEY) =>
  new SendGridChannel({
    apiKey: { reveal: () => key },
    from: { email: 'engine@example.com', name: 'Engine' },
    to: ['ada@example.com', 'bob@example.com'],
    timeoutMs: 250,
    baseUrl,
  });

test('sends a mail that the API accepts, with both bodies and its id', async () => {
  await using server = await FakeSendGrid.start(KEY);
  expect(await channel(server.url).send(mail)).toEqual({ type: 'sent' });
  expect(server.accepted).toMatchObject([
    {
      personalizations: [{ to: [{ email: 'ada@example.com' }, { email: 'bob@example.com' }] }],
      from: { email: 'engine@example.com', name: 'Engine' },
      subject: '🟢 Closed long BTCUSDT: +1.49 % (+371.25)',
      content: [
        { type: 'text/plain', value: mail.text },
        { type: 'text/html', value: mail.html },
      ],
      custom_args: { mail_id: mail.id },
    },
  ]);
});

test('a wrong key is final, says why, and is not in the reason', async () => {
  await using server = await FakeSendGrid.start(KEY);
  const outcome = await channel(server.url, 'SG.wrong').send(mail);
  expect(outcome).toEqual({
    type: 'dead',
    reason: '401 The provided authorization grant is invalid, expired, or revoked',
  });
  expect(server.accepted).toEqual([]);
});

test.each<[string, SendGridFault, object]>([
  [
    '429 waits as long as it is asked to',
    { type: 'status', code: 429, headers: { 'Retry-After': '17' } },
    { type: 'retry', reason: '429 fault on demand', afterMs: 17_000 },
  ],
  [
    '429 with a date that has passed does not wait for it',
    { type: 'status', code: 429, headers: { 'Retry-After': 'Wed, 21 Oct 2015 07:28:00 GMT' } },
    { type: 'retry', afterMs: 0 },
  ],
  [
    '429 with nonsense falls back to our own pace',
    { type: 'status', code: 429, headers: { 'Retry-After': 'soon' } },
    { type: 'retry', afterMs: null },
  ],
  ['500 is tried again', { type: 'status', code: 500 }, { type: 'retry', reason: '500 fault on demand' }],
  ['503 is tried again', { type: 'status', code: 503 }, { type: 'retry' }],
  ['400 is final', { type: 'status', code: 400 }, { type: 'dead', reason: '400 fault on demand' }],
  ['403 is final', { type: 'status', code: 403 }, { type: 'dead' }],
  ['413 is final', { type: 'status', code: 413 }, { type: 'dead' }],
  ['a timeout is tried again', { type: 'silence' }, { type: 'retry', reason: 'ECONNABORTED' }],
  ['a reset is tried again', { type: 'reset' }, { type: 'retry', reason: 'ECONNRESET' }],
])('%s', async (_, fault, outcome) => {
  await using server = await FakeSendGrid.start(KEY);
  server.faults.push(fault);
  const sender = channel(server.url);
  expect(await sender.send(mail)).toMatchObject(outcome);
  expect(await sender.send(mail)).toEqual({ type: 'sent' });
});

test('nobody listening is tried again', async () => {
  const server = await FakeSendGrid.start(KEY);
  const { url } = server;
  await server[Symbol.asyncDispose]();
  expect(await channel(url).send(mail)).toMatchObject({ type: 'retry', reason: 'ECONNREFUSED' });
});
