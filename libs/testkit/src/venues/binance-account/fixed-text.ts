import type { Decimal } from '@algo/model';

/** Returns a number with so many places, as the venue writes it; what is beyond them is cut. */
export function fixed(value: Decimal, places = 8): string {
  const text = value.rounded(places, 'down').toString();
  const [whole = '0', part = ''] = text.split('.');
  return places === 0 ? whole : `${whole}.${part.padEnd(places, '0')}`;
}
