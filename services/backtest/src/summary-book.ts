import type { Fact } from '@algo/contracts';
import { Decimal, type PositionEvent, type StrategyName, type TimeUs } from '@algo/model';

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

type PositionClosed = Extract<PositionEvent, { readonly type: 'PositionClosed' }>;
type StrategySums = { -readonly [Part in keyof StrategySummary]: StrategySummary[Part] };

/** Adds up what a run says. *Shape*: one entry for each strategy and kind of fact. */
export class SummaryBook {
  readonly #counts = new Map<string, number>();
  readonly #byStrategy = new Map<StrategyName, StrategySums>();
  #accepted = 0;
  #filled = 0;
  #equity: Decimal | null = null;
  #peak = Decimal.zero;
  /** The lowest mark behind the highest. */
  #lowest = Decimal.zero;
  #drawdownMax = Decimal.zero;
  /** Positions open now, since when there is any, and up to when that was added up. *Units*: µs. */
  #open = 0;
  #openUs: TimeUs = 0;
  #exposedUs = 0;
  #coveredUs: TimeUs = 0;

  take({ name, body }: Fact): void {
    this.#counts.set(name, this.#count(name) + 1);
    switch (name) {
      case 'DecisionMade':
        if (body.outcome.type === 'accepted') this.#accepted++;
        return;
      case 'OrderFilled':
        if (!body.leaves.isPositive()) this.#filled++;
        return;
      case 'EquityMarked':
        this.#mark(body.equity);
        return;
      case 'PositionOpened':
        if (this.#open++ === 0) this.#openUs = Math.max(body.position.openedUs, this.#coveredUs);
        return;
      case 'PositionClosed':
        this.#closed(body);
        return;
      default:
    }
  }

  /** Returns the figures of a run that took so many trades from one moment to another. */
  summary(trades: number, fromUs: TimeUs, toUs: TimeUs): Summary {
    const [opened, closed] = [this.#count('PositionOpened'), this.#count('PositionClosed')];
    const byStrategy = [...this.#byStrategy.values()].toSorted((a, b) => (a.strategy < b.strategy ? -1 : 1));
    const openUs = this.#open > 0 ? Math.max(0, toUs - this.#openUs) : 0;
    return {
      ...{ trades, fromUs, toUs, signals: this.#count('SignalGenerated') },
      decisions: { accepted: this.#accepted, refused: this.#count('DecisionMade') - this.#accepted },
      orders: {
        submitted: this.#count('OrderSubmitted'),
        denied: this.#count('OrderDenied'),
        rejected: this.#count('OrderRejected'),
        filled: this.#filled,
        canceled: this.#count('OrderCanceled'),
        expired: this.#count('OrderExpired'),
      },
      fills: this.#count('OrderFilled'),
      positions: { opened, closed, open: opened - closed },
      equity: this.#equity,
      netPnl: sumOf(byStrategy.map(({ netPnl }) => netPnl)),
      fees: sumOf(byStrategy.map(({ fees }) => fees)),
      drawdownMax: this.#drawdownMax,
      exposure: toUs > fromUs ? (this.#exposedUs + openUs) / (toUs - fromUs) : 0,
      byStrategy,
    };
  }

  #count(name: Fact['name']): number {
    return this.#counts.get(name) ?? 0;
  }

  #closed({ position: { strategy, fees }, netPnl, timeUs }: PositionClosed): void {
    const sums = this.#byStrategy.get(strategy) ?? {
      strategy,
      closed: 0,
      won: 0,
      netPnl: Decimal.zero,
      fees: Decimal.zero,
    };
    this.#byStrategy.set(strategy, sums);
    sums.closed++;
    if (netPnl.isPositive()) sums.won++;
    sums.netPnl = sums.netPnl.plus(netPnl);
    sums.fees = sums.fees.plus(fees);
    if (--this.#open > 0) return;
    this.#exposedUs += Math.max(0, timeUs - this.#openUs);
    this.#coveredUs = Math.max(this.#coveredUs, timeUs);
  }

  #mark(equity: Decimal): void {
    this.#equity = equity;
    if (equity.greaterThan(this.#peak)) {
      this.#peak = equity;
      this.#lowest = equity;
    }
    // A mark above one behind the same height says nothing new.
    if (!equity.lessThan(this.#lowest)) return;
    this.#lowest = equity;
    const drawdown = this.#peak.minus(equity).dividedBy(this.#peak, 8, 'half-even');
    if (this.#drawdownMax.lessThan(drawdown)) this.#drawdownMax = drawdown;
  }
}

function sumOf(amounts: readonly Decimal[]): Decimal {
  return amounts.reduce((sum, amount) => sum.plus(amount), Decimal.zero);
}
