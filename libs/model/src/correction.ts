import { Decimal } from './decimal.ts';
import type { AccountId, InstrumentId } from './ids.ts';
import type { BookRepair } from './risk.ts';
import type { TimeUs } from './time.ts';

/**
 * Why our book of an instrument was corrected. `spent`: another order of ours was paid from it, its fee
 * or what it bought; `gone`: the venue has less, by fills of others that it lists, or without any and found
 * twice in a row; `dust`: the rest is too little for any order; `restated`: position-risk had another
 * quantity than execution, whose books count; the others are what a person asked for.
 */
export const CORRECTION_REASONS = [
  'spent',
  'gone',
  'dust',
  'restated',
  'adopted',
  'forgotten',
  'acknowledged',
] as const;
export type CorrectionReason = (typeof CORRECTION_REASONS)[number];

/**
 * From here on our books of an instrument say this, whatever they said before; saying it again changes
 * nothing. *Units*: `own` and `beside` base, signed; `own` is ours to trade, `beside` is held at the venue
 * and stays there; `price` quote, at which what changed counts as traded where nobody saw one, 0 unknown.
 * *Shape*: `evidence` has a line for each thing that shows it; `by` and `commandId` are null where no person
 * asked; what others did up to `settledUs` of the venue's clock is in it, however late that is told, null
 * where nobody knows.
 */
export interface CorrectionMade {
  readonly type: 'CorrectionMade';
  readonly account: AccountId;
  readonly instrument: InstrumentId;
  readonly before: Decimal;
  readonly own: Decimal;
  readonly beside: Decimal;
  readonly price: Decimal;
  readonly reason: CorrectionReason;
  readonly evidence: readonly string[];
  readonly by: string | null;
  readonly commandId: string | null;
  readonly timeUs: TimeUs;
  readonly settledUs: TimeUs | null;
}

/**
 * What may be done about a difference. `fetch`: fills that the venue lists explain it; `correct`: `own` is
 * what is left of ours, all else lies beside; `beside`: what lies beside has changed; `restate`: say our
 * quantity again; `person`: nobody but a person can say.
 */
export type DifferenceCure = 'fetch' | 'correct' | 'beside' | 'restate' | 'person';

/**
 * In what our books and the venue differ about one instrument. *Units*: base, signed: `own` we believe to
 * trade, `beside` a person left there, `held` the venue says. *Shape*: `left` is what of it is ours, null
 * where nothing is to be corrected; `isExplained` where fills that the venue lists say so: then one reading
 * is enough, since its fills and its positions agree; `isUnnamed` where no row of the venue names it: `held`
 * is zero then since nothing is said, not since nothing is there.
 */
export interface BookDifference {
  readonly instrument: InstrumentId;
  readonly own: Decimal;
  readonly beside: Decimal;
  readonly held: Decimal;
  readonly cure: DifferenceCure;
  readonly left: Decimal | null;
  readonly isExplained: boolean;
  readonly isUnnamed: boolean;
  readonly evidence: readonly string[];
}

/** How much of an asset the venue holds that is no position of ours: fees are taken from it first. */
export interface AssetAside {
  readonly asset: string;
  readonly quantity: Decimal;
}

/** Returns what is ours and what lies beside once a person has settled an instrument so. *Units*: base. */
export function settledBy(
  how: BookRepair,
  { own, held }: Pick<BookDifference, 'own' | 'held'>,
): Pick<BookDifference, 'own' | 'beside'> {
  switch (how) {
    case 'adopt':
      return { own: held, beside: Decimal.zero };
    case 'forget':
      return { own: Decimal.zero, beside: held };
    case 'acknowledge':
      return { own, beside: held.minus(own) };
    default:
      return how satisfies never;
  }
}
