import type { Fact } from '@algo/contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { digestOf, escapeHtml, mailOf } from './mail.ts';
import { noticeOf } from './notice-of.ts';
import * as facts from './testing/notifier-scenario.ts';

const notice = (fact: Fact, number = 1) => noticeOf(facts.id(number), fact)!;

test.each([
  ['red', facts.rejected(), '🔴 Order rejected by the venue: BTCUSDT'],
  ['yellow', facts.raised, '🟡 Signal: long BTCUSDT at 50000'],
  ['green', facts.closed('371.25', '1.49'), '🟢 Closed long BTCUSDT: +1.49 % (+371.25)'],
])('marks the subject %s by priority', (_, fact, subject) => {
  expect(mailOf(notice(fact)).subject).toBe(subject);
});

test('tells the same in text and HTML, in UTC, the loss in red', () => {
  const mail = mailOf(notice(facts.closed('-12.5', '-0.05')));
  for (const line of [
    'Symbol: BTCUSDT (binance perp)',
    'Side: long',
    'Entry price: 50000',
    'Exit price: 50745',
    'P&L after fees: -12.5 (-0.05 %)',
    'Reason: trailing stop',
    'Held: 3 min 5 s',
    'Time: 2025-06-21 12:04:27 UTC',
  ])
    expect(mail.text.split('\n')).toContain(line);
  expect(mail.html).toContain('color:#b91c1c;font-weight:bold">-12.5 (-0.05 %)</td>');
  expect(mail.html).toContain('P&amp;L after fees');
  expect(mail.html).toContain('2025-06-21 12:04:27 UTC');
});

test('no value can become markup, a header or another line, whatever it holds', () => {
  const reference = mailOf(notice(facts.rejected('x')));
  const tags = (html: string) => html.match(/<[^>]*>/g);
  const nasty = fc.constantFrom(
    '<script>',
    '"',
    "'",
    '&',
    '\r\nBcc: a@b.c',
    '\u2028',
    '\u202e',
    '</td>',
    '\ud83d',
  );
  const texts = fc.array(fc.oneof(nasty, fc.string({ unit: 'binary' })), { maxLength: 8 });
  fc.assert(
    fc.property(texts, (parts) => {
      const mail = mailOf(notice(facts.rejected(`x${parts.join('')}x`)));
      expect(tags(mail.html)).toEqual(tags(reference.html));
      expect(mail.text.split(/[\r\n\u2028\u2029]/)).toHaveLength(reference.text.split('\n').length);
      expect(mail.text.isWellFormed()).toBe(true);
    }),
    { numRuns: 300 },
  );
});

test('a title from outside stays one short line', () => {
  const instance = `a\r\nBcc: x@y.z ${'long '.repeat(100)}`;
  const fact: Fact = { name: 'ServiceStopped', body: { ...facts.machinery.down.body, instance } };
  const { subject } = mailOf(notice(fact));
  expect(subject).toMatch(/^🔴 Service down: a Bcc: x@y\.z long .*…$/);
  expect(Array.from(subject)).toHaveLength(160);
});

test('a digest tells the most urgent first, takes its mark, and counts what it leaves out', () => {
  const mail = digestOf([notice(facts.opened, 1), notice(facts.rejected(), 2)], 7, '9 notifications at once');
  expect(mail.subject).toBe('🔴 9 notifications at once');
  expect(mail.events).toEqual(['event-2', 'event-1']);
  expect(mail.text.indexOf('Order rejected')).toBeLessThan(mail.text.indexOf('Opened long'));
  expect(mail.text).toContain('and 7 more that are not listed');
  expect(mail.html).toContain('and 7 more that are not listed');
});

test('the id is a function of the facts told', () => {
  expect(mailOf(notice(facts.opened, 1)).id).toBe(mailOf(notice(facts.opened, 1)).id);
  expect(mailOf(notice(facts.opened, 1)).id).not.toBe(mailOf(notice(facts.opened, 2)).id);
});

test('escapes whatever would end a text or an attribute', () => {
  expect(escapeHtml(`<a b="c" d='e'>&amp;`)).toBe('&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;amp;');
});
