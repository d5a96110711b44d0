// Property tests draw the same cases in every run, so that a change decides about it and never chance.
// `npm run test:soak` draws others; what it finds becomes an example of its own.
import fc from 'fast-check';

const SEED = 20_261_129;

if (!process.env.ALGO_SOAK) fc.configureGlobal({ seed: SEED });
