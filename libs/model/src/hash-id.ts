import { hash } from 'node:crypto'; // tidy-ok: a pure function of its text, 4 times as fast as in JavaScript

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';
/** Two characters for each ten bits. */
const PAIRS = Array.from({ length: 1_024 }, (_, bits) => ALPHABET[bits >> 5]! + ALPHABET[bits & 31]!);

/**
 * Returns 26 characters of base32 that name the given
 * causes: the same parts give the same id on every machine.
 * *Shape*: 128 bits of SHA-256 over the parts, each with its length in front so that no two lists collide.
 * *Source*: reference R-30, ADR 4.
 */
export function hashId(...parts: readonly (string | number | bigint)[]): string {
  let text = '';
  for (const each of parts) {
    const part = String(each);
    text += `${text && '|'}${part.length}:${part}`;
  }
  const digest = hash('sha256', text, 'binary');
  let out = '';
  let bits = 0;
  let value = 0;
  for (let i = 0; i < 16; i++) {
    value = (value << 8) | digest.charCodeAt(i);
    bits += 8;
    if (bits < 10) continue;
    bits -= 10;
    out += PAIRS[value >>> bits]!;
    value &= (1 << bits) - 1;
  }
  return out + PAIRS[value << (10 - bits)]!;
}
