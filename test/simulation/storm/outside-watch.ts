import type { MessageOf } from '@algo/contracts';
import { isAdded } from './fill-signs.ts';
import { type JudgeNotes, micros } from './judge-notes.ts';
import type { VenueTruth } from './venue-truth.ts';

/** Follows what somebody adds by hand: it is reported once at most, never booked, and stays beside ours. */
export class OutsideWatch {
  readonly #notes: JudgeNotes;
  readonly #truth: Pick<VenueTruth, 'bought'>;
  readonly #booked: ReadonlyMap<string, unknown>;
  readonly #reported = new Set<string>();

  /** `booked` are the fills that execution has said, by name. */
  constructor(notes: JudgeNotes, truth: Pick<VenueTruth, 'bought'>, booked: ReadonlyMap<string, unknown>) {
    this.#notes = notes;
    this.#truth = truth;
    this.#booked = booked;
  }

  /** Returns whether a report is of what somebody has added, as it should be. */
  isReport({ clientOrderId: id, problem, detail, booked }: MessageOf<'OrderQuarantined'>): boolean {
    if (!isAdded(id) || problem !== 'foreign_fill' || booked) return false;
    if (this.#reported.has(detail)) this.#notes.broken('said twice', `${id} ${problem}: ${detail}`);
    this.#reported.add(detail);
    this.#notes.saw('bought outside');
    return true;
  }

  /**
   * What lies at the exchange and is not ours, by instrument; undefined while nobody can say. *Units*:
   * millionths of base, signed.
   */
  beside(): ReadonlyMap<string, number> | undefined {
    const bought = this.#truth.bought();
    if (bought === undefined) return undefined;
    const beside = new Map<string, number>();
    for (const [name, { instrument, side, quantity }] of bought) {
      if (this.#booked.has(name)) continue;
      const change = micros(quantity) * (side === 'buy' ? 1 : -1);
      beside.set(instrument, (beside.get(instrument) ?? 0) + change);
    }
    return beside;
  }
}
