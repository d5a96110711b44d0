import { type InstrumentId, type TimeAdvanced, US_PER_HOUR, US_PER_MS, US_PER_SECOND } from '@algo/model';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BTC, clock, goOn, LIVE_ALLOWANCE_US, LTC, T0, well } from '../testing/feed-clocks.ts';
import { type FeedClock, HOLD_BACK_MAX_US, TIME_GRID_US } from './feed-clock.ts';

test('a feed whose ids show no loss is sure later', () => {
  const time = well({ completeness: 'audited' });
  time.heard(LTC, T0, 0);
  const { toldUs, sureUs } = goOn(time, 0, 20_000).at(-1)!;
  expect(toldUs - sureUs).toBe(3 * US_PER_SECOND);
});

test('before the first trade nothing is told', () => {
  expect(goOn(well(), 0, 10_000)).toEqual([]);
});

test('live time is the newest trade and what the wall went on since, each quarter of a second', () => {
  const time = well();
  time.heard(LTC, T0 + 100_000, 0);
  const told = goOn(time, 0, 10_000);
  expect(told).toHaveLength(40 + 1);
  expect(told[0]).toEqual({
    type: 'TimeAdvanced',
    feed: 'binance',
    toldUs: T0,
    sureUs: T0 - LIVE_ALLOWANCE_US,
    behind: [],
    wallUs: 0,
    speed: 1,
    warm: false,
  });
  for (const [i, { toldUs, sureUs }] of told.entries()) {
    expect(toldUs).toBe(T0 + i * TIME_GRID_US);
    expect(sureUs).toBe(toldUs - LIVE_ALLOWANCE_US);
  }
});

test('a newer trade sets the time anew, an older one does not set it back', () => {
  const time = well();
  time.heard(LTC, T0, 0);
  goOn(time, 0, 1_000);
  time.heard(BTC, T0 - US_PER_SECOND, 1_000);
  expect(goOn(time, 1_020, 1_300)[0]?.toldUs).toBe(T0 + 1_250_000);
  time.heard(BTC, T0 + 60 * US_PER_SECOND, 1_300);
  expect(goOn(time, 1_320, 1_400)[0]?.toldUs).toBe(T0 + 60 * US_PER_SECOND);
});

test('a trade that is late by more than the told time went on lets it stand until it has caught up', () => {
  const time = well();
  time.heard(LTC, T0, 0);
  goOn(time, 0, 2_000);
  time.heard(LTC, T0 + US_PER_SECOND, 2_000);
  expect(goOn(time, 2_020, 3_000)).toEqual([]);
  expect(goOn(time, 3_020, 3_300)[0]?.toldUs).toBe(T0 + 2_250_000);
});

test('at speed twenty time is told fifty times a second, and goes on twenty times as fast', () => {
  const time = well({ speed: 20 });
  time.heard(LTC, T0, 0);
  const told = goOn(time, 0, 999, 1);
  expect(told).toHaveLength(50);
  expect(told.at(-1)?.toldUs).toBeGreaterThan(T0 + 19 * US_PER_SECOND);
  expect(told.at(-1)?.speed).toBe(20);
});

test('at speed twenty too, what may be on its way by the wall, or waits for a gap, is not sure', () => {
  const time = clock({ speed: 20 });
  time.connected(LTC);
  time.connected(BTC);
  time.heard(LTC, T0, 0);
  time.heard(BTC, T0, 0);
  const { sureUs, toldUs } = goOn(time, 0, 900).at(-1)!;
  expect(toldUs).toBeGreaterThan(T0 + 17 * US_PER_SECOND);
  expect(sureUs).toBeLessThanOrEqual(T0);
  time.setGap(LTC, true);
  const waiting = goOn(time, 920, 30_000).at(-1)!;
  expect(waiting.toldUs).toBeGreaterThan(T0 + 590 * US_PER_SECOND);
  expect(waiting.sureUs).toBeLessThanOrEqual(T0);
});

test('an instrument that is disconnected is behind and holds sure time back, for a bounded time', () => {
  const time = well();
  time.heard(LTC, T0, 0);
  time.heard(BTC, T0 + 5 * US_PER_SECOND, 0);
  const before = goOn(time, 0, 100).at(-1)!;
  time.disconnected(LTC, 100);
  const holdMs = HOLD_BACK_MAX_US / US_PER_MS;
  const held = goOn(time, 120, holdMs);
  expect(held.at(-1)?.toldUs).toBeGreaterThan(T0 + HOLD_BACK_MAX_US);
  for (const { sureUs, behind } of held) {
    expect(behind).toEqual([LTC]);
    expect(sureUs).toBe(before.sureUs);
  }
  const after = goOn(time, holdMs + 120, holdMs + 1_000).at(-1)!;
  expect(after).toMatchObject({ behind: [LTC], sureUs: after.toldUs - LIVE_ALLOWANCE_US });
});

test('connected again it stays behind until a trade shows that nothing is missing', () => {
  const time = well();
  time.heard(LTC, T0, 0);
  goOn(time, 0, 3_000);
  time.disconnected(LTC, 3_000);
  time.connected(LTC);
  expect(goOn(time, 3_020, 6_000).at(-1)?.behind).toEqual([LTC]);
  time.heard(LTC, T0 + US_PER_SECOND, 1_000); // heard before, held back until now
  expect(goOn(time, 6_020, 6_300).at(-1)?.behind).toEqual([LTC]);
  time.heard(LTC, T0 + 6 * US_PER_SECOND, 6_300);
  const { behind, sureUs, toldUs } = goOn(time, 6_320, 8_000).at(-1)!;
  expect({ behind, sureUs }).toEqual({ behind: [], sureUs: toldUs - LIVE_ALLOWANCE_US });
});

test('an open gap holds sure time back at what was said before it, fetched too, until it is closed', () => {
  const time = well();
  time.heard(LTC, T0, 0);
  const sureUs = goOn(time, 0, 200).at(-1)!.sureUs;
  time.setGap(LTC, true);
  time.heard(LTC, T0 + 500_000, undefined); // of what is being fetched
  time.heard(BTC, T0 + 9 * US_PER_SECOND, 200);
  const held = goOn(time, 220, 5_000).at(-1)!;
  expect(held).toMatchObject({ behind: [LTC], sureUs: Math.max(sureUs, T0 + 500_000) });
  time.setGap(LTC, false);
  const after = goOn(time, 5_020, 6_000).at(-1)!;
  expect(after).toMatchObject({ behind: [], sureUs: after.toldUs - LIVE_ALLOWANCE_US });
});

test('after a restart time goes on where it was told last, and what was missed is waited for', () => {
  const instruments = new Map([[LTC, T0]]);
  const last = { toldUs: T0 + 10 * US_PER_SECOND, sureUs: T0 + 9 * US_PER_SECOND };
  const time = clock({ instruments }, last);
  time.connected(LTC);
  const quiet = goOn(time, 0, 1_000).at(-1)!;
  expect(quiet).toMatchObject({ toldUs: last.toldUs + US_PER_SECOND, sureUs: last.sureUs, behind: [LTC] });
  time.setGap(LTC, true);
  const held = goOn(time, 1_020, 2_000).at(-1)!;
  expect(held).toMatchObject({ toldUs: last.toldUs + 2 * US_PER_SECOND, sureUs: last.sureUs, behind: [LTC] });
  time.setGap(LTC, false);
  time.heard(LTC, T0 + 600 * US_PER_SECOND, 1_010);
  const after = goOn(time, 2_020, 3_000).at(-1)!;
  expect(after.toldUs).toBeGreaterThan(T0 + 600 * US_PER_SECOND);
  expect(after).toMatchObject({ behind: [], sureUs: after.toldUs - LIVE_ALLOWANCE_US });
});

test('a feed that gives says what it gave, all of it sure, and nothing of its own', () => {
  const time = clock({ kind: 'given', speed: 20 });
  time.heard(LTC, T0 + 3 * US_PER_SECOND, 0);
  time.given(T0 + US_PER_SECOND + 1);
  const told = goOn(time, 0, 60_000);
  expect(told).toHaveLength(1);
  expect(told[0]).toMatchObject({ toldUs: T0 + US_PER_SECOND, sureUs: T0 + US_PER_SECOND, behind: [] });
});

test('the last word of a feed is its end, told and sure', () => {
  const time = clock({ kind: 'given' });
  time.given(T0);
  goOn(time, 0, 100);
  expect(time.end(T0 + US_PER_HOUR, 1)).toMatchObject({ toldUs: T0 + US_PER_HOUR, sureUs: T0 + US_PER_HOUR });
});

type Happening =
  | {
      readonly kind: 'heard';
      readonly instrument: InstrumentId;
      readonly aheadMs: number;
      readonly waitedMs: number;
    }
  | {
      readonly kind: 'connected' | 'disconnected' | 'gapOpened' | 'gapClosed';
      readonly instrument: InstrumentId;
    };

const instrument = fc.constantFrom(LTC, BTC);
const happening: fc.Arbitrary<Happening> = fc.oneof(
  fc.record({
    kind: fc.constant('heard' as const),
    instrument,
    aheadMs: fc.integer({ min: -3_000, max: 400 }),
    waitedMs: fc.nat(3_000),
  }),
  fc.record({
    kind: fc.constantFrom(
      'connected' as const,
      'disconnected' as const,
      'gapOpened' as const,
      'gapClosed' as const,
    ),
    instrument,
  }),
);
const course = fc.array(fc.tuple(fc.integer({ min: 0, max: 1_000 }), happening), { maxLength: 30 });

/** Lets things happen at their times and the wall go on between them. */
function live(
  time: FeedClock,
  speed: number,
  happenings: readonly (readonly [number, Happening])[],
): TimeAdvanced[] {
  const told: TimeAdvanced[] = [];
  let ms = 0;
  for (const [pauseMs, what] of happenings) {
    told.push(...goOn(time, ms, ms + pauseMs, 7));
    ms += pauseMs;
    if (what.kind === 'heard') {
      const heardMs = ms - what.waitedMs;
      time.heard(what.instrument, T0 + (heardMs * speed + what.aheadMs) * US_PER_MS, heardMs);
    } else if (what.kind === 'connected') time.connected(what.instrument);
    else if (what.kind === 'disconnected') time.disconnected(what.instrument, ms);
    else time.setGap(what.instrument, what.kind === 'gapOpened');
  }
  return [...told, ...goOn(time, ms, ms + 100, 7)];
}

test('told and sure time never go back, sure is not ahead, and no wall second has more than fifty', () => {
  fc.assert(
    fc.property(fc.constantFrom(1, 20, 1_000), course, (speed, happenings) => {
      const told = live(clock({ speed }), speed, happenings);
      const perSecond = new Map<number, number>();
      for (const [i, { toldUs, sureUs, wallUs }] of told.entries()) {
        const { toldUs: lastToldUs, sureUs: lastSureUs } = told[i - 1] ?? { toldUs: 0, sureUs: 0 };
        expect(toldUs).toBeGreaterThan(lastToldUs);
        expect(toldUs % TIME_GRID_US).toBe(0);
        expect(sureUs).toBeGreaterThanOrEqual(lastSureUs);
        expect(sureUs).toBeLessThanOrEqual(toldUs);
        const second = Math.floor(wallUs / US_PER_SECOND);
        perSecond.set(second, (perSecond.get(second) ?? 0) + 1);
      }
      expect(Math.max(0, ...perSecond.values())).toBeLessThanOrEqual(50);
    }),
  );
});

test('a silence of any length, thirty hours too, ends with told and sure time having moved on', () => {
  const silence = fc.integer({ min: 1_000, max: 40 * 3_600_000 });
  fc.assert(
    fc.property(fc.constantFrom(1, 20), course, silence, (speed, happenings, silenceMs) => {
      const time = clock({ speed });
      time.heard(LTC, T0, 0);
      live(time, speed, happenings);
      const atMs = happenings.reduce((sum, [pauseMs]) => sum + pauseMs, 0) + 100;
      const before = time.toldUs;
      // Nothing was run meanwhile, so what may wait in the connections comes first.
      const endMs = atMs + silenceMs;
      const told = goOn(time, endMs, endMs + LIVE_ALLOWANCE_US / US_PER_MS + 300).at(-1);
      // A trade may have come up to 400 ms early, or the newest one 3 s late.
      const leastUs = silenceMs * speed * US_PER_MS - 3_900 * US_PER_MS;
      expect(told?.toldUs ?? before).toBeGreaterThanOrEqual(before + Math.max(0, leastUs));
      if (silenceMs < HOLD_BACK_MAX_US / US_PER_MS) return;
      expect(told?.sureUs).toBe(told!.toldUs - LIVE_ALLOWANCE_US * speed);
    }),
  );
});
