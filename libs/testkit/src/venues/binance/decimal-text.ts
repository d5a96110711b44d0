const PLACES = 8;
const ONE = 10n ** BigInt(PLACES);

/** Returns a decimal text in hundred-millionths. */
export function unitsOf(text: string): bigint {
  const [whole = '0', part = ''] = text.split('.');
  return BigInt(whole) * ONE + BigInt(part.padEnd(PLACES, '0').slice(0, PLACES));
}

/** Returns hundred-millionths as the venue writes them, with all eight places. */
export function textOf(units: bigint): string {
  return `${units / ONE}.${`${units % ONE}`.padStart(PLACES, '0')}`;
}

/** Returns the exact sum of two decimal texts. */
export function sum(a: string, b: string): string {
  return textOf(unitsOf(a) + unitsOf(b));
}

/** Returns the product of two numbers of hundred-millionths, cut to hundred-millionths. */
export function product(a: bigint, b: bigint): bigint {
  return (a * b) / ONE;
}
