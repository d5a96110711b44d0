const PLAIN = /^[A-Za-z0-9_-]+$/;
const utf8 = new TextEncoder();
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Returns a symbol as it stands in subjects, keys and names of folders: each byte of its UTF-8 that is no
 * ASCII letter, digit, `-` or `_` as `=HH`. *Shape*: one token of NATS and one name of a file, whatever a
 * venue calls its instruments.
 */
export function symbolToken(symbol: string): string {
  if (PLAIN.test(symbol)) return symbol;
  let token = '';
  for (const byte of utf8.encode(symbol)) {
    const char = String.fromCharCode(byte);
    token += PLAIN.test(char) ? char : `=${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return token;
}

/** Returns the symbol that a token stands for; undefined for one that `symbolToken` never writes. */
export function symbolOfToken(token: string): string | undefined {
  if (PLAIN.test(token)) return token;
  const bytes: number[] = [];
  for (const [piece] of token.matchAll(/=..|./gs))
    bytes.push(piece.length === 3 ? Number.parseInt(piece.slice(1), 16) : piece.charCodeAt(0));
  try {
    const symbol = strictUtf8.decode(Uint8Array.from(bytes));
    return symbolToken(symbol) === token ? symbol : undefined;
  } catch {
    return undefined; // bytes that are no text
  }
}
