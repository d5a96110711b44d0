import type { MessageOf } from '@algo/contracts';
import { CoinsWatch } from './coins-watch.ts';
import { heldAt, isAdded, isOutside, takenInKind } from './fill-signs.ts';
import { type JudgeNotes, micros } from './judge-notes.ts';
import type { VenueTruth } from './venue-truth.ts';

type Fill = MessageOf<'OrderFilled'>['fill'];
type Asked = MessageOf<'CorrectBooks'>;

const SETTLED_BY = { adopt: 'adopted', forget: 'forgotten', acknowledge: 'acknowledged' } as const;

/**
 * Follows what somebody adds by hand: it is reported once at most, never booked, and lies beside ours. An
 * order that is none of ours may close both in one fill: that is reported as well, and a correction that
 * names it says what of it was ours.
 */
export class OutsideWatch {
  /** Where an exit and somebody else closed the same: a position that comes of it is no strategy's. */
  readonly overshot = new Set<string>();
  /** Where a person has given to the engine what the exchange held. */
  readonly adopted = new Set<string>();
  readonly #notes: JudgeNotes;
  readonly #truth: Pick<VenueTruth, 'outside'>;
  readonly coins: CoinsWatch;
  readonly #booked: ReadonlyMap<string, Fill>;
  readonly #reported = new Set<string>();
  /** What a correction has named already. */
  readonly #counted = new Set<string>();
  readonly #asked = new Map<string, Asked>();
  /** What was heard while the exchange was dead, and nobody could say whether it is right. */
  readonly #unjudged: (() => void)[] = [];
  /** What fills that are not booked, or a person's word, have made of others, signed. *Units*: millionths. */
  readonly #ours = new Map<string, number>();
  readonly #dust = new Map<string, number>();

  /** `booked` are the fills that execution has said, by name. */
  constructor(
    notes: JudgeNotes,
    truth: Pick<VenueTruth, 'outside' | 'moved'>,
    booked: ReadonlyMap<string, Fill>,
  ) {
    this.#notes = notes;
    this.coins = new CoinsWatch(notes, truth);
    this.#truth = truth;
    this.#booked = booked;
  }

  /**
   * Returns whether a report is of what somebody has added, or has closed with it, as it should be; or of
   * what takes more than is ours by what was told so far: what an exit of ours has done may be unheard.
   * *Units*: `held` millionths of base.
   */
  isReport(report: MessageOf<'OrderQuarantined'>, held: ReadonlyMap<string, number>): boolean {
    const { clientOrderId: id, problem, detail, booked, instrument } = report;
    if (problem !== 'foreign_fill' || booked) return false;
    const ours = held.get(instrument) ?? 0;
    const judge = (): boolean => {
      const fill = [...(this.#truth.outside()?.values() ?? [])].find((one) => one.clientOrderId === id);
      const change = fill === undefined ? 0 : micros(fill.quantity) * (fill.side === 'buy' ? 1 : -1);
      const isMore = change * ours >= 0 || Math.abs(change) > Math.abs(ours);
      return this.mayStayUnbooked(id, instrument) || (isOutside(id) && isMore);
    };
    if (this.#truth.outside() === undefined)
      this.#unjudged.push(() => {
        if (!judge()) this.#notes.broken('I10 legal', `${id}: ${detail}`);
      });
    else if (!judge()) return false;
    if (this.#reported.has(detail)) this.#notes.broken('said twice', `${id} ${problem}: ${detail}`);
    this.#reported.add(detail);
    this.#notes.saw('bought outside');
    return true;
  }

  /**
   * Returns whether the fill of a report goes against what is held, and something of it was as it happened,
   * or by the last correction, and none has named it. *Units*: `held` millionths of base; µs.
   */
  takesOurs(
    report: MessageOf<'OrderQuarantined'>,
    held: ReadonlyMap<string, number>,
    correctedUs: number,
  ): boolean {
    const { clientOrderId: id, instrument } = report;
    const fill = [...(this.#truth.outside()?.values() ?? [])].find((one) => one.clientOrderId === id);
    const ours = held.get(instrument) ?? 0;
    if (fill === undefined || this.#counted.has(id) || ours === 0 || (fill.side === 'sell') !== ours > 0)
      return false;
    const sinceUs = Math.max(fill.timeUs, correctedUs);
    return heldAt(instrument, sinceUs, ours, this.#booked.values()) !== 0;
  }

  /** Returns whether an exit, or who closed the same, has left the other side, by what is held. */
  hasOvershot(report: MessageOf<'OrderQuarantined'>, held: ReadonlyMap<string, number>): boolean {
    const { problem, booked, instrument, clientOrderId: id } = report;
    if (problem !== 'overshot' || !booked) return false;
    const last = [...this.#booked.values()].findLast((fill) => fill.clientOrderId === id);
    if (last === undefined || (last.side === 'buy') !== (held.get(instrument) ?? 0) > 0) return false;
    this.overshot.add(instrument);
    this.#notes.saw('overshot and left');
    return true;
  }

  /**
   * Whether a fill of an order may be none of ours: it adds, or may have closed what somebody added, or what
   * an exit beyond ours has opened and nobody had told yet. Then a person has been called already.
   */
  mayStayUnbooked(id: string, instrument: string): boolean {
    if (!isOutside(id)) return false;
    if (this.overshot.has(instrument)) return true;
    const outside = [...(this.#truth.outside()?.values() ?? [])];
    return outside.some((fill) => fill.instrument === instrument && isAdded(fill.clientOrderId));
  }

  /** Our book is corrected: by a fill of somebody else, where the correction names one that is not booked. */
  corrected(correction: MessageOf<'CorrectionMade'>): void {
    const { instrument, before, own, reason, evidence } = correction;
    if (reason === 'adopted' || reason === 'forgotten') {
      this.#settled(correction);
      return;
    }
    if (this.coins.corrected(correction) || (reason !== 'gone' && reason !== 'dust')) return;
    const outside = this.#truth.outside();
    if (outside === undefined) {
      this.#unjudged.push(() => this.corrected(correction));
      return;
    }
    const named = [...outside].filter(
      ([name, fill]) =>
        fill.instrument === instrument &&
        !this.#booked.has(name) &&
        evidence.some((line) => new RegExp(`^(fill|trade) ${fill.venueTradeId}( of|:)`).test(line)),
    );
    for (const [, fill] of named) this.#counted.add(fill.clientOrderId);
    // A fill of ours that was heard only later was closed by it as well.
    if (named.length === 0 && !this.#ours.has(instrument)) {
      if (reason === 'dust')
        this.#dust.set(instrument, this.dustGone(instrument) + micros(before) - micros(own));
      return;
    }
    this.#ours.set(instrument, (this.#ours.get(instrument) ?? 0) + micros(before) - micros(own));
    this.#notes.saw('taken with ours in one fill');
  }

  /** A person asks for the books of an instrument to be settled. */
  asked(command: Asked): void {
    this.#asked.set(command.commandId, command);
  }

  #settled({ instrument, before, own, beside, commandId, reason }: MessageOf<'CorrectionMade'>): void {
    const asked = this.#asked.get(commandId ?? '');
    const isAsked = asked?.instrument === instrument && SETTLED_BY[asked.how] === reason;
    const isAdopted = reason === 'adopted';
    const other = micros(isAdopted ? beside : own);
    if (!isAsked || other !== 0)
      this.#notes.broken('what a person settles', `${commandId}: ${instrument} ${reason}, and not ${other}`);
    const given = this.coins.settled(instrument, micros(own) - micros(before));
    if (isAdopted && given < 0 && before.isPositive())
      this.#notes.broken(
        'what a person settles',
        `${instrument}: ${before} to ${own}, nobody took ${-given}`,
      );
    this.#ours.set(instrument, (this.#ours.get(instrument) ?? 0) - given);
    if (isAdopted) this.adopted.add(instrument);
    this.#notes.saw(isAdopted ? 'given to the engine' : 'taken from the engine');
  }

  /**
   * What was taken out of our books as dust: where two lists left it out, it is there all the same, and
   * nobody is asked about a cent. *Units*: millionths of base, signed.
   */
  dustGone(instrument: string): number {
    return this.#dust.get(instrument) ?? 0;
  }

  /**
   * What lies at the exchange and is not ours, by instrument; undefined while nobody can say. *Units*:
   * millionths of base, signed.
   */
  beside(): ReadonlyMap<string, number> | undefined {
    const outside = this.#truth.outside();
    if (outside === undefined) return undefined;
    for (const judge of this.#unjudged.splice(0)) judge();
    const beside = new Map(this.#ours);
    for (const [name, fill] of outside) {
      if (this.#booked.has(name)) continue;
      const { instrument, side, quantity } = fill;
      const change = micros(quantity) * (side === 'buy' ? 1 : -1) - takenInKind(fill);
      beside.set(instrument, (beside.get(instrument) ?? 0) + change);
    }
    return this.coins.beside(beside);
  }
}
