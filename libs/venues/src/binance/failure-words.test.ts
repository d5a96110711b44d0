import { expect, test } from 'vitest';
import { wordsOfError, wordsOfStatus } from './failure-words.ts';

test.each([
  [
    451,
    '{"code":0,"msg":"Service unavailable from a restricted location"}',
    'refuses this location: Service',
  ],
  [403, '<html><body>403</body></html>', 'shuts this address out: a page in HTML'],
  [200, '<!DOCTYPE html><title>Sign in</title>', 'a page in HTML, as of a proxy'],
  [400, '{"code":-1121,"msg":"Invalid symbol."}', 'HTTP 400: Invalid symbol. (-1121)'],
  [502, '', 'HTTP 502, the venue is out of order'],
  [418, '{"code":-1003,"msg":"Way too much"}', 'banned this address for a while'],
])('HTTP %i with %s is told in words', (status, body, words) => {
  expect(wordsOfStatus(status, body)).toContain(words);
});

const coded = (code: string, message = 'x') => Object.assign(new Error(message), { code });

test.each([
  [coded('ENOTFOUND'), 'DNS knows no such name'],
  [new TypeError('fetch failed', { cause: coded('ECONNREFUSED') }), 'nobody listens there'],
  [new AggregateError([coded('ENETUNREACH'), coded('x')]), 'there is no network'],
  [coded('DEPTH_ZERO_SELF_SIGNED_CERT', 'self-signed certificate'), 'TLS: self-signed certificate'],
  [coded('CERT_HAS_EXPIRED', 'certificate has expired'), 'TLS: certificate has expired'],
  [new DOMException('The operation was aborted due to timeout', 'TimeoutError'), 'nobody answered in time'],
])('what went wrong below HTTP is told in words', (error, words) => {
  expect(wordsOfError(error)).toContain(words);
});
