import { readdirSync, readFileSync } from 'node:fs';

const MIB = 2 ** 20;
/** Ticks of the kernel's process times: so many a second on every Linux that matters. */
const TICK_MS = 10;

/** Returns VmRSS as the kernel has it. */
export function residentMiB(pid: number): number {
  const line = readFileSync(`/proc/${pid}/status`, 'utf8')
    .split('\n')
    .find((text) => text.startsWith('VmRSS:'));
  return (Number(line?.replaceAll(/\D/g, '')) * 1_024) / MIB;
}

/** Returns the CPU time of a process since its start, user's and system's. *Units*: ms, in steps of 10. */
export function cpuMs(pid: number): number {
  return cpuOf(`/proc/${pid}/stat`);
}

/** Returns the CPU time of its threads by their names. *Units*: as those of `cpuMs`. */
export function threadsCpuMs(pid: number): ReadonlyMap<string, number> {
  const byName = new Map<string, number>();
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    const dir = `/proc/${pid}/task/${thread}`;
    const name = readFileSync(`${dir}/comm`, 'utf8').trim();
    byName.set(name, (byName.get(name) ?? 0) + cpuOf(`${dir}/stat`));
  }
  return byName;
}

function cpuOf(path: string): number {
  const fields = readFileSync(path, 'utf8').split(') ')[1]!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}
