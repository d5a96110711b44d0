import { expect, test } from 'vitest';
import { verdictOf } from '../binance/verdict.ts';
import { SPOT_CODES, SPOT_TABLE, SPOT_WORDS } from './spot-codes.ts';

const verdict = (status: number, code: number, msg: string, retryAfterS?: number) =>
  verdictOf(SPOT_TABLE, status, JSON.stringify({ code, msg }), retryAfterS);

const codes = Object.entries(SPOT_CODES).map(
  ([code, [name, meaning]]) => [Number(code), name, meaning] as const,
);

test.each(codes)('%d %s means: %s', (code, _, meaning) => {
  const known = verdict(400, code, 'in words that nobody has listed');
  const { type, isFault, isLater } = { isFault: false, isLater: false, ...seen(known) };
  expect({ type, isFault, isLater }).toEqual({
    type: meaning === 'unknown' ? 'unknown' : 'refused',
    isFault: meaning === 'fault',
    isLater: meaning === 'not_now',
  });
  // Behind a server that is out of order nobody knows, whatever it says.
  expect(verdict(503, code, 'x').type).toBe('unknown');
});

function seen(known: ReturnType<typeof verdict>) {
  if (known.type === 'unknown') return { type: known.type };
  return { type: known.type, isFault: known.isFault, isLater: known.retryAfterMs !== null };
}

test.each(
  SPOT_WORDS.flatMap(([codes, words, meaning]) => codes.map((code) => [code, words, meaning] as const)),
)('%d "%s" means: %s', (code, words, meaning) => {
  const known = verdict(400, code, `${words}.`);
  expect(known.type).toBe(meaning === 'unknown' ? 'unknown' : 'refused');
  if (known.type === 'refused') expect(known.retryAfterMs !== null).toBe(meaning === 'not_now');
});

test.each<[string, number, string]>([
  ['a code that nobody has listed', 400, '{"code":-9999,"msg":"new"}'],
  ['a page in HTML', 403, '<html>no</html>'],
  ['a success that can not be read', 200, '{"orderId":'],
  ['an empty answer', 400, ''],
  ['a body without a code', 400, '{"msg":"no"}'],
])('%s is unknown', (_, status, text) => {
  expect(verdictOf(SPOT_TABLE, status, text, undefined).type).toBe('unknown');
});

test('a venue that was asked too much says for how long it wants to be left alone', () => {
  expect(verdict(429, -1003, 'Too many requests', 7)).toMatchObject({ retryAfterMs: 7_000 });
  expect(verdict(429, -1015, 'Too many new orders', 4)).toMatchObject({ retryAfterMs: 4_000 });
});

test('a post-only order that would take says so in the word that all adapters use', () => {
  const { reason } = verdict(400, -2010, 'Order would immediately match and take.');
  expect(reason).toBe('post_only: Order would immediately match and take. (-2010)');
});

test('a price out of its band may be tried again at once', () => {
  expect(verdict(400, -1013, 'Filter failure: PERCENT_PRICE_BY_SIDE')).toMatchObject({ retryAfterMs: 0 });
});
