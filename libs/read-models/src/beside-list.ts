import type { Fact } from '@algo/contracts';
import type { CorrectionMade, InstrumentId } from '@algo/model';

/** What the venue holds of an instrument that is not ours to trade, and the correction that said so last. */
export type ListedBeside = Pick<CorrectionMade, 'instrument' | 'beside' | 'by' | 'timeUs'>;

/** Folds facts into what lies beside our positions at the venue. */
export class BesideList {
  readonly #beside = new Map<InstrumentId, ListedBeside>();

  /** Facts about anything else are passed over. */
  take({ name, body }: Fact): void {
    if (name !== 'CorrectionMade') return;
    const { instrument, beside, by, timeUs } = body;
    if (beside.isZero()) this.#beside.delete(instrument);
    else this.#beside.set(instrument, { instrument, beside, by, timeUs });
  }

  /** Returns what lies beside our position in an instrument, undefined where nothing does. */
  get(instrument: InstrumentId): ListedBeside | undefined {
    return this.#beside.get(instrument);
  }

  /** Returns all that lies beside, each instrument once. */
  all(): readonly ListedBeside[] {
    return [...this.#beside.values()];
  }
}
