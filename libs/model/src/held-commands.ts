import { InputError } from './input-error.ts';
import { RecentMap } from './recent-map.ts';
import type { ControlCommand } from './risk.ts';
import { type TimeUs, US_PER_SECOND } from './time.ts';

/** A command of a person that nobody may obey once its time is over. */
export type ExpiringCommand = Extract<ControlCommand, { readonly expiresWallUs: TimeUs }>;

/** Asks the outside what time it is, for the sake of a command. */
export interface AskWall {
  readonly type: 'AskWall';
  readonly commandId: string;
}

/** The answer. *Units*: `wallUs` µs, by the clock of the bus's server. */
export interface WallTold {
  readonly commandId: string;
  readonly wallUs: TimeUs;
}

/** Far more than persons give while one answer is written down; the oldest would get no answer. */
const HELD_MAX = 256;

/**
 * Holds commands until the time of the wall is known. A process that was away reads old commands along with
 * an old event time, so that only the wall clock can tell it that hours have passed.
 */
export class HeldCommands<Command extends ExpiringCommand> {
  readonly #held: RecentMap<Command>;

  constructor(held: readonly (readonly [commandId: string, command: Command])[] = []) {
    this.#held = new RecentMap(HELD_MAX, held);
  }

  /** Keeps a command and returns the question on which it waits. */
  hold(command: Command): AskWall {
    const { commandId } = command;
    this.#held.set(commandId, command);
    return { type: 'AskWall', commandId };
  }

  /**
   * Returns the command that waited for this answer; null when none did. *Errors*: InputError when its time
   * is over; it waits no longer then.
   */
  release({ commandId, wallUs }: WallTold): Command | null {
    const command = this.#held.get(commandId);
    if (command === undefined) return null;
    this.#held.delete(commandId);
    const lateUs = wallUs - command.expiresWallUs;
    if (lateUs <= 0) return command;
    throw new InputError({
      field: 'command',
      value: commandId,
      because: `taken ${Math.ceil(lateUs / US_PER_SECOND)} s after its time was over: nothing was done`,
      remedy: 'Give it again if it is still wanted.',
    });
  }

  /** Returns a command that waits, or undefined. */
  get(commandId: string): Command | undefined {
    return this.#held.get(commandId);
  }

  /** Returns what waits, oldest first. */
  entries(): [string, Command][] {
    return this.#held.entries();
  }
}
