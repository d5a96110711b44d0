/** Returns JSON with sorted keys, at every depth without the fields that are named. */
export function canonicalJson(value: unknown, without: readonly string[] = []): string {
  return textOf(value, '', without) ?? 'null';
}

/** What `JSON.stringify` says of a value, in one pass without copies; undefined for what it leaves out. */
function textOf(value: unknown, key: string, without: readonly string[]): string | undefined {
  if (typeof value === 'string') return quoted(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const { toJSON } = value as { readonly toJSON?: unknown };
  if (typeof toJSON === 'function') return textOf(toJSON.call(value, key), key, without);
  if (Array.isArray(value))
    return `[${value.map((item, i) => textOf(item, String(i), without) ?? 'null').join(',')}]`;
  let text = '';
  for (const name of sortedKeys(value)) {
    if (without.includes(name)) continue;
    const inner = textOf((value as Readonly<Record<string, unknown>>)[name], name, without);
    if (inner !== undefined) text += `${text && ','}${quoted(name)}:${inner}`;
  }
  return `{${text}}`;
}

/** Text that JSON spells as it is. */
const PLAIN = /^[ !#-[\]-~]*$/;

function quoted(text: string): string {
  return PLAIN.test(text) ? `"${text}"` : JSON.stringify(text);
}

const NINE = 0x39;

/** Returns the keys by code unit, but whole numbers first and by size, as objects themselves keep them. */
function sortedKeys(value: object): readonly string[] {
  const keys = Object.keys(value).sort();
  for (const key of keys)
    if (key.charCodeAt(0) <= NINE) return Object.keys(Object.fromEntries(keys.map((each) => [each, null])));
  return keys;
}

/** By code unit: a locale's order differs between machines. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
