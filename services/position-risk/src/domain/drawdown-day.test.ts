import { type RiskEvent, US_PER_DAY, US_PER_HOUR } from '@algo/model';
import { expect, test } from 'vitest';
import { BTC, d, PLAN, Scenario, SETTINGS, T0 } from './testing/position-risk-scenario.ts';

const HOUR = 3_600;
/** Seconds from the scenario's start to the first midnight, UTC. */
const MIDNIGHT = (US_PER_DAY - (T0 % US_PER_DAY)) / 1_000_000;
const FAR = { ...PLAN, trailing: d('0.9'), stopPrice: d('100'), holdMaxUs: 100 * US_PER_DAY };

/** One coin for 50,000 of 100,000: a fall of 1,000 is one percent of the start. */
function holding(settings = SETTINGS): Scenario {
  const story = new Scenario(settings);
  story.open('long', '1', '50000', FAR);
  return story;
}

/** The price moves far: the second print makes it one to act on. */
function moves(story: Scenario, seconds: number, price: number): void {
  story.prices(BTC, [seconds, price], [seconds + 1, price]);
}

function levels(story: Scenario) {
  return story.log.flatMap((event) =>
    event.type === 'DrawdownLevelChanged' ? [`${event.measure} ${event.to}`] : [],
  );
}

const lastMark = (story: Scenario) =>
  story.log.findLast(
    (event): event is Extract<RiskEvent, { type: 'EquityMarked' }> => event.type === 'EquityMarked',
  )!;

const resume = (story: Scenario) => story.setMode('r1', 'active');

test('three percent a day is said each day, and does not add up within a day', () => {
  const story = holding();
  moves(story, 11, 47_000);
  story.time(MIDNIGHT);
  moves(story, MIDNIGHT + 60, 44_000);
  expect(levels(story)).toEqual(['daily warning', 'daily none', 'daily warning', 'peak alert']);
});

test('a day that was won is no reserve: five percent lost of its end trips the breaker', () => {
  const story = holding();
  moves(story, 11, 70_000);
  story.time(MIDNIGHT);
  moves(story, MIDNIGHT + 60, 64_000);
  expect(levels(story)).toEqual(['daily breaker', 'peak alert']);
  expect(story.log.at(-1)).toMatchObject({ mode: 'halted', reason: expect.stringContaining('of the day') });
});

test('a day begins on the grid, with the equity from before the first print in it', () => {
  const story = holding();
  moves(story, 11, 51_000);
  moves(story, MIDNIGHT + 7, 40_000);
  story.time(MIDNIGHT + 20);
  const beganUs = T0 + MIDNIGHT * 1_000_000;
  const began = story.log.find((event) => event.type === 'EquityMarked' && event.timeUs === beganUs);
  expect(began).toMatchObject({ equity: d('101000'), drawdown: d('0') });
  expect(lastMark(story)).toMatchObject({ equity: d('90000'), drawdown: d('0.10891089') });
});

test('the day is that of the account', () => {
  const ahead = { ...SETTINGS.drawdown, utcOffsetUs: 2 * US_PER_HOUR };
  const story = holding({ ...SETTINGS, drawdown: ahead });
  moves(story, 11, 47_500);
  story.time(MIDNIGHT - 2 * HOUR - 1);
  expect(lastMark(story).drawdown).toEqual(d('0.025'));
  story.time(MIDNIGHT - 2 * HOUR);
  expect(lastMark(story)).toMatchObject({ timeUs: T0 + (MIDNIGHT - 2 * HOUR) * 1_000_000, drawdown: d('0') });
});

test('a breaker that tripped outlives midnight and a restart, until a person lifts it', () => {
  const story = holding();
  moves(story, 11, 44_000);
  story.time(MIDNIGHT);
  story.restart();
  story.time(MIDNIGHT + HOUR);
  expect(story.engine.account.equity.tripped).toEqual(['daily']);
  resume(story);
  expect(story.engine.account.equity.tripped).toEqual([]);
  expect(levels(story)).toEqual(['daily breaker', 'peak alert', 'daily none']);
});

test('small losses of many days reach the breaker from the highest equity', () => {
  const story = holding();
  moves(story, 11, 60_000);
  for (let day = 0; day < 9; day++) {
    story.time(MIDNIGHT + day * 24 * HOUR);
    moves(story, MIDNIGHT + day * 24 * HOUR + 60, 60_000 - (day + 1) * 1_300);
  }
  expect(levels(story)).toEqual(['peak alert', 'peak warning', 'peak critical', 'peak breaker']);
  expect(story.log.at(-1)).toMatchObject({
    mode: 'halted',
    reason: 'the loss from the highest equity reached the circuit breaker',
  });
  resume(story);
  story.time(MIDNIGHT + 9 * 24 * HOUR);
  expect(story.engine.account.equity.tripped).toEqual([]);
});

test('an account that had nothing left at midnight goes on being measured', () => {
  const story = holding({ ...SETTINGS, startingEquity: d('10000') });
  moves(story, 11, 39_000);
  story.time(MIDNIGHT);
  expect(lastMark(story).drawdown).toEqual(d('1.1'));
});
