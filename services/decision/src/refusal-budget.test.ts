import { encodeFact, STREAMS } from '@algo/contracts';
import { type InstrumentId, instrumentId } from '@algo/model';
import { expect, test } from 'vitest';
import { DecisionEngine } from './domain/decision-engine.ts';
import { RefusalBudget } from './domain/refusal-budget.ts';
import { LTC, settingsOf, signalInput } from './domain/testing/engine-scenario.ts';

const HOUR_US = 3_600_000_000;
/** Subject, headers and the server's own record, at the most. */
const OVERHEAD_BYTES = 900;
/** Reasons and levels at which evaluations of one instrument end in an hour; four on a real tape. */
const KINDS = 6;

const names = (count: number) => Array.from({ length: count }, (_, i) => instrumentId(`binance.spot.S${i}`));

/** Returns how many of the refusals of each hour are said, when each instrument has one every ten seconds. */
function saidByHour(instruments: readonly InstrumentId[], hours: number): number[] {
  const budget = new RefusalBudget(instruments.length, []);
  return Array.from({ length: hours }, (_, hour) => {
    let said = 0;
    for (let second = 0; second < 3_600; second += 10)
      for (const id of instruments) if (budget.admit(id, hour * HOUR_US + second * 1_000_000)) said++;
    return said;
  });
}

test.each([1, 50, 1_000])(
  'of %i instruments that are always refused, 2,000 an hour are said each',
  (count) => {
    const [, second, third] = saidByHour(names(count), 3);
    expect(Math.max(second!, third!)).toBeLessThanOrEqual(2_000);
  },
);

test('a month of 1,000 instruments that are always refused fits the stream', () => {
  const [first, second] = saidByHour(names(1_000), 2);
  const engine = new DecisionEngine(settingsOf());
  const refused = engine.handle(signalInput(1)).find((output) => output.type === 'DecisionMade')!;
  expect(refused).toMatchObject({ decision: { outcome: { type: 'refused' } } });
  const recordBytes = encodeFact('DecisionMade', refused.decision).length + OVERHEAD_BYTES;
  const row = { instrument: LTC, level: 3, code: 'CONFLUENCE', count: 3_600, timeUs: HOUR_US } as const;
  const rowBytes = encodeFact('RefusalsCounted', row).length + OVERHEAD_BYTES;
  const { countEveryUs } = new RefusalBudget(1_000, []);
  const hours = 30 * 24;
  const monthBytes =
    (first! + second! * (hours - 1)) * recordBytes +
    ((hours * HOUR_US) / countEveryUs) * 1_000 * KINDS * rowBytes;
  expect(monthBytes).toBeLessThan(STREAMS.DECISIONS.maxBytes);
});

test('an instrument that was quiet may say several refusals at once, and then waits', () => {
  const budget = new RefusalBudget(1_000, []);
  const said = Array.from({ length: 20 }, () => budget.admit(LTC, HOUR_US));
  expect(said.filter((each) => each)).toHaveLength(16);
  expect(new RefusalBudget(1_000, budget.snapshot()).admit(LTC, HOUR_US)).toBe(false);
  expect(budget.admit(LTC, 1.5 * HOUR_US)).toBe(true);
});
