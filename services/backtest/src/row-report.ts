import { InputError, isMuchRefused, refusalWords, refusedIn } from '@algo/model';
import type { RowCounts } from './open-recording.ts';

/** Returns what came of rows: `1,001 of 4,000 rows used; 2,999 refused: DUPLICATE_ID 2,999`. */
export function rowWords({ used, refused, missing }: RowCounts): string {
  const out = refusedIn(refused);
  const rows = `${used.toLocaleString('en')} of ${(used + out).toLocaleString('en')} rows used`;
  const lost = missing === 0 ? '' : `; ${missing.toLocaleString('en')} trades are missing by their ids`;
  return `${rows}${out === 0 ? '' : `; ${refusalWords(refused)}`}${lost}`;
}

/**
 * A result over rows of which many were refused passes for one over all. *Errors*: InputError where none was
 * used, or more than one in a hundred were refused, unless so many are accepted.
 */
export function refuseManyRefusals(counts: RowCounts, accepted: number): void {
  const out = refusedIn(counts.refused);
  if (!isMuchRefused(counts.used, out, accepted)) return;
  throw new InputError({
    field: '--data',
    value: 'rows',
    because: rowWords(counts),
    remedy: `Look at the lines that were refused, or take the rest as it is by --accept-refused ${out}.`,
  });
}
