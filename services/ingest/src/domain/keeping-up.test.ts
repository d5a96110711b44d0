// Trades that wait unread in connections, since this process stood still or is slow, are waited for.
import { US_PER_MS, US_PER_SECOND } from '@algo/model';
import { expect, test } from 'vitest';
import { BTC, goOn, LIVE_ALLOWANCE_US, LTC, T0, well } from '../testing/feed-clocks.ts';
import { HOLD_BACK_MAX_US } from './feed-clock.ts';

test('behind a standstill nothing is sure until what waited in the connections was read', () => {
  const time = well();
  time.heard(LTC, T0, 0);
  time.heard(BTC, T0, 0);
  const { sureUs } = goOn(time, 0, 2_000).at(-1)!;
  // Twelve seconds later this process runs again: what the venue sent meanwhile is still to be read.
  expect(goOn(time, 14_000, 14_000)).toMatchObject([
    { toldUs: T0 + 14 * US_PER_SECOND, sureUs, behind: [LTC, BTC] },
  ]);
  time.heard(LTC, T0 + 2_500_000, 14_010);
  time.heard(BTC, T0 + 13_900_000, 14_010);
  goOn(time, 14_020, 14_880);
  time.heard(LTC, T0 + 9 * US_PER_SECOND, 14_900);
  expect(goOn(time, 14_920, 15_500).at(-1)).toMatchObject({ behind: [LTC], sureUs: T0 + 9 * US_PER_SECOND });
  time.heard(LTC, T0 + 15_300_000, 15_510);
  const { behind, ...after } = goOn(time, 15_520, 16_000).at(-1)!;
  expect([behind, after.sureUs]).toEqual([[], after.toldUs - LIVE_ALLOWANCE_US]);
});

test('an instrument that is quiet is waited for as long as a trade may be on its way', () => {
  const time = well();
  time.heard(LTC, T0, 0);
  goOn(time, 0, 2_000);
  const told = goOn(time, 14_000, 16_000);
  const isHeld = told.map(({ behind }) => behind.length > 0);
  const ms = told.map(({ wallUs }) => wallUs / US_PER_MS);
  expect(ms[isHeld.lastIndexOf(true)]).toBeLessThanOrEqual(15_000);
  expect(ms[isHeld.indexOf(false)]).toBeLessThanOrEqual(15_260);
  expect(told.at(-1)!.sureUs).toBe(told.at(-1)!.toldUs - LIVE_ALLOWANCE_US);
});

test('standstills that follow each other hold back for a bounded time', () => {
  const time = well();
  time.heard(LTC, T0, 0);
  const { sureUs } = goOn(time, 0, 2_000).at(-1)!;
  const holdMs = HOLD_BACK_MAX_US / US_PER_MS;
  const told = goOn(time, 2_600, holdMs + 10_000, 600);
  for (const time of told.filter(({ wallUs }) => wallUs < 2_600 * US_PER_MS + HOLD_BACK_MAX_US))
    expect(time).toMatchObject({ sureUs, behind: [LTC, BTC] });
  const last = told.at(-1)!;
  expect(last.sureUs).toBe(last.toldUs - LIVE_ALLOWANCE_US);
});

test('an instrument whose trades come later and later holds sure time back before one is too late', () => {
  const time = well();
  time.heard(LTC, T0, 0);
  time.heard(BTC, T0, 0);
  // Each 100 ms of the wall 60 ms of its trades are read; of the other all.
  for (let i = 1; i <= 60; i++) {
    time.heard(BTC, T0 + i * 100_000, i * 100);
    time.heard(LTC, T0 + i * 60_000, i * 100);
    for (const { sureUs } of goOn(time, i * 100, i * 100 + 80))
      expect(sureUs).toBeLessThanOrEqual(T0 + i * 60_000);
  }
  expect(goOn(time, 6_100, 6_300).at(-1)?.behind).toEqual([LTC]);
});

test('what waited behind a gap and is said late was not late when it was heard', () => {
  const time = well();
  time.heard(LTC, T0, 0);
  goOn(time, 0, 1_000);
  time.setGap(LTC, true);
  goOn(time, 1_020, 4_000);
  time.setGap(LTC, false);
  time.heard(LTC, T0 + US_PER_SECOND, 1_010);
  expect(goOn(time, 4_020, 4_300).at(-1)?.behind).toEqual([]);
});
