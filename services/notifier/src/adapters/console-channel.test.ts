import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { mailOf } from '../domain/mail.ts';
import { noticeOf } from '../domain/notice-of.ts';
import * as facts from '../domain/testing/notifier-scenario.ts';
import { ConsoleChannel } from './console-channel.ts';

const mail = mailOf(noticeOf(facts.id(1), facts.opened)!);

test('prints the text of a mail', async () => {
  const output = new PassThrough();
  expect(await new ConsoleChannel(output).send(mail)).toEqual({ type: 'sent' });
  expect(String(output.read())).toBe(`${mail.text}\n\n`);
});

test('a terminal that is gone is tried again', async () => {
  const output = new PassThrough();
  output.on('error', () => undefined);
  output.destroy();
  expect(await new ConsoleChannel(output).send(mail)).toMatchObject({ type: 'retry' });
});
