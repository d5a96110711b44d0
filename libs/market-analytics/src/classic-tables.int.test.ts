// Rule set `classic` on the owner's made-up edges.
import { hurst, meanReversionStrength } from '@algo/indicators';
import type { FairValueGap, Zone } from '@algo/model';
import { describeOracle, numberOf, type OracleRow, oracleRows } from '@algo/testkit/owner-oracle';
import { expect, test } from 'vitest';
import { BarSeries } from './bar-series.ts';
import { GapList } from './classic/gap-list.ts';
import { LookBackProfiles } from './classic/look-back-profiles.ts';
import { ZoneList } from './classic/zone-list.ts';
import { Resolution } from './resolution.ts';
import { TapeTip } from './tape-tip.ts';
import { Differences } from './testing/oracle-run.ts';
import { TEST_INSTRUMENT } from './testing/synthetic-tape.ts';
import { TradeRing } from './trade-ring.ts';

const MINUTE_US = 60e6;

/** A 1m series of bars given as open, high, low, close, in steps fine enough for all. */
function seriesOf(bars: readonly (readonly [number, number, number, number])[]) {
  const resolution = new Resolution(1, 1);
  for (const price of bars.flat()) resolution.fit(price, 1, () => []);
  const series = new BarSeries('1m');
  const push = (i: number) => {
    const [open, high, low, close] = bars[i]!.map((price) => resolution.price.toSteps(price));
    const prices = { open: open!, high: high!, low: low!, close: close! };
    const flow = { buy: 1, sell: 0, buyTrades: 1, sellTrades: 0, complete: true };
    series.push({ openTimeUs: i * MINUTE_US, ...prices, ...flow });
    return (i + 1) * MINUTE_US;
  };
  return { series, resolution, push };
}

const pricesOf = (row: OracleRow, ...names: string[]) => names.map((name) => numberOf(row[name])!);

describeOracle('the owner’s tables', () => {
  test('Hurst and mean reversion equal on every list', () => {
    const differences = new Differences();
    for (const row of oracleRows('tables/hurst.csv'))
      differences.number(row.case!, 'hurst', hurst(JSON.parse(row.prices!)), row);
    for (const row of oracleRows('tables/mean_reversion.csv')) {
      const strength = meanReversionStrength(JSON.parse(row.closes!), Number(row.ema));
      differences.number(`${row.case} ${row.ema_of}`, 'mr', strength, row);
    }
    expect(differences.found).toEqual([]);
    expect(differences.compared).toBeGreaterThan(140);
  });

  test('every candle makes the zone that it should, or none', () => {
    const differences = new Differences();
    for (const row of oracleRows('tables/zone.csv')) {
      const [open, high, low, close] = pricesOf(row, 'open', 'high', 'low', 'close');
      const flat = [open!, open!, open!, open!] as const;
      const { series, resolution, push } = seriesOf([flat, flat, [open!, high!, low!, close!]]);
      const zones: Zone[] = [];
      const list = new ZoneList(TEST_INSTRUMENT, series, resolution);
      for (const i of [0, 1, 2]) list.onBar(push(i), { onZone: (zone) => zones.push(zone) });
      const where = JSON.stringify(row);
      differences.text(where, 'type', zones[0]?.kind ?? 'none', row);
      differences.number(where, 'price_low', zones[0]?.low ?? null, row);
      differences.number(where, 'price_high', zones[0]?.high ?? null, row);
      differences.number(where, 'strength', zones[0]?.strength ?? null, row);
    }
    expect(differences.found).toEqual([]);
  });

  test('every three candles make the gap that they should, or none', () => {
    const differences = new Differences();
    for (const row of oracleRows('tables/gap.csv')) {
      const bars = [1, 2, 3].map((n) => {
        const [high, low] = pricesOf(row, `high${n}`, `low${n}`);
        return [low!, high!, low!, high!] as const;
      });
      const { series, resolution, push } = seriesOf(bars);
      const gaps: FairValueGap[] = [];
      const list = new GapList(TEST_INSTRUMENT, series, resolution);
      for (const i of [0, 1, 2]) list.onBar(push(i), { onGap: (gap) => gaps.push(gap) });
      const where = JSON.stringify(row);
      differences.text(where, 'type', gaps[0]?.kind ?? 'none', row);
      differences.number(where, 'gap_low', gaps[0]?.low ?? null, row);
      differences.number(where, 'gap_high', gaps[0]?.high ?? null, row);
    }
    expect(differences.found).toEqual([]);
  });

  test('every profile has the point of control and the value area that it should', () => {
    const differences = new Differences();
    for (const row of oracleRows('tables/profile.csv')) {
      const trades = (JSON.parse(row.trades!) as [string, string][]).map((pair) => pair.map(Number));
      const resolution = new Resolution(1, 1);
      for (const [price, quantity] of trades) resolution.fit(price!, quantity!, () => []);
      const ring = new TradeRing();
      ring.nextUs = 1;
      const profiles = new LookBackProfiles(resolution, ['60m'], ['60m'], ring);
      for (const [price, quantity] of trades)
        ring.add(resolution.price.toSteps(price!), resolution.quantity.toSteps(quantity!), 1);
      const tip = new TapeTip();
      tip.passTo(2);
      const profile = profiles.read(tip)[0];
      differences.number(row.trades!, 'poc', profile?.poc ?? null, row);
      differences.number(row.trades!, 'val', profile?.valueArea?.low ?? null, row);
      differences.number(row.trades!, 'vah', profile?.valueArea?.high ?? null, row);
    }
    expect(differences.found).toEqual([]);
  });
});
