// What each npm script does once the dependencies are there.
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { findNatsServer } from '../nats-server.mjs';
import { runChecks } from './checks.mjs';
import { endLike, runForeground } from './child-process.mjs';
import { ensureDependencies, environment } from './dependencies.mjs';
import { explainFailure, FriendlyError } from './friendly-error.mjs';
import { makeMemoryFolder } from './memory-folder.mjs';
import { CACHE, ROOT } from './paths.mjs';
import { createConsoleProgress } from './progress.mjs';

const COMMANDS = {
  up: (context) => cli(context, ['up', ...context.args]),
  algo: (context) => cli(context, context.args),
  test: runTests,
  soak: runSoak,
  bugs: (context) => runScript(context, 'test/simulation/storm/bugs.ts', context.args),
  bench: async (context) =>
    runScript({ ...context, env: await withNats(context) }, 'test/bench/main.ts', context.args),
  check: async (context) => ({ code: await runChecks(context) }),
  gen,
  fix: (context) =>
    runScript(context, 'node_modules/@biomejs/biome/bin/biome', ['check', '--write', ...context.args]),
};

export async function main([name, ...rest]) {
  const progress = createConsoleProgress();
  try {
    const command = Object.hasOwn(COMMANDS, name ?? '') ? COMMANDS[name] : null;
    if (!command)
      throw new FriendlyError(`Usage: node scripts/run.mjs ${Object.keys(COMMANDS).join('|')} [arguments]`);
    const node = await ensureDependencies({ root: ROOT, cache: CACHE, progress });
    // npm takes away the `--` before the arguments; called directly, it is still there.
    const args = rest[0] === '--' ? rest.slice(1) : rest;
    endLike(await command({ node, args, progress, env: environment(ROOT, node) }));
  } catch (error) {
    process.exitCode = 1;
    const known = ['ENOSPC', 'EDQUOT', 'EACCES', 'EPERM', 'EROFS'].includes(error.code);
    const friendly = known ? explainFailure(`\`npm run ${name}\``, error.message) : error;
    console.error(friendly instanceof FriendlyError ? `\n${friendly.message}` : error);
  }
}

async function cli(context, args) {
  const env = args[0] === 'up' ? await withNats(context) : context.env;
  return runScript({ ...context, env }, 'libs/cli/src/main.ts', args);
}

/**
 * Runs a script of the checkout on the pinned Node, in the caller's folder, so that relative
 * paths mean what they say.
 */
function runScript({ node, env }, script, args) {
  const path = join(ROOT, script);
  if (!existsSync(path))
    throw new FriendlyError(`${script} is not in this checkout, so there is nothing to run.`);
  return runForeground(node, [path, ...args], { cwd: process.cwd(), env });
}

/**
 * The property tests with other cases than `npm test` draws, the hostile exchange, chaos and USD-M live,
 * longer, then the storm; `chaos` is that suite alone, `shards` are those in which shards move; with
 * `--from` or `--count` only those seeds of the storm; `binance-spot` or `binance-usdm` are the storms over
 * that exchange.
 */
async function runSoak(context) {
  const storm = () => runScript(context, 'test/simulation/storm/soak.ts', context.args);
  if (context.args[0] === 'months')
    return runScript(context, 'test/simulation/months/months.ts', context.args.slice(1));
  const [kind = ''] = context.args;
  if (context.args.some((arg) => arg.startsWith('--')) || kind.startsWith('binance-')) return storm();
  const soaked = { ...context, env: { ...context.env, ALGO_SOAK: '1' } };
  if (context.args[0] === 'chaos') return runTests({ ...soaked, args: ['test/chaos/'] });
  if (context.args[0] === 'shards')
    return runTests({ ...soaked, args: ['acceptance/shards-', 'simulation/shards-'] });
  if (context.args[0] === 'torture')
    return runTests({ ...soaked, args: ['adapters/torture', 'feed-torture'] });
  const pure = ['libs/', 'services/', 'simulation/hostile-venue', '--exclude=**/*.int.test.*'];
  for (const args of [pure, ['test/chaos/', 'acceptance/shards-', 'acceptance/live-usdm']]) {
    const ended = await runTests({ ...soaked, args });
    if (ended.code !== 0) return ended;
  }
  return storm();
}

/** Each is written by the code of those before it. */
const GENERATORS = [
  'scripts/gen-proto.mjs',
  'libs/contracts/src/testing/gen-codecs.ts',
  'libs/contracts/src/testing/gen-catalogue.ts',
  'libs/contracts/src/testing/gen-async-api.ts',
  'test/simulation/storm/gen-reliability.ts',
  'libs/contracts/src/testing/gen-order-life.ts',
  'libs/venues/src/binance/testing/gen-codes.ts',
];

async function gen(context) {
  let ended;
  for (const script of GENERATORS) {
    ended = await runScript(context, script, context.args);
    if (ended.code !== 0) break;
  }
  return ended;
}

async function withNats({ env, progress }) {
  const { path } = await findNatsServer({ progress, env });
  return { ...env, NATS_SERVER_BIN: path };
}

async function runTests(context) {
  const env = await withNats(context);
  mkdirSync(CACHE, { recursive: true });
  // A soak is on the disk, and so is who says where.
  const memory = env.ALGO_SOAK || env.TMPDIR ? null : makeMemoryFolder();
  const tally = join(CACHE, `test-tally-${process.pid}.json`);
  const vitest = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');
  const ours = join(ROOT, 'scripts', 'vitest');
  const flags = [
    `--config=${join(ours, 'vitest.config.mjs')}`,
    '--reporter=default',
    `--reporter=${join(ours, 'tally-reporter.mjs')}`,
  ];
  const ended = await runForeground(context.node, [vitest, 'run', ...flags, ...context.args], {
    cwd: ROOT,
    env: { ...env, TEST_TALLY_FILE: tally, ...(memory === null ? {} : { TMPDIR: memory }) },
  });
  if (memory !== null) rmSync(memory, { recursive: true, force: true });
  const line = closingLine(tally, ended);
  rmSync(tally, { force: true });
  if (line) console.log(line);
  return ended;
}

/**
 * `N passed, N failed[, N skipped]`; null when something other than a run was asked for, such as --help.
 */
function closingLine(tally, { code }) {
  if (!existsSync(tally)) return code === 0 ? null : '0 passed, 0 failed';
  const { passed, failed, skipped } = JSON.parse(readFileSync(tally, 'utf8'));
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
