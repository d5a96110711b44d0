import type { TimeUs } from '@algo/model';
import type { InSteps } from './resolution.ts';
import type { SnapshotReader, SnapshotWriter } from './snapshot.ts';

/** States in hand of an engine that are told apart: behind so many the object of the first is used again. */
export const STATES = 8;

/** How far an instrument's tape has come. */
export class TapeTip implements InSteps {
  /** Of the newest trade, or as far as time was told. */
  nowUs = Number.NEGATIVE_INFINITY;
  /** Of the newest trade. */
  tradeUs = Number.NEGATIVE_INFINITY;
  /** Whether the newest thing was a trade. */
  isAtTrade = false;
  /** Of the newest trade. *Units*: steps; 0 before the first. */
  price = 0;
  /** How many there were. */
  trades = 0;
  /** Another number behind each trade, and each time that passes. */
  turn = 0;

  /** What traded before this is known: a moment right behind a trade is after it. */
  get momentUs(): TimeUs {
    return this.isAtTrade ? this.nowUs + 1 : this.nowUs;
  }

  /** Time has passed without a trade. */
  passTo(timeUs: TimeUs): void {
    if (timeUs === this.nowUs && !this.isAtTrade) return;
    this.turn++;
    this.nowUs = timeUs;
    this.isAtTrade = false;
  }

  rescale(priceFactor: number): void {
    this.price *= priceFactor;
  }

  save(to: SnapshotWriter): void {
    to.numbers([this.nowUs, this.tradeUs, this.price, this.trades]);
    to.flag(this.isAtTrade);
  }

  load(from: SnapshotReader): void {
    const [nowUs, tradeUs, price, trades] = from.numbers();
    this.nowUs = nowUs!;
    this.tradeUs = tradeUs!;
    this.price = price!;
    this.trades = trades!;
    this.isAtTrade = from.flag();
  }
}
