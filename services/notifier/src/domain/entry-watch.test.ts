import type { EntryCause, EntryCauseCode, EntryStanding } from '@algo/model';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Mail } from './mail.ts';
import { MAIL_DESK_DEFAULTS, MailDesk } from './mail-desk.ts';
import { ACCOUNT, id, NOON } from './testing/notifier-scenario.ts';

const S = 1_000;
const STRATEGY = { kind: 'strategy', strategy: 's1' } as const;

function cause(code: EntryCauseCode, change: Partial<EntryCause> = {}): EntryCause {
  const scope = { kind: 'account', account: ACCOUNT } as const;
  return { code, scope, sinceUs: NOON, untilUs: null, lift: 'itself', detail: '', ...change };
}

/** A desk that hears what execution says, second by second; returns the subjects of its mails. */
class Story {
  desk = new MailDesk(MAIL_DESK_DEFAULTS);
  readonly mails: Mail[] = [];
  #number = 0;

  says(second: number, ...causes: readonly EntryCause[]): readonly string[] {
    const standing: EntryStanding = { account: ACCOUNT, causes, more: 0, timeUs: NOON + second * 1e6 };
    return this.#take(this.desk.hear(id(++this.#number), standing, second * S));
  }

  at(second: number): readonly string[] {
    return this.#take(this.desk.flush(second * S));
  }

  restart(): void {
    this.desk = MailDesk.restore(MAIL_DESK_DEFAULTS, JSON.parse(JSON.stringify(this.desk.snapshot())));
  }

  #take(mails: readonly Mail[]): readonly string[] {
    this.mails.push(...mails);
    return mails.map(({ subject }) => subject);
  }
}

test.each<[EntryCauseCode, number]>([
  ['ACCOUNT_STREAM_LOST', 10],
  ['NO_RECONCILIATION', 10],
  ['NO_GUARD', 10],
  ['VENUE_SHUT', 60],
])('%s is mailed after %i s, once, and once more when entries pass again', (code, seconds) => {
  const story = new Story();
  expect(story.says(0, cause(code))).toEqual([]);
  expect(story.at(seconds - 0.001)).toEqual([]);
  story.restart();
  expect(story.at(seconds)).toEqual([expect.stringContaining('🔴 Entries stopped: account:paper-main, ')]);
  expect(story.at(seconds + 600)).toEqual([]);
  story.restart();
  expect(story.says(700)).toEqual([]);
  expect(story.at(710)).toEqual(['🟡 Entries pass again: account:paper-main']);
  expect(story.mails.at(-1)?.text).toContain('Stopped for: 11 min 40 s');
  expect([story.at(5_000), story.desk.isPending]).toEqual([[], false]);
});

test('what ends within its grace is told to nobody', () => {
  const story = new Story();
  story.says(0, cause('ACCOUNT_STREAM_LOST'));
  story.says(9);
  expect([story.at(1_000), story.desk.isPending]).toEqual([[], false]);
});

test('one cause that follows another is the same time without entries', () => {
  const story = new Story();
  story.says(0, cause('ACCOUNT_STREAM_LOST'));
  story.says(6, cause('NO_RECONCILIATION'));
  expect(story.at(10)).toHaveLength(1);
  expect(story.says(20, cause('NO_GUARD'))).toEqual([]);
  expect(story.at(600)).toEqual([]);
});

test('a limit that a person must lift is told at once, also beside what was told before', () => {
  const story = new Story();
  const counted = cause('ENTRY_COUNT_MAX', { scope: STRATEGY, lift: 'person' });
  expect(story.says(0, counted)).toHaveLength(1);
  expect(story.mails[0]?.text).toContain('algo resume --scope strategy:s1');
  const paused = cause('VENUE_REJECTS', { lift: 'time', untilUs: NOON + 1_800e6 });
  expect(story.says(100, counted, paused)).toHaveLength(1);
  expect(story.says(200, counted, { ...paused, untilUs: null, lift: 'person' })).toHaveLength(1);
  expect(story.says(300, counted)).toEqual([]);
  expect(story.at(310)).toEqual(['🟡 Entries pass again: account:paper-main']);
  story.says(400);
  expect(story.at(410)).toEqual(['🟡 Entries pass again: strategy:s1']);
});

test('limits that have mails of their own make none, and are named when they outlast what was told', () => {
  const story = new Story();
  const halted = cause('HALTED', { lift: 'person', detail: 'lunch, by Ada' });
  story.says(0, halted);
  expect(story.at(600)).toEqual([]);
  story.says(700, cause('NO_GUARD'), halted);
  expect(story.at(710)).toHaveLength(1);
  story.says(720, halted);
  expect(story.at(730)).toEqual([expect.stringContaining('a limit still stands')]);
  expect(story.mails.at(-1)?.text).toContain('lunch, by Ada');
});

test('a word that comes again, late, changes nothing', () => {
  const story = new Story();
  const standing = {
    account: ACCOUNT,
    causes: [cause('CONSERVATION', { lift: 'person' })],
    more: 0,
  } as const;
  const first = { ...standing, timeUs: NOON };
  expect(story.desk.hear(id(900), first, 0)).toHaveLength(1);
  story.says(1);
  expect(story.desk.hear(id(900), first, 2 * S)).toEqual([]);
  expect(story.at(11)).toEqual(['🟡 Entries pass again: account:paper-main']);
});

test('a cause that comes and goes makes at most two mails for each ten seconds that entries passed', () => {
  const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 30 }), fc.boolean()), { maxLength: 40 });
  fc.assert(
    fc.property(steps, (changes) => {
      const story = new Story();
      let [second, passes, stories] = [0, true, 0];
      for (const [pause, isUp] of changes) {
        second += pause;
        story.at(second);
        if (passes && pause >= 10) stories++;
        story.says(second, ...(isUp ? [] : [cause('ACCOUNT_STREAM_LOST')]));
        passes = isUp;
      }
      story.at(second + 1_000);
      const told = story.mails.flatMap(({ events }) => events).length;
      expect(told).toBeLessThanOrEqual(2 * (stories + 1));
    }),
  );
});
