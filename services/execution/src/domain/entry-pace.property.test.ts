import { Decimal, strategyName, US_PER_DAY, US_PER_MINUTE } from '@algo/model';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EntryPace, type PastEntry } from './entry-pace.ts';
import { past } from './testing/entry-context.ts';
import { BTC, LTC } from './testing/execution-scenario.ts';

const entry = fc.record({
  timeUs: fc.nat(3 * 24 * 60).map((minutes) => minutes * US_PER_MINUTE),
  strategy: fc.constantFrom(strategyName('one'), strategyName('two')),
  instrument: fc.constantFrom(LTC, BTC),
  notional: fc.nat(10_000).map((cents) => Decimal.scaled(BigInt(cents), 2)),
});

test('counts, sums and lists what a look through all entries would find, also after a restart', () => {
  const sessions = fc.array(fc.oneof({ arbitrary: entry, weight: 9 }, fc.constant('forgive' as const)));
  fc.assert(
    fc.property(sessions, fc.nat(3 * 24 * 60), (session, minutes) => {
      const pace = new EntryPace();
      let all: PastEntry[] = [];
      for (const step of session) {
        if (step === 'forgive') {
          pace.forgive('one');
          all = all.map((each) => (each.strategy === 'one' ? { ...each, isForgiven: true } : each));
          continue;
        }
        const made = past(0, step);
        pace.count(made);
        const kept = all.filter(({ timeUs }) => timeUs > made.timeUs - US_PER_DAY);
        all = [...kept, made].toSorted((a, b) => a.timeUs - b.timeUs);
      }
      const sinceUs = minutes * US_PER_MINUTE;
      const since = all.filter(({ timeUs }) => timeUs > sinceUs);
      const notional = since.reduce((sum, each) => sum.plus(each.notional), Decimal.zero);
      for (const each of [pace, new EntryPace(pace.entries)]) {
        expect(each.entries).toEqual(all);
        expect(each.since(sinceUs)).toEqual({ count: since.length, notional });
        for (const strategy of ['one', 'two'])
          expect(each.of(strategy, LTC)).toEqual(
            all.filter((of) => of.strategy === strategy && of.instrument === LTC),
          );
      }
    }),
  );
});
