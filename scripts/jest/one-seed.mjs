// Property tests draw the same cases in every run, so that a change decides about it and never chance.
// `npm run test:soak` draws others; what it finds becomes an example of its own.
import { readFileSync } from 'node:fs';
import { expect } from '@jest/globals';

const SEED = 20_261_129;

if (!process.env.ALGO_SOAK && readFileSync(expect.getState().testPath, 'utf8').includes("'fast-check'")) {
  const { default: fc } = await import('fast-check');
  fc.configureGlobal({ seed: SEED });
}
