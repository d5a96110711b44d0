// Three suites by file name: *.test.ts (pure), *.int.test.ts
// (real nats-server, real files), test/ (the whole house).
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import LongestFirst, { WORKERS } from './longest-first.mjs';

export default defineConfig({
  root: join(import.meta.dirname, '..', '..'),
  test: {
    include: ['{libs,services,test,scripts}/**/*.test.{ts,mjs}'],
    // Node itself loads what is tested, once in each worker: the very text that runs in production, and no
    // suite waits for five hundred modules that the one before it had.
    experimental: { viteModuleRunner: false, nodeLoader: false },
    isolate: false,
    pool: 'forks',
    maxWorkers: WORKERS.length, // of two cores
    sequence: { sequencer: LongestFirst },
    setupFiles: [join(import.meta.dirname, 'one-seed.mjs')],
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
