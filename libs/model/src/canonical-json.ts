/** Returns JSON with sorted keys, at every depth without the fields that are named. */
export function canonicalJson(value: unknown, without: readonly string[] = []): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (inner === null || typeof inner !== 'object' || Array.isArray(inner)) return inner;
    const kept = Object.entries(inner).filter(([name]) => !without.includes(name));
    return Object.fromEntries(kept.toSorted(([a], [b]) => compareText(a, b)));
  });
}

/** By code unit: a locale's order differs between machines. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
