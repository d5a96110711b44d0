// The owner's expected values for the rules that guard positions and the account.
import { Decimal, type Direction, type DrawdownLevel, TRAILING_DISTANCES } from '@algo/model';
import { describeOracle, type OracleRow, oracleRows } from '@algo/testkit/owner-oracle';
import { expect, test } from 'vitest';
import { drawdownShare, nextDrawdownLevel } from './drawdown.ts';
import { TrailingStop } from './trailing-stop.ts';

const d = (text: string) => Decimal.of(text);
const HUNDRED = d('100');
const LEVELS = [d('0.02'), d('0.03'), d('0.04'), d('0.05')] as const;
const NAMES: Readonly<Record<DrawdownLevel, string>> = {
  ...{ none: 'none', alert: 'alert', warning: 'warning', critical: 'critical', breaker: 'circuit_breaker' },
};

/** The rows of each sequence of the table, in their order. */
function sequences(): OracleRow[][] {
  const all = new Map<string, OracleRow[]>();
  for (const row of oracleRows('tables/trailing_stop.csv'))
    all.set(row.seq!, [...(all.get(row.seq!) ?? []), row]);
  return [...all.values()];
}

/** A grid on which every level of a sequence lies, so that nothing is rounded to a tick. */
function gridOf(rows: readonly OracleRow[]): Decimal {
  const places = rows.flatMap(({ stop, price }) =>
    [stop, price].map((cell) => cell?.split('.')[1]?.length ?? 0),
  );
  return Decimal.scaled(1n, Math.max(...places));
}

function armed(entry: OracleRow, tick: Decimal): TrailingStop {
  const price = d(entry.price!);
  const direction = entry.side as Direction;
  const trailing = TRAILING_DISTANCES[entry.asset_type === 'meme' ? 'meme' : 'regular'];
  // No plan has a stop of its own in the table: one so far away never counts.
  const initialStop = direction === 'long' ? tick : price.times(HUNDRED);
  return TrailingStop.arm({ direction, entryPrice: price, initialStop, trailing, tick });
}

describeOracle('the owner’s tables', () => {
  test('every trailing stop stands where it should after each price and narrowing, and fires in time', () => {
    let [compared, narrowed] = [0, 0];
    for (const [entry, ...rest] of sequences()) {
      const stop = armed(entry!, gridOf([entry!, ...rest]));
      expect([entry!.case, stop.level.toString()]).toEqual([entry!.case, d(entry!.stop!).toString()]);
      for (const row of rest) {
        const name = `${row.case}, step ${row.step}`;
        if (row.event === 'price') {
          compared++;
          const verdict = stop.onPrice(Number(row.price));
          const [moved, fired] = [verdict === 'moved' ? '1' : '0', verdict === 'fired' ? '1' : '0'];
          expect([name, moved, fired]).toEqual([name, row.moved, row.triggered]);
          if (fired === '0') expect(stop.bestPrice.toString()).toBe(d(row.best!).toString());
        } else {
          narrowed++;
          // The row says the distance that holds behind it: one that is wider than before changes nothing.
          stop.narrow(d(row.distance_pct!).dividedBy(HUNDRED, 8, 'half-even'));
        }
        expect([name, stop.level.toString()]).toEqual([name, d(row.stop!).toString()]);
      }
    }
    expect([compared > 230, narrowed]).toEqual([true, 7]);
  });

  test('every loss of the day reaches the level that it should', () => {
    const rows = oracleRows('tables/drawdown.csv');
    for (const row of rows) {
      const [start, equity] = [d(row.day_start_equity!), d(row.equity!)];
      const level = nextDrawdownLevel('none', start, equity, LEVELS);
      expect([row.equity, NAMES[level]]).toEqual([row.equity, row.level]);
      const lost = Math.max(0, -Number(row.daily_pnl_pct));
      expect(drawdownShare(start, equity).toNumber() * 100).toBeCloseTo(lost, 5);
    }
    expect(rows.length).toBe(40);
  });
});
