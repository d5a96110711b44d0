// One bootstrap at a time in one checkout: a lock file that names its holder and is kept fresh
// while it works.
import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';

const HEARTBEAT_MS = 2_000;
const POLL_MS = 200;
/**
 * A lock not touched for this long was left by a process that died where we cannot look (another container).
 */
const STALE_MS = 30_000;

/** Runs `task` while holding the lock file; `onWait` is told once when another process holds it. */
export async function withLock(path, { onWait }, task) {
  mkdirSync(dirname(path), { recursive: true });
  const token = `${process.pid} ${hostname()} ${Date.now()}-${Math.random()}`;
  for (let waited = false; !tryTake(path, token); ) {
    if (dropIfStale(path)) continue;
    if (!waited) onWait();
    waited = true;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  const heartbeat = setInterval(() => touch(path), HEARTBEAT_MS);
  try {
    return await task();
  } finally {
    clearInterval(heartbeat);
    if (read(path) === token) rmSync(path, { force: true });
  }
}

function tryTake(path, token) {
  try {
    const file = openSync(path, 'wx');
    writeSync(file, token);
    closeSync(file);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

function dropIfStale(path) {
  const seen = read(path);
  if (seen === null) return true;
  if (!isStale(path, seen)) return false;
  // Renamed before it is removed: of two that find the same stale lock only one gets it.
  const aside = `${path}.${process.pid}.stale`;
  try {
    renameSync(path, aside);
    if (read(aside) === seen) rmSync(aside, { force: true });
    else renameSync(aside, path);
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
  return true;
}

function isStale(path, content) {
  const [pid, host] = content.split(' ');
  if (host === hostname() && !isAlive(Number(pid))) return true;
  try {
    return Date.now() - statSync(path).mtimeMs > STALE_MS;
  } catch {
    return true;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

function touch(path) {
  try {
    utimesSync(path, new Date(), new Date());
  } catch {
    // Taken away by hand: the task goes on, and nothing is left to keep fresh.
  }
}
