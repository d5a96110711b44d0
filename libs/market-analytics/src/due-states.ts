import { type TimeUs, US_PER_MS } from '@algo/model';
import type { AnalyticsSink } from './rows.ts';
import type { SnapshotReader, SnapshotWriter } from './snapshot.ts';
import type { TapeTip } from './tape-tip.ts';

/**
 * A MarketState is due so long after the last one when an order is over or time is told, if anything traded,
 * and at each candle close.
 */
export const STATE_EVERY_US = 250 * US_PER_MS;

/** When the next state is due. */
export class DueStates {
  #dueUs = Number.NEGATIVE_INFINITY;
  /** The count of trades at the last one. */
  #trades = 0;

  /** Returns whether one is due, of so many trades. */
  isDue(nowUs: TimeUs, trades: number): boolean {
    return nowUs >= this.#dueUs && trades !== this.#trades;
  }

  sayIfDue(tip: TapeTip, sink: AnalyticsSink): void {
    if (this.isDue(tip.nowUs, tip.trades)) this.say(tip, sink);
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
