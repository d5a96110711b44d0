// What time a warm-up goes by, and whom it waits for.
import { US_PER_MS } from '@algo/model';
import { expect, test } from 'vitest';
import { instrument } from './testing/instruments.ts';
import { knowing, LTC, started, T0_MS, tradeAt, until } from './testing/warming-run.ts';

test.each([
  ['behind', -300_000],
  ['ahead of', 300_000],
])(
  "with a wall %s the venue's it warms up by the venue's time, at once",
  async (_word, ourMs) => {
    await using life = await started(1, undefined, undefined, { ourMs, instruments: [LTC] });
    const { run, standIn, stored, warnings, nowMs } = life;
    await until('it is connected', () => run.reasons().length === 0);
    standIn.tell('LTCUSDT', [tradeAt(651, nowMs()), tradeAt(652, nowMs() + 1)]);
    await until('it is warm', () => run.counters().warmed === 1);
    expect(warnings).toEqual([]);
    expect(stored.warmBars[0]!.untilUs).toBe((T0_MS - 17_000) * US_PER_MS);
    await until('the last trade is in', () => stored.ids.at(-1) === 652);
    expect(run.counters()).toMatchObject({ refused: 0, gaps: 0 });
  },
  60_000,
);

test("held again behind trades that are ahead of our wall, it waits for the venue's time only", async () => {
  const speech = knowing();
  await speech.flush();
  await using life = await started(20, undefined, speech, { ourMs: -300_000, instruments: [LTC] });
  const { run, standIn, stored, nowMs } = life;
  await until('it is connected', () => run.reasons().length === 0);
  const last = tradeAt(651, nowMs());
  standIn.tell('LTCUSDT', [last]);
  await until('it is in', () => stored.ids.at(-1) === 651);
  const beganMs = nowMs();
  const first = 652 + 100_000;
  standIn.tell('LTCUSDT', [tradeAt(first, beganMs), tradeAt(first + 1, beganMs + 1)]);
  await until('it is warm again', () => run.counters().warmed === 1);
  // Our wall is 300 s behind. What the reads take passes 20 times as fast too.
  expect(nowMs() - beganMs).toBeLessThan(300_000);
  expect(stored.warmBars[0]!.untilUs).toBeGreaterThan(last.timeUs);
}, 60_000);

test('a name that the venue does not list keeps no other instrument waiting', async () => {
  const instruments = [instrument('binance.spot.LTCUSDTT'), LTC];
  await using life = await started(1, undefined, undefined, { ourMs: 0, instruments });
  await until('it is warm', () => life.run.counters().warmed === 1);
  expect(life.run.notes()).toEqual(['warm-up 2 of 2 waits for a connection']);
  expect(life.run.reasons()).toEqual([expect.stringContaining('its nearest is LTCUSDT')]);
}, 60_000);
