import {
  type Candle,
  type FairValueGap,
  type MarketState,
  sliceTrades,
  TIMEFRAME_US,
  type TradeColumns,
  type Zone,
} from '@algo/model';
import { numberOf, type OracleRow } from '@algo/testkit/owner-oracle';
import { InstrumentAnalytics } from '../instrument-analytics.ts';
import { type AnalyticsSink, NOBODY } from '../rows.ts';
import { USUAL_SETTINGS } from '../settings.ts';
import { LTC } from './oracle-tape.ts';

/** Everything that one pass over the tape has brought. */
export interface OracleRun {
  readonly candles: Candle[];
  /** Each step with when it was told: at the close of the newest bar. *Units*: ms. */
  readonly zones: { readonly zone: Zone; readonly toldMs: number }[];
  readonly gaps: { readonly gap: FairValueGap; readonly toldMs: number }[];
}

/** Feeds the tape and stops at each moment, when what traded before it is known. *Units*: `momentsMs` ms. */
export function runOracle(
  tape: TradeColumns,
  momentsMs: readonly number[],
  at: (momentMs: number, state: MarketState) => void,
): OracleRun {
  const run: OracleRun = { candles: [], zones: [], gaps: [] };
  const toldMs = () => {
    const { openTimeUs, timeframe } = run.candles.at(-1)!;
    return (openTimeUs + TIMEFRAME_US[timeframe]) / 1_000;
  };
  const sink: AnalyticsSink = {
    ...NOBODY,
    onCandle: (candle: Candle) => run.candles.push(candle),
    onZone: (zone: Zone) => run.zones.push({ zone, toldMs: toldMs() }),
    onGap: (gap: FairValueGap) => run.gaps.push({ gap, toldMs: toldMs() }),
  };
  const engine = new InstrumentAnalytics({
    ...{ instrument: LTC, priceTick: 0.01, quantityStep: 0.001, ...USUAL_SETTINGS },
  });
  let from = 0;
  for (const momentMs of momentsMs) {
    let to = from;
    while (to < tape.count && tape.timeUs[to]! < momentMs * 1_000) to++;
    engine.onTrades(sliceTrades(tape, from, to), true, sink);
    from = to;
    engine.advanceTo(momentMs * 1_000, sink);
    at(momentMs, engine.state());
  }
  return run;
}

/** Gathers what differs from the expected values, so that a test can say all of it at once. */
export class Differences {
  readonly found: string[] = [];
  compared = 0;

  /** Compares to 1e-9 of the value; an empty cell is null. */
  number(where: string, column: string, value: number | null, row: OracleRow): void {
    this.compared++;
    const expected = numberOf(row[column]);
    if (value === expected) return;
    const isNear =
      value !== null &&
      expected !== null &&
      Math.abs(value - expected) <= 1e-9 * Math.max(1, Math.abs(expected));
    if (!isNear) this.found.push(`${where} ${column}: ${value} for ${expected}`);
  }

  text(where: string, column: string, value: string, row: OracleRow): void {
    this.compared++;
    if (value !== row[column]) this.found.push(`${where} ${column}: ${value} for ${row[column]}`);
  }
}
