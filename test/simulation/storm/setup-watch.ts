import type { MessageOf } from '@algo/contracts';
import type { JudgeNotes } from './judge-notes.ts';

type Setup = NonNullable<MessageOf<'ReconciliationCompleted'>['setup']>;
type Contract = Setup['instruments'][number];

/** Holds every entry of a contract against how the account was found to be set up. */
export class SetupWatch {
  readonly #notes: JudgeNotes;
  readonly #first = new Map<string, Contract>();
  /** What a person has asked to let be; that it is so may be told late. */
  readonly #letBe = new Map<string, Contract>();
  #asked = '';
  #found: { readonly setup: Setup; readonly atMs: number } | undefined;

  constructor(notes: JudgeNotes) {
    this.#notes = notes;
  }

  /** Execution has a comparison made: only the answer to the last one counts. */
  asked({ requestId }: MessageOf<'ReconciliationRequested'>): void {
    this.#asked = requestId;
  }

  /** A comparison reached execution. */
  told({ requestId, setup }: MessageOf<'ReconciliationCompleted'>, atMs: number): void {
    if (requestId !== this.#asked || setup === null) return;
    for (const one of setup.instruments)
      if (!this.#first.has(one.instrument)) this.#first.set(one.instrument, one);
    this.#found = { setup, atMs };
    if (
      setup.instruments.some((one) => isOther(this.#first.get(one.instrument), one)) ||
      setup.positionMode === 'hedge'
    )
      this.#notes.saw('setup changed');
  }

  /** A person asks for something. */
  wanted({ instrument, how }: MessageOf<'CorrectBooks'>): void {
    const is = this.#foundOf(instrument);
    if (how === 'acknowledge' && is !== undefined) this.#letBe.set(instrument, is);
  }

  /** A person lets a contract be as it was found last. */
  corrected({ instrument, reason }: MessageOf<'CorrectionMade'>): void {
    const is = this.#foundOf(instrument);
    if (reason === 'acknowledged' && is !== undefined) this.#first.set(instrument, is);
  }

  /** An entry leaves, at a time by which execution has taken what came before `takenMs`. */
  entryLeaves(
    id: string,
    { instrument, side }: Pick<MessageOf<'OrderSubmitted'>['request'], 'instrument' | 'side'>,
    takenMs: number,
  ): void {
    if (this.#found === undefined || this.#found.atMs > takenMs) return;
    const { setup } = this.#found;
    if (side === 'sell' && !setup.shortSpot && instrument.includes('.spot.'))
      this.#notes.broken('no short of what nobody lends', `entry ${id} sells ${instrument}`);
    const is = this.#foundOf(instrument);
    if (is === undefined) return;
    const letBe = this.#letBe.get(instrument);
    const isLetBe = letBe !== undefined && !isOther(letBe, is);
    const isAsBefore = isLetBe || !isOther(this.#first.get(instrument), is);
    const isSame = setup.positionMode === 'one_way' && isAsBefore;
    const found = `${setup.positionMode}, ${is.marginMode} at ${is.leverage}`;
    if (!isSame) this.#notes.broken('no entry on another setup', `entry ${id}: found ${found}`);
  }

  #foundOf(instrument: string): Contract | undefined {
    return this.#found?.setup.instruments.find((one) => one.instrument === instrument);
  }
}

function isOther(was: Contract | undefined, is: Contract): boolean {
  return was !== undefined && (was.leverage !== is.leverage || was.marginMode !== is.marginMode);
}
