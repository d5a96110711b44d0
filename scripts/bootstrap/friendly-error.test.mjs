import { expect, test } from 'vitest';
import { explainFailure } from './friendly-error.mjs';

test.each([
  ['npm error code ENOSPC', 'disk is full'],
  ['write failed: no space left on device', 'disk is full'],
  ['ERR_PNPM_UNSUPPORTED_PLATFORM Unsupported platform', 'no build for this platform'],
  ['FetchError: connect ECONNREFUSED 127.0.0.1:2', 'could not be reached'],
  ['ERR_PNPM_META_FETCH_FAIL GET http://x: request failed', 'could not be reached'],
  ['ERR_PNPM_OUTDATED_LOCKFILE Cannot install', 'Run `pnpm install` once'],
  ['EACCES: permission denied, mkdir', 'Check who owns'],
])('explains "%s"', (output, sentence) => {
  expect(explainFailure('Installing', output).message).toContain(sentence);
});

test('keeps the last lines of an output it does not know', () => {
  const output = Array.from({ length: 50 }, (_, i) => `line ${i}.`).join('\n');
  const { message } = explainFailure('Installing', output);
  expect(message).toContain('line 49.');
  expect(message).not.toContain('line 9.');
});
