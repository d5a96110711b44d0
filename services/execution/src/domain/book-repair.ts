import { type BookDifference, type BookRepair, InputError, type InstrumentId, settledBy } from '@algo/model';

/**
 * What a person's command about a book meets. *Shape*: `setup` what of the contract's setup it lets be;
 * `shut` why the setup shuts its entries; `isLent` whether coins may be lent, so that less than nothing may
 * be held.
 */
export interface RepairTerms {
  readonly setup: string | null;
  readonly shut: string | undefined;
  readonly isLent: boolean;
}

/**
 * Returns what is ours and what lies beside it once a person has settled an instrument. *Units*: base,
 * signed. *Errors*: InputError where nothing would change, or where what is gone of ours is to be let be: our
 * book would hold what is not there, no comparison would find it, and no exit could sell it.
 */
export function repairedBook(
  how: BookRepair,
  instrument: InstrumentId,
  { own, beside, held }: Pick<BookDifference, 'own' | 'beside' | 'held'>,
  { setup, shut, isLent }: RepairTerms,
): Pick<BookDifference, 'own' | 'beside'> {
  const after = settledBy(how, { own, held });
  if (setup !== null) return after;
  const refused = (because: string, remedy: string) =>
    new InputError({ field: 'instrument', value: instrument, because, remedy });
  if (after.own.equals(own) && after.beside.equals(beside))
    throw refused(
      `nothing to ${how}: ours are ${own}, beside them ${beside}, and the venue holds ${held}`,
      shut ?? 'See `algo reconcile --dry-run` for what differs.',
    );
  const isOther = !after.own.isZero() && after.own.isPositive() !== after.beside.isPositive();
  if (!isLent && !after.beside.isZero() && isOther)
    throw refused(
      `ours are ${own}, and the venue holds ${held}: what is gone of ours can't be let be`,
      'It leaves our books once it was found twice. Where a person is asked instead, `algo adopt` the rest.',
    );
  return after;
}
