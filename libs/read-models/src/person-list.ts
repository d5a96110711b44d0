import type { Fact } from '@algo/contracts';
import { type BookRepair, type ControlCommand, haltScopeKey, type PositionId } from '@algo/model';

/** A command of a person about positions or orders. */
type Asked = Extract<ControlCommand, { type: 'FlattenAll' | 'CancelOrders' }>;

/** Folds facts into who asked for which position to be left. */
export class PersonList {
  readonly #asked = new Map<string, Asked>();
  readonly #left = new Map<PositionId, Asked>();

  /** Facts about anything else are passed over. */
  take({ name, body }: Fact): void {
    if (name === 'FlattenAll' || name === 'CancelOrders') this.#asked.set(body.commandId, body);
    if (name !== 'CommandObeyed') return;
    const asked = this.#asked.get(body.commandId);
    if (asked !== undefined) for (const id of body.positions) this.#left.set(id, asked);
  }

  /** Returns who had a position left, and why in their words; null where no person had. */
  whoLeft(position: PositionId): Pick<Asked, 'by' | 'reason'> | null {
    return this.#left.get(position) ?? null;
  }
}

const REPAIR_WORDS = {
  adopt: 'what the venue holds to be ours:',
  forget: 'nothing to be ours any more:',
  acknowledge: 'what the venue holds beyond ours to stay there:',
} as const satisfies Record<BookRepair, string>;

/** Returns what a person asked for, in words. */
export function commandWords(command: ControlCommand): string {
  switch (command.type) {
    case 'SetTradingMode':
      return `${haltScopeKey(command.scope)} to be ${command.mode}`;
    case 'FlattenAll':
      return command.position === null
        ? `all of ${haltScopeKey(command.scope)} to be left`
        : `position ${command.position} to be left`;
    case 'CancelOrders':
      if (command.clientOrderId !== null) return `order ${command.clientOrderId} to be withdrawn`;
      return `${command.force ? 'all' : 'entries'} of ${haltScopeKey(command.scope)} to be withdrawn`;
    case 'CorrectBooks':
      return `${REPAIR_WORDS[command.how]} ${command.instrument}`;
    case 'CompareBooks':
      return command.dryRun ? 'the books to be compared, and nothing done' : 'the books to be compared';
    case 'SwitchConfiguration':
      return `trading by ${command.configuration}`;
    default:
      return command satisfies never;
  }
}
