import type { MessageOf } from '@algo/contracts';
import { isAdded, isOutside } from './fill-signs.ts';
import { type JudgeNotes, micros } from './judge-notes.ts';
import type { VenueTruth } from './venue-truth.ts';

/**
 * Follows what somebody adds by hand: it is reported once at most, never booked, and stays beside ours until
 * an order that is none of ours closes both in one fill, which is reported as well.
 */
export class OutsideWatch {
  readonly #notes: JudgeNotes;
  readonly #truth: Pick<VenueTruth, 'outside'>;
  readonly #booked: ReadonlyMap<string, unknown>;
  readonly #reported = new Set<string>();

  /** `booked` are the fills that execution has said, by name. */
  constructor(notes: JudgeNotes, truth: Pick<VenueTruth, 'outside'>, booked: ReadonlyMap<string, unknown>) {
    this.#notes = notes;
    this.#truth = truth;
    this.#booked = booked;
  }

  /** Returns whether a report is of what somebody has added, or has closed with it, as it should be. */
  isReport(report: MessageOf<'OrderQuarantined'>): boolean {
    const { clientOrderId: id, problem, detail, booked, instrument } = report;
    if (problem !== 'foreign_fill' || booked || !this.mayStayUnbooked(id, instrument)) return false;
    if (this.#reported.has(detail)) this.#notes.broken('said twice', `${id} ${problem}: ${detail}`);
    this.#reported.add(detail);
    this.#notes.saw('bought outside');
    return true;
  }

  /** Whether a fill of an order may be none of ours: it adds, or may have closed what somebody added. */
  mayStayUnbooked(id: string, instrument: string): boolean {
    if (!isOutside(id)) return false;
    const outside = [...(this.#truth.outside()?.values() ?? [])];
    return outside.some((fill) => fill.instrument === instrument && isAdded(fill.clientOrderId));
  }

  /**
   * What lies at the exchange and is not ours, by instrument; undefined while nobody can say. *Units*:
   * millionths of base, signed.
   */
  beside(): ReadonlyMap<string, number> | undefined {
    const outside = this.#truth.outside();
    if (outside === undefined) return undefined;
    const beside = new Map<string, number>();
    for (const [name, { clientOrderId: id, instrument, side, quantity }] of outside) {
      if (this.#booked.has(name)) continue;
      const before = beside.get(instrument) ?? 0;
      const after = before + micros(quantity) * (side === 'buy' ? 1 : -1);
      // What closes more than lay beside has closed ours with it.
      beside.set(instrument, isAdded(id) || after * before > 0 ? after : 0);
    }
    return beside;
  }
}
