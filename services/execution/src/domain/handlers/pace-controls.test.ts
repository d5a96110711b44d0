import { type DenialCode, strategyName, US_PER_DAY, US_PER_HOUR } from '@algo/model';
import { expect, test } from 'vitest';
import { EntryPace, type PastEntry } from '../entry-pace.ts';
import { entryContext, past } from '../testing/entry-context.ts';
import { BTC, d, INSTRUMENT_LIMITS, LIMITS, place, S } from '../testing/execution-scenario.ts';
import { PACE_CONTROLS } from './pace-controls.ts';

type Limits = Partial<typeof LIMITS> & Partial<typeof INSTRUMENT_LIMITS>;

function denial(pastEntries: readonly PastEntry[], change: Limits) {
  const context = entryContext({
    ...{ pace: new EntryPace(pastEntries), limits: { ...LIMITS, entriesPerMinuteMax: 100, ...change } },
    instrumentLimits: { ...INSTRUMENT_LIMITS, ...change },
  });
  for (const control of PACE_CONTROLS) {
    const denied = control(context, place(1));
    if (denied !== null) return denied;
  }
  return null;
}

const times = (count: number, entry: PastEntry) => Array.from({ length: count }, () => entry);
const other = strategyName('other');
const hourly = { entriesPerHourMax: 5 };
const daily = { entriesPerDayMax: 20 };

test.each<[string, DenialCode | null, readonly PastEntry[], Limits]>([
  ['two entries of at most three a minute', null, times(2, past(S)), { entriesPerMinuteMax: 3 }],
  ['three of at most three', 'ORDER_RATE_MAX', times(3, past(S)), { entriesPerMinuteMax: 3 }],
  ['three, the last a minute old', null, times(3, past(60 * S)), { entriesPerMinuteMax: 3 }],
  ['a sum just below the bound', null, [past(S)], { entryNotionalPerMinuteMax: d('1670.01') }],
  ['a sum at the bound', null, [past(S)], { entryNotionalPerMinuteMax: d('1670') }],
  ['a sum just above', 'ENTRY_SUM_MAX', [past(S)], { entryNotionalPerMinuteMax: d('1669.99') }],
  ['what is a minute old', null, [past(60 * S)], { entryNotionalPerMinuteMax: d('835') }],
  ['one order alone above it', 'ENTRY_SUM_MAX', [], { entryNotionalPerMinuteMax: d('834') }],
  ['the same side just before its time', 'REPEATED_ENTRY', [past(10 * S - 1)], { repeatAfterUs: 10 * S }],
  ['the same side at its time', null, [past(10 * S)], { repeatAfterUs: 10 * S }],
  ['the other side', null, [past(S, { side: 'sell' })], { repeatAfterUs: 10 * S }],
  ['another instrument', null, [past(S, { instrument: BTC })], { repeatAfterUs: 10 * S }],
  ['another strategy', null, [past(S, { strategy: other })], { repeatAfterUs: 10 * S }],
  ['four of five an hour', null, times(4, past(S)), hourly],
  ['five of five an hour', 'ENTRY_COUNT_MAX', times(5, past(US_PER_HOUR - 1)), hourly],
  ['five, an hour old', null, times(5, past(US_PER_HOUR)), hourly],
  ['five of another strategy', null, times(5, past(S, { strategy: other })), hourly],
  ['five in another instrument', null, times(5, past(S, { instrument: BTC })), hourly],
  ['five that a person forgave', null, times(5, past(S, { isForgiven: true })), hourly],
  ['nineteen of twenty a day', null, times(19, past(2 * US_PER_HOUR)), daily],
  ['twenty of twenty a day', 'ENTRY_COUNT_MAX', times(20, past(US_PER_DAY - 1)), daily],
  ['twenty, a day old', null, times(20, past(US_PER_DAY)), daily],
])('%s: %s', (_, code, entries, limits) => {
  expect(denial(entries, limits)?.code ?? null).toBe(code);
});

test('a denial tells its numbers', () => {
  expect(denial([past(S)], { entryNotionalPerMinuteMax: d('1000') })?.detail).toBe(
    'notional=835 last_minute=835 entry_notional_per_minute_max=1000',
  );
  expect(denial(times(5, past(S)), hourly)?.detail).toBe(
    'strategy=order_flow_scalping entries_last_hour=5 entries_per_hour_max=5 ' +
      'entries_last_day=5 entries_per_day_max=1000',
  );
});

test.each(['entriesPerMinuteMax', 'entryNotionalPerMinuteMax'] as const)(
  'without %s nothing passes',
  (name) => {
    expect(denial([], { [name]: null })?.code).toBe('NO_LIMIT_CONFIGURED');
  },
);
