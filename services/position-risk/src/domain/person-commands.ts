import {
  type AskWall,
  CommandIds,
  type CommandObeyed,
  type ControlCommand,
  type ExpiringCommand,
  HeldCommands,
  type TimeUs,
  type WallTold,
} from '@algo/model';
import type { PositionGuard } from './position-guard.ts';

/** Far more commands than can be in flight or delivered again. */
const COMMANDS_REMEMBERED = 1_024;

/** A person's command to leave what is held. */
export type FlattenAll = Extract<ControlCommand, { type: 'FlattenAll' }>;

/** The commands of persons as they are kept. */
export interface PersonCommandsState {
  readonly known: readonly string[];
  readonly held: readonly (readonly [commandId: string, command: ExpiringCommand])[];
}

/** Takes each command of a person once, and those that expire not before the time of the wall is known. */
export class PersonCommands {
  readonly #ids: CommandIds;
  readonly #held: HeldCommands;

  constructor(state: PersonCommandsState = { known: [], held: [] }) {
    this.#ids = new CommandIds(COMMANDS_REMEMBERED, state.known);
    this.#held = new HeldCommands(state.held);
  }

  /** Says whether a command was not heard before, and remembers it. */
  isNew({ commandId }: ControlCommand): boolean {
    return this.#ids.isNew(commandId);
  }

  /** Returns the question on which a command waits; nothing where it was heard before. */
  ask(command: FlattenAll): AskWall[] {
    return this.isNew(command) ? [this.#held.hold(command)] : [];
  }

  /** Returns the command that may be obeyed now, if any. *Errors*: InputError when its time is over. */
  due(told: WallTold): FlattenAll[] {
    const command = this.#held.release(told);
    return command?.type === 'FlattenAll' ? [command] : [];
  }

  state(): PersonCommandsState {
    return { known: this.#ids.all(), held: this.#held.entries() };
  }
}

/** Returns the answer to a command for which these are left. */
export function obeyed(
  { commandId }: FlattenAll,
  left: readonly (readonly [unknown, PositionGuard])[],
  timeUs: TimeUs,
): { readonly type: 'CommandObeyed' } & CommandObeyed {
  const positions = left.map(([, { holding }]) => holding.id);
  return { type: 'CommandObeyed', commandId, positions, orders: [], timeUs };
}
