/** Returns a decoded message as JSON for people and scripts: typed columns as lists, bytes as base64. */
export function readableJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (inner instanceof Float64Array) return [...inner];
    if (inner instanceof Uint8Array) return Buffer.from(inner).toString('base64');
    return typeof inner === 'bigint' ? inner.toString() : inner;
  });
}
