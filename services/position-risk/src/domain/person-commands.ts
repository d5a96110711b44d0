import {
  type AskWall,
  CommandIds,
  type CommandObeyed,
  type ControlCommand,
  HeldCommands,
  type TimeUs,
  type WallTold,
} from '@algo/model';
import type { PositionGuard } from './position-guard.ts';

/** Far more commands than can be in flight or delivered again. */
const COMMANDS_REMEMBERED = 1_024;

/** A person's command to leave what is held. */
export type FlattenAll = Extract<ControlCommand, { type: 'FlattenAll' }>;
/** A person's command to allow more or less trading. */
export type SetTradingMode = Extract<ControlCommand, { type: 'SetTradingMode' }>;
/** What nobody may do any more once its time is over. */
type Held = FlattenAll | SetTradingMode;

/** The commands of persons as they are kept. */
export interface PersonCommandsState {
  readonly known: readonly string[];
  readonly held: readonly (readonly [commandId: string, command: Held])[];
}

/** Takes each command of a person once, and those that expire not before the time of the wall is known. */
export class PersonCommands {
  readonly #ids: CommandIds;
  readonly #held: HeldCommands<Held>;

  constructor(state: PersonCommandsState = { known: [], held: [] }) {
    this.#ids = new CommandIds(COMMANDS_REMEMBERED, state.known);
    this.#held = new HeldCommands(state.held);
  }

  /** Says whether a command was not heard before, and remembers it. */
  isNew({ commandId }: ControlCommand): boolean {
    return this.#ids.isNew(commandId);
  }

  /** Returns the question on which a command waits. */
  ask(command: Held): AskWall {
    return this.#held.hold(command);
  }

  /** Returns the command that may be obeyed now, if any. *Errors*: InputError when its time is over. */
  due(told: WallTold): Held | null {
    return this.#held.release(told);
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
