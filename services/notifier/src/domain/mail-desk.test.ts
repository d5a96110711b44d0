import type { Fact } from '@algo/contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Mail } from './mail.ts';
import { MailDesk, type MailDeskSettings } from './mail-desk.ts';
import { noticeOf } from './notice-of.ts';
import * as facts from './testing/notifier-scenario.ts';

const notice = (number: number, fact: Fact) => noticeOf(facts.id(number), fact)!;
const settings: MailDeskSettings = { digestMs: 900_000, burst: 3, windowMs: 60_000 };
const subjects = (mails: readonly Mail[]) => mails.map(({ subject }) => subject);

test('tells each fact once, however often it comes', () => {
  const desk = new MailDesk(settings);
  expect(desk.take(notice(1, facts.opened), 0)).toHaveLength(1);
  expect(desk.take(notice(1, facts.opened), 1)).toEqual([]);
  const restored = MailDesk.restore(settings, JSON.parse(JSON.stringify(desk.snapshot())));
  expect(restored.take(notice(1, facts.opened), 2)).toEqual([]);
});

test('gathers signals for a quarter of an hour', () => {
  const desk = new MailDesk(settings);
  for (let i = 0; i < 4; i++) expect(desk.take(notice(i, facts.raised), i * 60_000)).toEqual([]);
  expect(desk.dueMs).toBe(900_000);
  expect(desk.flush(899_999)).toEqual([]);
  expect(subjects(desk.flush(900_000))).toEqual(['🟡 4 signals']);
  expect(desk.dueMs).toBeNull();
});

test('a single gathered signal keeps its own subject', () => {
  const desk = new MailDesk(settings);
  desk.take(notice(1, facts.raised), 0);
  expect(subjects(desk.flush(900_000))).toEqual(['🟡 Signal: long BTCUSDT at 50000']);
});

test('a storm is a few mails and then one for each window, nothing lost from the count', () => {
  const desk = new MailDesk(settings);
  const mails: Mail[] = [];
  for (let i = 0; i < 5_000; i++) mails.push(...desk.take(notice(i, facts.rejected()), i * 36));
  mails.push(...desk.flush(240_000));
  expect(subjects(mails).slice(0, 3)).toEqual(Array(3).fill('🔴 Order rejected by the venue: BTCUSDT'));
  expect(subjects(mails.slice(3))).toEqual([
    '🔴 1664 notifications at once',
    '🔴 1667 notifications at once',
    '🔴 1666 notifications at once',
  ]);
  expect(mails[3]?.text).toContain('and 1564 more that are not listed');
});

test('a storm of small news does not delay an alarm', () => {
  const desk = new MailDesk(settings);
  for (let i = 0; i < 100; i++) desk.take(notice(i, facts.opened), i);
  expect(subjects(desk.take(notice(100, facts.rejected()), 100))).toHaveLength(1);
});

test('after a quiet window mails go out singly again', () => {
  const desk = new MailDesk(settings);
  for (let i = 0; i < 10; i++) desk.take(notice(i, facts.opened), 0);
  expect(desk.flush(60_000)).toHaveLength(1);
  expect(desk.take(notice(10, facts.opened), 120_000)).toHaveLength(1);
});

test.each([
  ['digest_ms', { digestMs: -1 }],
  ['burst', { burst: 0 }],
  ['window_ms', { windowMs: Number.NaN }],
])('refuses an impossible %s by name', (field, change) => {
  expect(() => new MailDesk({ ...settings, ...change })).toThrow(field);
});

test('refuses a snapshot of another version', () => {
  const stored = { ...new MailDesk(settings).snapshot(), version: 1 };
  expect(() => MailDesk.restore(settings, stored)).toThrow('snapshot.version = 1');
});

const arrivals = fc.array(
  fc.record({
    fact: fc.constantFrom<Fact>(facts.raised, facts.opened, facts.rejected()),
    id: fc.integer({ min: 0, max: 60 }),
    gapMs: fc.integer({ min: 0, max: 40_000 }),
  }),
  { maxLength: 80 },
);

test('every distinct fact is told exactly once, in one mail or another', () => {
  fc.assert(
    fc.property(arrivals, (given) => {
      const desk = new MailDesk(settings);
      let nowMs = 0;
      const told: string[] = [];
      for (const { fact, id, gapMs } of given) {
        nowMs += gapMs;
        told.push(...desk.take(notice(id, fact), nowMs).flatMap(({ events }) => events));
      }
      while (desk.dueMs !== null) told.push(...desk.flush(desk.dueMs).flatMap(({ events }) => events));
      expect(told.toSorted()).toEqual([...new Set(given.map(({ id }) => `event-${id}`))].toSorted());
    }),
  );
});

test('stopped anywhere and restored from text, it writes the same mails', () => {
  fc.assert(
    fc.property(arrivals, fc.nat(80), (given, cut) => {
      const plain = new MailDesk(settings);
      let other = new MailDesk(settings);
      let nowMs = 0;
      for (const [i, { fact, id, gapMs }] of given.entries()) {
        nowMs += gapMs;
        if (i === cut) other = MailDesk.restore(settings, JSON.parse(JSON.stringify(other.snapshot())));
        expect(other.take(notice(id, fact), nowMs)).toEqual(plain.take(notice(id, fact), nowMs));
        expect(other.dueMs).toBe(plain.dueMs);
      }
    }),
  );
});
