import { type TimeUs, US_PER_SECOND } from '@algo/model';
import type { SnapshotReader, SnapshotWriter } from './snapshot.ts';

/** A signal that stays true is said again after so long. */
export const SIGNAL_AGAIN_US = 30 * US_PER_SECOND;

/** The direction that both analysers agree on since the last trade, and when a signal last said so. */
export class Agreement {
  private direction: -1 | 0 | 1 = 0;
  private saidUs = Number.NEGATIVE_INFINITY;

  /** One of the analysers has no opinion. */
  end(): void {
    this.direction = 0;
  }

  /** Returns whether a signal is due: when flow comes to agree with a reading, each 30 s while it does. */
  weigh(reading: -1 | 1, flowSide: -1 | 0 | 1, nowUs: TimeUs): boolean {
    if (flowSide !== reading) {
      this.direction = 0;
      return false;
    }
    if (this.direction === reading && nowUs - this.saidUs < SIGNAL_AGAIN_US) return false;
    this.direction = reading;
    this.saidUs = nowUs;
    return true;
  }

  save(to: SnapshotWriter): void {
    to.numbers([this.direction, this.saidUs]);
  }

  load(from: SnapshotReader): void {
    const [direction, saidUs] = from.numbers();
    this.direction = direction === 1 ? 1 : direction === -1 ? -1 : 0;
    this.saidUs = saidUs!;
  }
}
