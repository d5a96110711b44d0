// Where tests keep their files: in memory, where there is enough of it. Servers and engines flush every word
// of money to the disk, which costs more of the processor than the word itself. What is killed and started
// again finds there what it had left, as on a disk.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { freemem } from 'node:os';
import { join } from 'node:path';

const SHARED_MEMORY = '/dev/shm';
/** Many times what all tests of a run have there at once. */
const ROOM_MIN_BYTES = 3e9;
const PREFIX = 'algo-tests-';

/**
 * Makes the one of this process; null where there is too little room, or where no program can be run from.
 * Those of processes that were killed are taken away.
 */
export function makeMemoryFolder({ parent = SHARED_MEMORY, roomMinBytes = ROOM_MIN_BYTES } = {}) {
  const folder = join(parent, `${PREFIX}${process.pid}`);
  try {
    for (const name of readdirSync(parent)) if (isLeft(name)) remove(join(parent, name));
    const { bavail, bsize } = statfsSync(parent);
    const room = Math.min(bavail * bsize, freemem(), process.constrainedMemory?.() || Number.MAX_VALUE);
    if (room < roomMinBytes) return null;
    mkdirSync(folder, { mode: 0o700 });
    const program = join(folder, 'program');
    writeFileSync(program, '#!/bin/sh\nexit 0\n', { mode: 0o700 });
    const { status } = spawnSync(program);
    rmSync(program);
    if (status === 0) return folder;
    remove(folder);
  } catch {
    // There is no such place here, or it isn't ours.
  }
  return null;
}

function remove(folder) {
  rmSync(folder, { recursive: true, force: true });
}

/** Says whether a folder is that of a process that is no more. */
function isLeft(name) {
  if (!name.startsWith(PREFIX)) return false;
  try {
    process.kill(Number(name.slice(PREFIX.length)), 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}
