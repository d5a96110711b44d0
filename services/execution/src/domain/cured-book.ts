import {
  type BookDifference,
  type CorrectionMade,
  type Decimal,
  type Instrument,
  isDust,
  laidBeside,
} from '@algo/model';

/** What a correction makes of a book, and why. *Units*: base, signed. */
export type BookChange = Pick<CorrectionMade, 'own' | 'beside' | 'reason' | 'evidence'>;

/**
 * Returns what mends a difference; null where only a person can, or fills are still to come. *Units*: `mark`
 * quote per base, null where no price is known.
 */
export function curedBook(
  { own, beside, held, cure, left, evidence }: BookDifference,
  rules: Instrument | undefined,
  mark: Decimal | null,
): BookChange | null {
  switch (cure) {
    case 'correct': {
      if (left === null) return null;
      const isSmall = rules !== undefined && isDust(left.minus(own), mark, rules);
      const lies = laidBeside(held.minus(left), { own, beside });
      return { own: left, beside: lies, reason: isSmall ? 'dust' : 'gone', evidence };
    }
    case 'beside':
      return { own, beside: held.minus(own), reason: 'acknowledged', evidence };
    case 'restate':
      return { own, beside, reason: 'restated', evidence };
    case 'fetch':
    case 'person':
      return null;
    default:
      return cure satisfies never;
  }
}
