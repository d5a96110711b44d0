import type { MessageOf } from '@algo/contracts';
import { type JudgeNotes, micros } from './judge-notes.ts';
import type { VenueTruth } from './venue-truth.ts';

/** What came and went of an instrument's coin by no trade. *Units*: millionths of base, signed. */
interface Coins {
  /** All of it together. */
  net: number;
  /** Theirs, of what has come. */
  theirs: number;
  /** Ours, of what has gone: the most that our books may have lost by it. */
  taken: number;
  /** By how much corrections have made our books smaller. */
  given: number;
}

/**
 * Follows coins that come and go by no trade: what comes is not ours, what goes is theirs first. Our books
 * may lose what was taken of ours and no more, and nothing that came ever becomes ours by itself.
 */
export class CoinsWatch {
  readonly #notes: JudgeNotes;
  readonly #truth: Pick<VenueTruth, 'moved'>;
  readonly #coins = new Map<string, Coins>();
  #read = 0;

  constructor(notes: JudgeNotes, truth: Pick<VenueTruth, 'moved'>) {
    this.#notes = notes;
    this.#truth = truth;
  }

  /**
   * Returns what lies beside ours by what came and went as well. *Units*: millionths of base, signed;
   * `others` by the trades of others.
   */
  beside(others: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
    this.#follow();
    if (this.#coins.size === 0) return others;
    const beside = new Map(others);
    // What is missing is ours, and our books are to follow.
    for (const [instrument, { given, net }] of this.#coins)
      beside.set(instrument, Math.max(0, (others.get(instrument) ?? 0) + net + given));
    return beside;
  }

  /** Returns whether a correction is of coins that came or went. */
  corrected({ before, evidence, instrument, own, reason }: MessageOf<'CorrectionMade'>): boolean {
    this.#follow();
    const coins = this.#coins.get(instrument);
    if (coins === undefined || (reason !== 'gone' && reason !== 'dust')) return false;
    coins.given += micros(before) - micros(own);
    const { given, taken } = coins;
    if (given < 0 || given > taken)
      this.#notes.broken(
        'whose coins',
        `${instrument}: ${before} to ${own} (${reason}: ${evidence}), lost ${given}, taken ${taken}`,
      );
    return true;
  }

  /**
   * A person has settled an instrument so that ours are more by `more`. Returns how much of that was not ours
   * before, by whoever took of ours and was not told yet. *Units*: millionths of base, signed.
   */
  settled(instrument: string, more: number): number {
    this.#follow();
    if (!instrument.includes('.spot.')) return more;
    const coins = this.#of(instrument);
    const given = more + coins.taken - coins.given;
    coins.given = coins.taken;
    coins.theirs -= given;
    // What was gone when it was given to us, and nobody had seen that, is found to be gone later.
    coins.taken += Math.max(0, -coins.theirs);
    coins.theirs = Math.max(0, coins.theirs);
    return given;
  }

  /** Whether coins of an instrument came or went. */
  has(instrument: string): boolean {
    this.#follow();
    return this.#coins.has(instrument);
  }

  #of(instrument: string): Coins {
    const coins = this.#coins.get(instrument) ?? { net: 0, theirs: 0, taken: 0, given: 0 };
    this.#coins.set(instrument, coins);
    return coins;
  }

  #follow(): void {
    const moved = this.#truth.moved();
    for (; this.#read < moved.length; this.#read++) {
      const { amount, instrument } = moved[this.#read]!;
      const coins = this.#of(instrument);
      const ofOurs = Math.max(0, -amount - coins.theirs);
      coins.net += amount;
      coins.theirs = Math.max(0, coins.theirs + amount);
      coins.taken += ofOurs;
      this.#notes.saw(
        amount > 0 ? 'coins put beside' : ofOurs > 0 ? 'coins of ours taken' : 'coins taken back',
      );
    }
  }
}
