// Finds or fetches pnpm, in exactly the version that package.json names.
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { capture } from './child-process.mjs';
import { findOnPath } from './find-on-path.mjs';
import { explainFailure, FriendlyError, isUnreachable } from './friendly-error.mjs';

const ASK_VERSION_MS = 10_000;
const FETCH_MS = 300_000;
/** npm waits minutes for a registry that says nothing; a short question first finds that out in seconds. */
const REACHABLE_MS = 4_500;

/** The version in package.json's `packageManager`, without the hash that may follow it. */
export function pinnedPnpm(root) {
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const version = /^pnpm@(\d+\.\d+\.\d+)/.exec(packageManager)?.[1];
  if (!version)
    throw new FriendlyError(`package.json: packageManager is "${packageManager}", expected pnpm@x.y.z`);
  return version;
}

/**
 * The command line of that pnpm, `[program, ...arguments]`: from the cache, from PATH, else fetched by npm.
 */
export async function findPnpm({ root, cache, progress, env = process.env }) {
  const version = pinnedPnpm(root);
  const folder = join(cache, 'tools', `pnpm-${version}`);
  const cached = [process.execPath, join(folder, 'node_modules', 'pnpm', 'bin', 'pnpm.cjs')];
  if (existsSync(cached[1])) return cached;
  const onPath = findOnPath('pnpm', env);
  if (onPath && (await versionOf(onPath, env)) === version) return [onPath];
  await fetchPnpm({ version, folder, progress, env });
  return cached;
}

async function versionOf(pnpm, env) {
  // Outside the checkout and with its self-switching off, so that it tells its own version instead of
  // fetching ours.
  const quiet = { ...env, npm_config_manage_package_manager_versions: 'false', COREPACK_ENABLE_NETWORK: '0' };
  const asked = await capture(pnpm, ['--version'], { cwd: tmpdir(), env: quiet, timeoutMs: ASK_VERSION_MS });
  return asked.ok ? asked.stdout.trim() : null;
}

async function fetchPnpm({ version, folder, progress, env }) {
  const npm = findNpm(env);
  const step = progress.step(
    `Fetching pnpm ${version}`,
    'the package manager that package.json pins (about 20 MB)',
  );
  await proveReachable(npm, env, step);
  const staging = `${folder}.${process.pid}`;
  mkdirSync(staging, { recursive: true });
  // A package.json of its own keeps npm from walking up to the checkout's.
  writeFileSync(join(staging, 'package.json'), '{ "private": true }\n');
  const flags = ['--no-audit', '--no-fund', '--no-package-lock', '--ignore-scripts', '--no-update-notifier'];
  const network = [
    '--fetch-retries=1',
    '--fetch-retry-mintimeout=500',
    '--fetch-timeout=60000',
    '--prefer-offline',
  ];
  const args = ['install', '--prefix', staging, ...flags, ...network, '--loglevel=error', `pnpm@${version}`];
  const fetched = await capture(npm[0], [...npm.slice(1), ...args], {
    cwd: staging,
    env,
    timeoutMs: FETCH_MS,
  });
  if (!fetched.ok) {
    rmSync(staging, { recursive: true, force: true });
    step.fail('not fetched');
    throw explainFailure(`Fetching pnpm ${version} with npm`, fetched.output);
  }
  rmSync(folder, { recursive: true, force: true });
  renameSync(staging, folder);
  step.done('fetched');
}

async function proveReachable(npm, env, step) {
  const args = ['ping', `--fetch-timeout=${REACHABLE_MS}`, '--fetch-retries=0', '--loglevel=error'];
  const timeoutMs = 3 * REACHABLE_MS;
  const asked = await capture(npm[0], [...npm.slice(1), ...args], { cwd: tmpdir(), env, timeoutMs });
  // A registry may refuse to be pinged, and is there all the same.
  if (asked.ok || !isUnreachable(asked.output)) return;
  step.fail('not fetched');
  throw explainFailure('Fetching pnpm with npm', asked.output);
}

/** npm's command line: the npm that started us, the one beside this Node, or the one on PATH. */
export function findNpm(env = process.env) {
  const running = env.npm_execpath;
  if (running?.endsWith('npm-cli.js') && existsSync(running)) return [process.execPath, running];
  const bin = dirname(process.execPath);
  for (const modules of [join(bin, 'node_modules'), join(bin, '..', 'lib', 'node_modules')]) {
    const cli = join(modules, 'npm', 'bin', 'npm-cli.js');
    if (existsSync(cli)) return [process.execPath, cli];
  }
  const onPath = findOnPath('npm', env);
  if (onPath) return [onPath];
  throw new FriendlyError(
    'npm was not found, and it is needed once to fetch pnpm.\n' +
      'Install Node with npm (the usual installers bring both), then run the same command again.',
  );
}
