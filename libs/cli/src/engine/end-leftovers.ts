import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive, serviceOf } from '@algo/runtime';
import type { EngineFile } from './engine-file.ts';

/** A service drains for 4.5 s at most. */
const ORPHAN_PATIENCE_MS = 7_000;

/** Returns the file that a process of a service runs. */
export function scriptOf(root: string, service: string): string {
  return join(root, 'services', service, 'src', 'main.ts');
}

/** Returns the command line of a process, empty when there is none or the system doesn't tell. */
export function commandLineOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    const shown = spawnSync('ps', ['-p', String(pid), '-o', 'command='], {
      encoding: 'utf8',
      timeout: 2_000,
    });
    return shown.stdout ?? '';
  }
}

/**
 * Ends processes left by an engine that crashed: those whose command line still holds the mark we know them
 * by.
 */
export async function endOrphans(
  orphans: readonly { pid: number; mark: string }[],
  patienceMs: number,
): Promise<void> {
  const living = () => orphans.filter(({ pid, mark }) => isAlive(pid) && commandLineOf(pid).includes(mark));
  // Services end by themselves once their supervisor is gone; they get the time to.
  const deadline = performance.now() + patienceMs;
  for (const { pid } of living()) signal(pid, 'SIGTERM');
  while (living().length > 0 && performance.now() < deadline)
    await new Promise((resolve) => setTimeout(resolve, 50));
  for (const { pid } of living()) signal(pid, 'SIGKILL');
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // gone meanwhile
  }
}

/** Ends processes that a crashed engine left on this directory: nats-server, and services that hang. */
export async function endLeftovers(
  dataDir: string,
  root: string,
  before: EngineFile | undefined,
): Promise<void> {
  if (before === undefined || !before.running) return;
  const services = Object.entries(before.services).flatMap(([identity, pid]) =>
    pid === null ? [] : [{ pid, mark: scriptOf(root, serviceOf(identity)) }],
  );
  await endOrphans(services, ORPHAN_PATIENCE_MS);
  if (before.natsPid !== null)
    await endOrphans(
      [{ pid: before.natsPid, mark: join(dataDir, 'jetstream', 'nats.conf') }],
      ORPHAN_PATIENCE_MS,
    );
}
