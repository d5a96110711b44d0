import { instrumentId, US_PER_MINUTE, US_PER_SECOND } from '@algo/model';
import { expect, test } from '@jest/globals';
import { BarAudit } from './bar-audit.ts';

const LTC = instrumentId('bybit.spot.LTCUSDT');
const M0 = 29_000_000 * US_PER_MINUTE;

/** Began in the minute before M0, and heard 0.1 and 0.2 (of two trades) within M0. */
function heard(isBehindHole = false): BarAudit {
  const audit = new BarAudit(LTC);
  audit.trade(M0 - US_PER_SECOND, 5, 1, false);
  audit.trade(M0 + US_PER_SECOND, 0.1, 1, isBehindHole);
  audit.trade(M0 + 2 * US_PER_SECOND, 0.2, 2, false);
  return audit;
}

test.each([
  ['tells the same', { volume: 0.3, trades: 3 }],
  ['does not count its trades', { volume: 0.3, trades: undefined }],
])('a bar of the venue that %s is no news', (_, bar) => {
  expect(heard().compare({ openTimeUs: M0, ...bar })).toEqual([]);
});

test.each([
  ['volume', { volume: 0.4, trades: 3 }],
  ['count', { volume: 0.3, trades: 4 }],
])('another %s is a gap of that minute, told once', (_, bar) => {
  const audit = heard();
  const gap = { kind: 'bar', ids: null, fromUs: M0, toUs: M0 + US_PER_MINUTE - 1, missing: 0 };
  expect(audit.compare({ openTimeUs: M0, ...bar })).toMatchObject([
    { type: 'GapOpened', ...gap },
    { type: 'GapUnfillable', ...gap, code: 'BAR_DIFFERS' },
  ]);
  expect(audit.compare({ openTimeUs: M0, ...bar })).toEqual([]);
});

test('a minute with trades of which none was heard differs, an empty one does not', () => {
  expect(heard().compare({ openTimeUs: M0 + US_PER_MINUTE, volume: 1, trades: 1 })).toHaveLength(2);
  expect(heard().compare({ openTimeUs: M0 + US_PER_MINUTE, volume: 0, trades: 0 })).toEqual([]);
});

test('a minute that is known to be incomplete is not told again', () => {
  expect(heard(true).compare({ openTimeUs: M0, volume: 9, trades: 9 })).toEqual([]);
  expect(heard().compare({ openTimeUs: M0 - US_PER_MINUTE, volume: 9, trades: 9 })).toEqual([]);
});
