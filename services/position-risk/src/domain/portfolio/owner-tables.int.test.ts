// The owner's expected values for the rules that watch over all positions together.
import { type AssetClass, Decimal, type Direction } from '@algo/model';
import { describeOracle, numberOf, type OracleRow, oracleRows } from '@algo/testkit/owner-oracle';
import { expect, test } from 'vitest';
import { dumpSignals, type Flow } from './dump.ts';
import { healthScore } from './health-score.ts';
import { HEALTH_STEPS, nextHealthStep, worstOf } from './health-steps.ts';
import { correlationOf, isLeaderExit } from './leaders.ts';
import { OWNER_RULES } from './portfolio-rules.ts';

const { health, leaders, dump } = OWNER_RULES;

function flowOf(buy: string | null | undefined, sell: string | null | undefined): Flow | null {
  const [bought, sold] = [numberOf(buy), numberOf(sell)];
  return bought === null || sold === null ? null : { buy: bought, sell: sold };
}

function slippageOf(row: OracleRow): number | 'failed' | null {
  return row.slippage === 'error' ? 'failed' : numberOf(row.slippage);
}

describeOracle('the owner’s tables', () => {
  test('each score asks for what the steps say, and leaves those that do worst', () => {
    for (const row of oracleRows('tables/health_action.csv')) {
      const held = JSON.parse(row.positions!) as Record<string, string | null>;
      const rank = HEALTH_STEPS.indexOf(nextHealthStep('good', Number(row.score), health));
      const worst = worstOf(Object.entries(held), health.closeWorst, ([, gain]) => Decimal.of(gain ?? '0'));
      expect([row.score, rank >= 1 ? '1' : '0']).toEqual([row.score, row.cum_stop_new_entries]);
      const closes = rank === 3 ? worst.map(([id]) => id) : [];
      expect([row.score, row.positions, closes]).toEqual([
        row.score,
        row.positions,
        JSON.parse(row.cum_closes!),
      ]);
      const tightens = rank >= 2 && Object.keys(held).length > 0;
      expect([row.score, tightens ? '0.3' : null]).toEqual([row.score, row.cum_tighten_pct]);
    }
  });

  test('the score is that of the formula', () => {
    const rows = oracleRows('tables/health_score.csv');
    for (const row of rows) {
      const score = healthScore({
        dailyLoss: Number(row.daily_drawdown_pct) / 5,
        peakLoss: Number(row.peak_drawdown_pct) / 10,
        openRisk: Number(row.open_risk_share),
        concentration: Number(row.concentration),
        feeds: Number(row.feed_health),
      });
      expect(Math.abs(score - Number(row.score))).toBeLessThan(1e-9);
    }
    expect(rows.length).toBe(40);
  });

  test('each market is taken for a dump or not, and the first signal is the one that is named', () => {
    const rows = oracleRows('tables/dump.csv');
    for (const row of rows) {
      const [speaking] = dumpSignals(
        {
          direction: row.side as Direction,
          assetClass: row.asset_type as AssetClass,
          bars: [flowOf(row.buy1, row.sell1), flowOf(row.buy2, row.sell2), flowOf(row.buy3, row.sell3)],
          flow: flowOf(row.flow_buy, row.flow_sell),
          price: Number(row.price),
          average: numberOf(row.ema20_5m),
          slippage: slippageOf(row),
        },
        dump,
      );
      expect([row.case, row.side, speaking ?? null]).toEqual([row.case, row.side, row.reason]);
      expect(row.dump).toBe(speaking === undefined ? '0' : '1');
    }
    expect(rows.length).toBe(90);
  });

  test('each move of a leader is one to leave by or not', () => {
    for (const row of oracleRows('tables/leader_exit.csv')) {
      const change = Number(Decimal.of(row.leader_change_pct!).dividedBy(Decimal.of('100'), 12, 'half-even'));
      const exits = isLeaderExit('long', change, numberOf(row.correlation), leaders);
      expect([row.leader_change_pct, row.correlation, exits ? '1' : '0']).toEqual([
        row.leader_change_pct,
        row.correlation,
        row.exit,
      ]);
    }
  });

  test('the correlation of two lists of prices is the one given', () => {
    for (const row of oracleRows('tables/correlation.csv')) {
      const [leader, position] = [row.leader, row.position].map((list) => JSON.parse(list!) as number[]);
      const found = correlationOf(leader!, position!);
      const told = numberOf(row.correlation);
      if (told === null) expect(found).toBeNull();
      else expect(Math.abs(found! - told)).toBeLessThan(1e-9);
    }
  });
});
