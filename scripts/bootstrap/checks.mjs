// `npm run check`: every rule that a machine can judge without running the code, each with the time it took.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { capture } from './child-process.mjs';
import { ROOT } from './paths.mjs';
import { seconds } from './progress.mjs';

const CHECK_MS = 600_000;

const CHECKS = [
  { name: 'types', what: 'tsc', script: 'node_modules/typescript/bin/tsc', args: ['-p', '.', '--pretty'] },
  {
    name: 'style',
    what: 'biome check (npm run fix mends most of it)',
    script: 'node_modules/@biomejs/biome/bin/biome',
    args: ['check', '--colors=off', '--error-on-warnings'],
  },
  {
    name: 'imports',
    what: 'dependency rules, .dependency-cruiser.cjs',
    script: 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs',
    args: ['--config', '.dependency-cruiser.cjs', 'libs', 'services', 'test', 'scripts'],
  },
  {
    name: 'proto',
    what: 'generated code up to date',
    script: 'scripts/gen-proto.mjs',
    args: ['--check'],
    mayBeAbsent: true,
  },
  {
    name: 'codecs',
    what: 'generated codecs up to date',
    script: 'libs/contracts/src/testing/gen-codecs.ts',
    args: ['--check'],
    mayBeAbsent: true,
  },
  {
    name: 'catalogue',
    what: 'proto/README.md up to date',
    script: 'libs/contracts/src/testing/gen-catalogue.ts',
    args: ['--check'],
    mayBeAbsent: true,
  },
  {
    name: 'async api',
    what: 'docs/asyncapi.json up to date',
    script: 'libs/contracts/src/testing/gen-async-api.ts',
    args: ['--check'],
    mayBeAbsent: true,
  },
  {
    name: 'reliability',
    what: 'docs/reliability.md up to date',
    script: 'test/simulation/storm/gen-reliability.ts',
    args: ['--check'],
    mayBeAbsent: true,
  },
  {
    name: 'order life',
    what: 'docs/order-life.md up to date',
    script: 'libs/contracts/src/testing/gen-order-life.ts',
    args: ['--check'],
    mayBeAbsent: true,
  },
  {
    name: 'codes of Binance',
    what: 'docs/venues.md up to date',
    script: 'libs/venues/src/binance/testing/gen-codes.ts',
    args: ['--check'],
    mayBeAbsent: true,
  },
];

/** Runs them all, even past a failure, and returns the exit code. */
export async function runChecks({ node, env, progress }) {
  let failed = 0;
  for (const check of CHECKS) {
    const script = join(ROOT, check.script);
    if (check.mayBeAbsent && !existsSync(script)) continue;
    const startedMs = Date.now();
    const step = progress.step(`Checking ${check.name}`, check.what);
    const result = await capture(node, [script, ...check.args], { cwd: ROOT, env, timeoutMs: CHECK_MS });
    if (result.ok) step.done('good');
    else {
      failed += 1;
      step.fail('FAILED');
      console.log(
        `\n${check.name} failed after ${seconds(Date.now() - startedMs)}:\n${result.output.trim()}\n`,
      );
    }
  }
  return failed === 0 ? 0 : 1;
}
