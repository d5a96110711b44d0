import type { Fact } from '@algo/contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Mail, mailOf } from './mail.ts';
import { noticeOf } from './notice-of.ts';
import { OUTBOX_DEFAULTS, Outbox, type OutboxRecord, type SendOutcome } from './outbox.ts';
import * as facts from './testing/notifier-scenario.ts';

const settings = { ...OUTBOX_DEFAULTS, seed: 'test' };
const mail = (number: number, fact: Fact = facts.opened): Mail => mailOf(noticeOf(facts.id(number), fact)!);
const retry: SendOutcome = { type: 'retry', reason: '503', afterMs: null };

function take(outbox: Outbox, records: readonly OutboxRecord[]): void {
  for (const record of records) outbox.apply(record);
}
function attempt(outbox: Outbox, outcome: SendOutcome, nowMs: number): OutboxRecord {
  const { id } = outbox.next(nowMs)!.mail;
  outbox.apply({ type: 'sending', id, atMs: nowMs });
  const record = outbox.settle(id, outcome, nowMs);
  outbox.apply(record);
  return record;
}

test('a mail is sent once and never queued again', () => {
  const outbox = new Outbox(settings);
  take(outbox, outbox.add(mail(1), 0));
  expect(outbox.add(mail(1), 0)).toEqual([]);
  attempt(outbox, { type: 'sent' }, 0);
  expect([outbox.next(1e9), outbox.endOf(mail(1).id)]).toEqual([null, 'sent']);
  expect(outbox.add(mail(1), 5)).toEqual([]);
});

test('waits twice as long after each failure, up to five minutes, and gives up after thirty attempts', () => {
  const outbox = new Outbox(settings);
  take(outbox, outbox.add(mail(1), 0));
  const waits: number[] = [];
  let nowMs = 0;
  for (;;) {
    const record = attempt(outbox, retry, nowMs);
    if (record.type !== 'retry') {
      expect(record).toMatchObject({ type: 'dead', reason: 'gave up after 30 attempts: 503' });
      break;
    }
    waits.push(record.dueMs - nowMs);
    expect(outbox.next(record.dueMs - 1)).toBeNull();
    nowMs = record.dueMs;
  }
  expect(waits).toHaveLength(29);
  for (const [i, wait] of waits.entries()) {
    const full = Math.min(1_000 * 2 ** i, 300_000);
    expect(wait).toBeGreaterThanOrEqual(full / 2);
    expect(wait).toBeLessThanOrEqual(full);
  }
});

test('jitter is a function of the seed', () => {
  const due = (seed: string) => {
    const outbox = new Outbox({ ...settings, seed });
    take(outbox, outbox.add(mail(1), 0));
    return attempt(outbox, retry, 0);
  };
  expect(due('a')).toEqual(due('a'));
  expect(due('a')).not.toEqual(due('b'));
});

test.each([
  [30_000, 30_000],
  [86_400_000, 300_000],
])('when the provider asks for %i ms it waits %i', (afterMs, waitMs) => {
  const outbox = new Outbox(settings);
  take(outbox, outbox.add(mail(1), 0));
  expect(attempt(outbox, { type: 'retry', reason: '429', afterMs }, 0)).toMatchObject({ dueMs: waitMs });
});

test('the most urgent goes first, then the oldest', () => {
  const outbox = new Outbox(settings);
  take(outbox, outbox.add(mail(1), 0));
  take(outbox, outbox.add(mail(2, facts.rejected()), 1));
  take(outbox, outbox.add(mail(3, facts.rejected()), 2));
  const order = [1, 2, 3].map(() => (attempt(outbox, { type: 'sent' }, 10) as { id: string }).id);
  expect(order).toEqual([mail(2, facts.rejected()).id, mail(3, facts.rejected()).id, mail(1).id]);
});

test('a full outbox lets the least urgent go, and says so', () => {
  const outbox = new Outbox({ ...settings, entriesMax: 2 });
  take(outbox, outbox.add(mail(1, facts.rejected()), 0));
  take(outbox, outbox.add(mail(2), 0));
  take(outbox, outbox.add(mail(3, facts.rejected()), 0));
  expect(outbox.endOf(mail(2).id)).toBe('dead');
  take(outbox, outbox.add(mail(4), 0));
  expect(outbox.endOf(mail(4).id)).toBe('dead');
  expect(outbox.entries()).toHaveLength(2);
});

test('an attempt is settled once', () => {
  const outbox = new Outbox(settings);
  take(outbox, outbox.add(mail(1), 0));
  expect(() => outbox.settle(mail(1).id, { type: 'sent' }, 0)).toThrow('not being sent');
});

test('an attempt that a crash cut off is made again', () => {
  const outbox = new Outbox(settings);
  take(outbox, outbox.add(mail(1), 0));
  outbox.apply({ type: 'sending', id: mail(1).id, atMs: 0 });
  expect(outbox.next(1e9)).toBeNull();
  take(outbox, outbox.recover(1_000));
  expect(outbox.next(2_000)?.mail.id).toBe(mail(1).id);
});

test('its fewest records give the same outbox again, at any moment', () => {
  const steps = fc.array(fc.tuple(fc.constantFrom('add', 'sent', 'retry', 'dead', 'begin'), fc.nat(6)), {
    maxLength: 60,
  });
  fc.assert(
    fc.property(steps, (given) => {
      const outbox = new Outbox({ ...settings, attemptsMax: 3, entriesMax: 4 });
      for (const [i, [step, number]] of given.entries()) {
        const nowMs = i * 10_000;
        const sending = outbox.entries().find(({ status }) => status === 'sending');
        if (step === 'add') take(outbox, outbox.add(mail(number), nowMs));
        else if (step === 'begin') {
          const next = outbox.next(nowMs);
          if (next !== null) outbox.apply({ type: 'sending', id: next.mail.id, atMs: nowMs });
        } else if (sending !== undefined) {
          const outcome: SendOutcome =
            step === 'sent' ? { type: 'sent' } : step === 'dead' ? { type: 'dead', reason: 'no' } : retry;
          outbox.apply(outbox.settle(sending.mail.id, outcome, nowMs));
        }
        const again = new Outbox({ ...settings, attemptsMax: 3, entriesMax: 4 });
        take(again, outbox.records());
        expect(again.entries()).toEqual(outbox.entries());
        for (let n = 0; n <= 6; n++) expect(again.endOf(mail(n).id)).toBe(outbox.endOf(mail(n).id));
      }
    }),
  );
});

test.each(['retryFirstMs', 'retryMaxMs', 'attemptsMax', 'entriesMax'] as const)(
  'refuses a %s of nothing',
  (field) => {
    expect(() => new Outbox({ ...settings, [field]: 0 })).toThrow(field);
  },
);
