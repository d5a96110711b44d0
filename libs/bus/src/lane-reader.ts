import type { InboundMessage } from './bus.ts';

/** How many messages may wait for one that is missing; beyond that the lane is broken. */
const HELD_MAX = 10_000;

/** A message of a lane never came: the stream lost it, or its producer died before it was stored. */
export class LaneHoleError extends Error {
  override readonly name = 'LaneHoleError';
}

/** One lane as a reader has it: which message it saw last, and those that came too early. */
export interface LaneSnapshot {
  readonly epoch: number;
  readonly count: number;
}

/**
 * Puts one producer's lane in order: drops repeats, holds what came before its predecessor (a publish that
 * had to be retried), drops what an older epoch still sends.
 */
export class LaneReader {
  epoch: number;
  count: number;
  readonly held = new Map<number, InboundMessage>();

  constructor(snapshot: LaneSnapshot = { epoch: 0, count: 0 }) {
    this.epoch = snapshot.epoch;
    this.count = snapshot.count;
  }

  /** Passes on what is now in order. *Errors*: LaneHoleError when too much waits for a missing message. */
  admit(message: InboundMessage, pass: (message: InboundMessage) => void): void {
    const lane = message.lane!;
    if (lane.epoch < this.epoch) return;
    if (lane.epoch > this.epoch) {
      // The old producer is gone for good; what it left out of order is all there will ever be.
      for (const [, left] of [...this.held].sort(([a], [b]) => a - b)) pass(left);
      this.held.clear();
      this.epoch = lane.epoch;
      this.count = 0;
    }
    if (lane.count <= this.count) return;
    if (lane.count > this.count + 1) {
      this.held.set(lane.count, message);
      if (this.held.size > HELD_MAX)
        throw new LaneHoleError(
          `${message.stream}: message ${this.count + 1} of ${lane.producer} (${message.subject}) is missing while ${this.held.size} later ones wait. ` +
            'The stream lost data or was pruned; reconcile, then start with a fresh snapshot.',
        );
      return;
    }
    this.count = lane.count;
    pass(message);
    for (let next = this.held.get(this.count + 1); next !== undefined; next = this.held.get(this.count + 1)) {
      this.held.delete(this.count + 1);
      this.count++;
      pass(next);
    }
  }

  snapshot(): LaneSnapshot {
    return { epoch: this.epoch, count: this.count };
  }
}
