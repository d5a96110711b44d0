import { type TimeUs, US_PER_SECOND } from '@algo/model';
import type { AnalyticsSink } from './rows.ts';
import type { SnapshotReader, SnapshotWriter } from './snapshot.ts';
import type { TapeTip } from './tape-tip.ts';

/**
 * A MarketState is due at each candle close, as the order is over that turns the directional reading, and
 * else so long after the last one, if anything traded. When it is said does not depend on what is asked nor
 * on how often time is told: what nobody traded in between is said as of the moment at which it was due, so
 * that a live run and a backtest say the same.
 */
export const STATE_EVERY_US = US_PER_SECOND;

/** When the next state is due. */
export class DueStates {
  #dueUs = Number.NEGATIVE_INFINITY;
  /** The count of trades and the directional reading at the last one. */
  #trades = 0;
  #reading = 0;

  /** Returns when the next one is due, of so many trades; never while nothing has traded since the last. */
  nextUs(trades: number): TimeUs {
    return trades === this.#trades ? Number.POSITIVE_INFINITY : this.#dueUs;
  }

  /** Says one that is due as an order is over, behind which the tape reads so. */
  sayIfDue(reading: -1 | 0 | 1, tip: TapeTip, sink: AnalyticsSink): void {
    const isDue = reading !== this.#reading || tip.nowUs >= this.nextUs(tip.trades);
    this.#reading = reading;
    if (isDue) this.say(tip, sink);
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
    to.numbers([this.#dueUs, this.#trades, this.#reading]);
  }

  load(from: SnapshotReader): void {
    const [dueUs, trades, reading] = from.numbers();
    this.#dueUs = dueUs!;
    this.#trades = trades!;
    this.#reading = reading!;
  }
}
