import { capture } from '../bootstrap/child-process.mjs';

const ASK_VERSION_MS = 5_000;

/**
 * The version a nats-server binary tells (`2.15.1`), or null when the file does not run or is something else.
 */
export async function serverVersion(path) {
  const asked = await capture(path, ['--version'], { timeoutMs: ASK_VERSION_MS });
  return /^nats-server: v(\d+\.\d+\.\d+)/m.exec(asked.output)?.[1] ?? null;
}

/** Whether dotted version `a` is `b` or newer. */
export function isAtLeast(a, b) {
  const [x, y] = [a, b].map((version) => version.split('.').map(Number));
  for (let i = 0; i < 3; i += 1) {
    if (x[i] !== y[i]) return x[i] > y[i];
  }
  return true;
}
