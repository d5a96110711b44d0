import { birthOf, isSameProcess, machineOf } from './process-identity.ts';

/** One life of a process. *Shape*: no other life has its `name`. */
export interface Life {
  readonly name: string;
  /** Says whether a life of that name is surely over. */
  isOver(name: string): boolean;
}

/**
 * Names this life by its process, and knows of lives of this machine whether their process is gone: one that
 * only stands still is not. Of lives elsewhere, and in other containers, it knows nothing.
 */
export class OwnLife implements Life {
  readonly name: string;
  readonly #prefix: string;

  constructor(identity: string) {
    this.#prefix = `${identity}#${machineOf()}#`;
    this.name = `${this.#prefix}${process.pid}#${birthOf(process.pid)}`;
  }

  isOver(name: string): boolean {
    if (name === this.name || !name.startsWith(this.#prefix)) return false;
    const [pid, birth] = name.slice(this.#prefix.length).split('#');
    return !isSameProcess(Number(pid), birth ?? '');
  }
}

/**
 * Names this life for a right that processes of several names take from each other, such as a virtual shard.
 * Of an older life of the same name it is over: there is one process of a name at a time.
 */
export function lifeAmongOthers(identity: string): Life {
  const name = `${identity}#${machineOf()}#${process.pid}#${birthOf(process.pid)}`;
  return {
    name,
    isOver(other) {
      const [who, machine, pid, birth] = other.split('#');
      if (other === name) return false;
      return who === identity || (machine === machineOf() && !isSameProcess(Number(pid), birth ?? ''));
    },
  };
}
