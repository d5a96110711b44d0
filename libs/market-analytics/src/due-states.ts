import { type TimeUs, US_PER_MS } from '@algo/model';
import type { AnalyticsSink } from './rows.ts';
import type { SnapshotReader, SnapshotWriter } from './snapshot.ts';
import type { TapeTip } from './tape-tip.ts';

/**
 * A MarketState is due so long after the last one, if anything traded, and at each candle close. When it is
 * said does not depend on how often time is told: what nobody traded in between is said as of the moment at
 * which it was due, so that a live run and a backtest say the same.
 */
export const STATE_EVERY_US = 250 * US_PER_MS;

/** When the next state is due. */
export class DueStates {
  #dueUs = Number.NEGATIVE_INFINITY;
  /** The count of trades at the last one. */
  #trades = 0;

  /** Returns when the next one is due, of so many trades; never while nothing has traded since the last. */
  nextUs(trades: number): TimeUs {
    return trades === this.#trades ? Number.POSITIVE_INFINITY : this.#dueUs;
  }

  /** Says one that is due as an order is over. */
  sayIfDue(tip: TapeTip, sink: AnalyticsSink): void {
    if (tip.nowUs >= this.nextUs(tip.trades)) this.say(tip, sink);
  }

  /** Says one that comes due before `timeUs`, or at it, and before a bar closes, as of its own moment. */
  sayUntil(timeUs: TimeUs, closeUs: TimeUs, tip: TapeTip, sink: AnalyticsSink): void {
    const dueUs = this.nextUs(tip.trades);
    if (dueUs > timeUs || dueUs >= closeUs) return;
    tip.passTo(dueUs);
    this.say(tip, sink);
  }

  say({ nowUs, trades }: TapeTip, sink: AnalyticsSink): void {
    this.#dueUs = nowUs + STATE_EVERY_US;
    this.#trades = trades;
    sink.onStateDue(nowUs);
  }

  save(to: SnapshotWriter): void {
    to.numbers([this.#dueUs, this.#trades]);
  }

  load(from: SnapshotReader): void {
    const [dueUs, trades] = from.numbers();
    this.#dueUs = dueUs!;
    this.#trades = trades!;
  }
}
