import { expect, test } from 'vitest';
import { fired, modes } from './testing/fired-scenario.ts';
import type { Scenario } from './testing/position-risk-scenario.ts';

/** Seconds from each command to the next. */
const spansOf = ({ commands }: Scenario) =>
  commands.slice(1).map(({ timeUs }, i) => Math.round((timeUs - commands[i]!.timeUs) / 1e6));

test('after five attempts new exposure stops, and the chase goes on, slower and slower, for ever', () => {
  const story = fired();
  let obeyed = 0;
  for (let seconds = 2; seconds < 1_000; seconds++) {
    story.time(seconds);
    const command = story.commands.at(-1)!;
    if (command.attempt === obeyed) continue;
    obeyed = command.attempt;
    const order = story.obey(command, seconds);
    story.order('OrderAccepted', order, seconds);
    story.ended('OrderExpired', order, '0', seconds);
  }
  const spans = spansOf(story);
  expect(spans.slice(0, 4).every((span) => span <= 1)).toBe(true);
  expect(Math.min(...spans.slice(5))).toBeGreaterThanOrEqual(3);
  expect(Math.max(...spans)).toBeLessThanOrEqual(97);
  expect(story.commands.length).toBeGreaterThan(12);
  expect(story.commands.length).toBeLessThan(25);
  expect(modes(story)).toHaveLength(1);
});

test('a thin book that fills a part of each attempt is asked again every three seconds', () => {
  const story = fired();
  let [obeyed, left] = [0, 1_000];
  for (let seconds = 2; seconds < 300; seconds++) {
    story.time(seconds);
    const command = story.commands.at(-1)!;
    if (command.attempt === obeyed) continue;
    obeyed = command.attempt;
    const order = story.obey(command, seconds);
    left--;
    story.fill(order, 'sell', '0.001', '49690', { leaves: `${left / 1_000}`, seconds });
    story.ended('OrderExpired', order, '0.001', seconds);
  }
  const spans = spansOf(story);
  expect(Math.max(...spans.slice(5))).toBeLessThanOrEqual(4);
  expect(story.commands.length).toBeGreaterThan(70);
  expect(modes(story)).toHaveLength(1);
});
