import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** True while a process of that id exists, ours or not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * Returns what tells this life of a process id from the next one: its start time and the machine's where
 * the system shows them (Linux), else an empty text. Ids are used again, most of all in containers.
 */
export function birthOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const afterName = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return `${machineOf()}:${afterName[19] ?? ''}`;
  } catch {
    return '';
  }
}

/** True while that very process lives, and not another one that got its number. */
export function isSameProcess(pid: number, birth: string): boolean {
  return isAlive(pid) && birthOf(pid) === birth;
}

/**
 * Returns what names this machine since it was started, and the container in which process ids count (Linux);
 * else its network name. Processes of another container can't be seen from here.
 */
export function machineOf(): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return hostname();
  }
}
