import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { isAlive } from '@algo/runtime';

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
