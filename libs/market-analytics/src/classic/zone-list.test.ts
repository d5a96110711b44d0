import { US_PER_HOUR, US_PER_MINUTE, type Zone } from '@algo/model';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BarSeries, type StepBar } from '../bar-series.ts';
import { KeptNearest } from '../kept-nearest.ts';
import { NearestZones } from '../nearest-zones.ts';
import { Resolution } from '../resolution.ts';
import { SnapshotReader, SnapshotWriter } from '../snapshot.ts';
import { TapeTip } from '../tape-tip.ts';
import { TEST_INSTRUMENT } from '../testing/synthetic-tape.ts';
import { ZoneList } from './zone-list.ts';

const START_US = 20_000 * 24 * US_PER_HOUR;
const LISTED_US = 24 * US_PER_HOUR - 2 * US_PER_MINUTE;

/** A zone by the rule's own words, looked at with every bar. */
interface Plain {
  readonly openUs: number;
  readonly isDemand: boolean;
  readonly low: number;
  readonly high: number;
  readonly strength: number;
  touches: number;
  isReached: boolean;
  isBroken: boolean;
}

/** Returns what is told of a bar, each zone by its open, and the zones that are listed behind it. */
function plainly(before: readonly Plain[], bar: StepBar, bars: number): [told: string[], zones: Plain[]] {
  const { openTimeUs, open, high, low, close } = bar;
  const endUs = openTimeUs + US_PER_MINUTE;
  const [told, zones]: [string[], Plain[]] = [[], []];
  for (const zone of before)
    if (endUs <= zone.openUs + LISTED_US) zones.push(zone);
    else if (!zone.isBroken) told.push(`${zone.openUs} expired`);
  for (const zone of zones) {
    const reaches = zone.isDemand ? low <= zone.high : high >= zone.low;
    const isTouch = reaches && !zone.isReached && zone.touches < 3;
    const isBreak = !zone.isBroken && (zone.isDemand ? close < zone.low : close > zone.high);
    zone.isReached = reaches;
    if (isTouch) zone.touches++;
    if (isBreak) zone.isBroken = true;
    if (isTouch || isBreak)
      told.push(`${zone.openUs} ${zone.isBroken ? 'broken' : 'tested'} ${zone.touches}`);
  }
  const body = Math.abs(close - open);
  if (body === 0 || high - low <= 2 * body || bars < 3) return [told, zones];
  const isDemand = close > open;
  zones.push({
    ...{ openUs: openTimeUs, isDemand, low: isDemand ? low : open, high: isDemand ? open : high },
    ...{ strength: Math.min(100, ((high - low) / body) * 20), touches: 0, isReached: true, isBroken: false },
  });
  told.push(`${openTimeUs} fresh 0`);
  return [told, zones];
}

function nearestOf(zones: readonly Plain[], price: number, momentUs: number): number[] {
  const nearest = new NearestZones(price);
  for (const [i, { openUs, isDemand, low, high, strength, isBroken }] of zones.entries())
    if (!isBroken && momentUs <= openUs + LISTED_US) nearest.weigh(i, isDemand, low, high, strength);
  return nearest.chosen().map((i) => zones[i]!.openUs);
}

const step = fc.record({
  /** Minutes without a bar before it. */
  gap: fc.oneof({ arbitrary: fc.constant(0), weight: 60 }, fc.nat({ max: 700 })),
  move: fc.integer({ min: -6, max: 6 }),
  up: fc.nat({ max: 9 }),
  down: fc.nat({ max: 9 }),
  ask: fc.integer({ min: -15, max: 15 }),
  isRestored: fc.oneof({ arbitrary: fc.constant(false), weight: 40 }, fc.constant(true)),
});

test('zones are told, kept and chosen as a look at every zone with every bar says', () => {
  let [tested, broken, expired] = [0, 0, 0];
  fc.assert(
    fc.property(fc.array(step, { minLength: 150, maxLength: 400 }), (steps) => {
      const series = new BarSeries('1m');
      const resolution = new Resolution(1, 1);
      const tip = new TapeTip();
      const listed = () => {
        const near = new KeptNearest<Zone>();
        const made = near.add((onChange) => new ZoneList(TEST_INSTRUMENT, series, resolution, onChange));
        return [made, near] as const;
      };
      let [list, kept] = listed();
      let zones: Plain[] = [];
      let [openTimeUs, price] = [START_US, 10_000];
      for (const { gap, move, up, down, ask, isRestored } of steps) {
        openTimeUs += (1 + gap) * US_PER_MINUTE;
        const [open, close] = [price, price + move];
        const [high, low] = [Math.max(open, close) + up, Math.min(open, close) - down];
        const bar = { openTimeUs, open, high, low, close, buy: 1, sell: 1, buyTrades: 1, sellTrades: 1 };
        const told: string[] = [];
        price = close;
        series.push({ ...bar, complete: true });
        list.onBar(openTimeUs + US_PER_MINUTE, {
          onZone: ({ firstSeenUs, status, touches }: Zone) =>
            told.push(
              [firstSeenUs - US_PER_MINUTE, status, ...(status === 'expired' ? [] : [touches])].join(' '),
            ),
        });
        const [expected, after] = plainly(zones, { ...bar, complete: true }, series.bars);
        zones = after;
        expect(told).toEqual(expected);
        tested += told.filter((word) => word.includes('tested')).length;
        broken += told.filter((word) => word.includes('broken')).length;
        expired += told.filter((word) => word.includes('expired')).length;
        if (isRestored) {
          const to = new SnapshotWriter();
          list.save(to);
          [list, kept] = listed();
          list.load(new SnapshotReader(to.bytes()));
        }
        tip.passTo(openTimeUs + US_PER_MINUTE + Math.abs(ask) * 1e6);
        for (tip.price = price - 9; tip.price < price + 9; tip.price += 1 + Math.abs(ask)) {
          const chosen = kept.at(tip).map(({ firstSeenUs }) => firstSeenUs - US_PER_MINUTE);
          expect(chosen).toEqual(nearestOf(zones, tip.price, tip.nowUs));
        }
      }
    }),
    { numRuns: 40 },
  );
  expect(Math.min(tested, broken, expired)).toBeGreaterThan(100);
});
