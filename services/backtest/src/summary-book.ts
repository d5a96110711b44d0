import type { Fact } from '@algo/contracts';
import { Decimal, type StrategyName, type TimeUs } from '@algo/model';
import { EventTally, type ListedPosition } from '@algo/read-models';

/** What one strategy did. *Units*: money in the account's currency; `netPnl` after fees. */
export interface StrategySummary {
  readonly strategy: StrategyName;
  readonly closed: number;
  readonly won: number;
  readonly netPnl: Decimal;
  readonly fees: Decimal;
}

/**
 * What came of a run. *Units*: money in the account's currency; `drawdownMax` a share of the highest
 * equity before it; `exposure` the share of the run's time in which a position was open.
 */
export interface Summary {
  readonly trades: number;
  readonly fromUs: TimeUs;
  readonly toUs: TimeUs;
  readonly signals: number;
  readonly decisions: { readonly accepted: number; readonly refused: number };
  readonly orders: {
    readonly submitted: number;
    readonly denied: number;
    readonly rejected: number;
    readonly filled: number;
    readonly canceled: number;
    readonly expired: number;
  };
  readonly fills: number;
  readonly positions: { readonly opened: number; readonly closed: number; readonly open: number };
  readonly equity: Decimal | null;
  readonly netPnl: Decimal;
  readonly fees: Decimal;
  readonly drawdownMax: Decimal;
  readonly exposure: number;
  readonly byStrategy: readonly StrategySummary[];
}

/** Adds up what a run says. */
export class SummaryBook {
  readonly #tally = new EventTally();
  #filled = 0;
  #equity: Decimal | null = null;
  #peak = Decimal.zero;
  #drawdownMax = Decimal.zero;

  take(fact: Fact): void {
    this.#tally.take(fact);
    const { name, body } = fact;
    if (name === 'OrderFilled' && !body.leaves.isPositive()) this.#filled++;
    if (name === 'EquityMarked') this.#mark(body.equity);
  }

  /** Returns the figures of a run that took so many trades from one moment to another. */
  summary(trades: number, fromUs: TimeUs, toUs: TimeUs): Summary {
    const tally = this.#tally;
    const counts = tally.counts();
    const byStrategy = [...Map.groupBy(tally.positions, ({ position }) => position.strategy)]
      .map(([strategy, positions]) => strategySummary(strategy, positions))
      .filter(({ closed }) => closed > 0)
      .toSorted((a, b) => (a.strategy < b.strategy ? -1 : 1));
    return {
      ...{ trades, fromUs, toUs, signals: counts.signals },
      decisions: { accepted: counts.decisionsAccepted, refused: counts.decisionsRefused },
      orders: {
        submitted: counts.ordersSubmitted,
        denied: counts.ordersDenied,
        rejected: counts.ordersRejected,
        filled: this.#filled,
        canceled: tally.orders('OrderCanceled'),
        expired: tally.orders('OrderExpired'),
      },
      fills: counts.fills,
      positions: {
        opened: counts.positionsOpened,
        closed: counts.positionsClosed,
        open: counts.positionsOpen,
      },
      equity: this.#equity,
      netPnl: sumOf(byStrategy.map(({ netPnl }) => netPnl)),
      fees: sumOf(byStrategy.map(({ fees }) => fees)),
      drawdownMax: this.#drawdownMax,
      exposure: toUs > fromUs ? exposedUs(tally.positions, toUs) / (toUs - fromUs) : 0,
      byStrategy,
    };
  }

  #mark(equity: Decimal): void {
    this.#equity = equity;
    if (equity.greaterThan(this.#peak)) this.#peak = equity;
    const drawdown = this.#peak.minus(equity).dividedBy(this.#peak, 8, 'half-even');
    if (this.#drawdownMax.lessThan(drawdown)) this.#drawdownMax = drawdown;
  }
}

function strategySummary(strategy: StrategyName, positions: readonly ListedPosition[]): StrategySummary {
  const closed = positions.filter(({ state }) => state === 'closed');
  return {
    strategy,
    closed: closed.length,
    won: closed.filter(({ netPnl }) => netPnl?.isPositive()).length,
    netPnl: sumOf(closed.map(({ netPnl }) => netPnl ?? Decimal.zero)),
    fees: sumOf(closed.map(({ position }) => position.fees)),
  };
}

/** Returns for how long a position was open. *Units*: µs. */
function exposedUs(positions: readonly ListedPosition[], toUs: TimeUs): number {
  let exposed = 0;
  let coveredUs = 0;
  for (const { position, closedUs } of positions.toSorted(
    (a, b) => a.position.openedUs - b.position.openedUs,
  )) {
    const endUs = closedUs ?? toUs;
    exposed += Math.max(0, endUs - Math.max(coveredUs, position.openedUs));
    coveredUs = Math.max(coveredUs, endUs);
  }
  return exposed;
}

function sumOf(amounts: readonly Decimal[]): Decimal {
  return amounts.reduce((sum, amount) => sum.plus(amount), Decimal.zero);
}
