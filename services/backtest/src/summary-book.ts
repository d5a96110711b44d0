import type { Fact } from '@algo/contracts';
import { Decimal, type StrategyName, type TimeUs } from '@algo/model';

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

interface Sums {
  closed: number;
  won: number;
  netPnl: Decimal;
  fees: Decimal;
}

/** Adds up what a run says. */
export class SummaryBook {
  #signals = 0;
  readonly #decisions = { accepted: 0, refused: 0 };
  readonly #orders = { submitted: 0, denied: 0, rejected: 0, filled: 0, canceled: 0, expired: 0 };
  #fills = 0;
  readonly #open = new Set<string>();
  #opened = 0;
  #equity: Decimal | null = null;
  #peak = Decimal.zero;
  #drawdownMax = Decimal.zero;
  /** Since when a position has been open, and how long one was before. */
  #exposedSinceUs: TimeUs = 0;
  #exposedUs = 0;
  readonly #byStrategy = new Map<StrategyName, Sums>();

  take({ name, body }: Fact): void {
    switch (name) {
      case 'SignalGenerated':
        this.#signals++;
        return;
      case 'DecisionMade':
        this.#decisions[body.outcome.type]++;
        return;
      case 'OrderSubmitted':
        this.#orders.submitted++;
        return;
      case 'OrderDenied':
        this.#orders.denied++;
        return;
      case 'OrderRejected':
        this.#orders.rejected++;
        return;
      case 'OrderFilled':
        this.#fills++;
        if (!body.leaves.isPositive()) this.#orders.filled++;
        return;
      case 'OrderCanceled':
        this.#orders.canceled++;
        return;
      case 'OrderExpired':
        this.#orders.expired++;
        return;
      case 'PositionOpened':
        this.#opened++;
        if (this.#open.size === 0) this.#exposedSinceUs = body.timeUs;
        this.#open.add(body.position.id);
        return;
      case 'PositionClosed':
        this.#close(body);
        return;
      case 'EquityMarked':
        this.#mark(body.equity);
        return;
      default: // the rest changes no figure
    }
  }

  /** Returns the figures of a run that took so many trades from one moment to another. */
  summary(trades: number, fromUs: TimeUs, toUs: TimeUs): Summary {
    const byStrategy = [...this.#byStrategy]
      .map(([strategy, sums]) => ({ strategy, ...sums }))
      .toSorted((a, b) => (a.strategy < b.strategy ? -1 : 1));
    const exposedUs = this.#exposedUs + (this.#open.size > 0 ? toUs - this.#exposedSinceUs : 0);
    return {
      ...{ trades, fromUs, toUs, signals: this.#signals, decisions: this.#decisions, orders: this.#orders },
      fills: this.#fills,
      positions: {
        opened: this.#opened,
        closed: byStrategy.reduce((sum, { closed }) => sum + closed, 0),
        open: this.#open.size,
      },
      equity: this.#equity,
      netPnl: byStrategy.reduce((sum, { netPnl }) => sum.plus(netPnl), Decimal.zero),
      fees: byStrategy.reduce((sum, { fees }) => sum.plus(fees), Decimal.zero),
      drawdownMax: this.#drawdownMax,
      exposure: toUs > fromUs ? exposedUs / (toUs - fromUs) : 0,
      byStrategy,
    };
  }

  #mark(equity: Decimal): void {
    this.#equity = equity;
    if (equity.greaterThan(this.#peak)) this.#peak = equity;
    const drawdown = this.#peak.minus(equity).dividedBy(this.#peak, 8, 'half-even');
    if (this.#drawdownMax.lessThan(drawdown)) this.#drawdownMax = drawdown;
  }

  #close({ position, netPnl, timeUs }: Extract<Fact, { name: 'PositionClosed' }>['body']): void {
    this.#open.delete(position.id);
    if (this.#open.size === 0) this.#exposedUs += timeUs - this.#exposedSinceUs;
    const sums = this.#byStrategy.get(position.strategy) ?? {
      ...{ closed: 0, won: 0, netPnl: Decimal.zero, fees: Decimal.zero },
    };
    this.#byStrategy.set(position.strategy, sums);
    sums.closed++;
    if (netPnl.isPositive()) sums.won++;
    sums.netPnl = sums.netPnl.plus(netPnl);
    sums.fees = sums.fees.plus(position.fees);
  }
}
