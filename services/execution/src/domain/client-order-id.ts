import { type AccountId, type ClientOrderId, type OrderCommand, ownClientOrderId } from '@algo/model';

/** Returns the id of the order that a command asks for: the same cause always gives the same id. */
export function clientOrderIdOf(command: OrderCommand): ClientOrderId {
  const { account, commandId } = command;
  switch (command.type) {
    case 'PlaceOrder':
      // One decision places one entry: leg 0, attempt 1.
      return ownClientOrderId(account, command.strategy, command.decision, 0, 1);
    case 'ClosePosition':
      return ownClientOrderId(account, 'exit', commandId);
    case 'ProtectPosition':
      return ownClientOrderId(account, 'protection', commandId);
    default:
      return command satisfies never;
  }
}

/** Returns the id of the attempt behind one that has ended: one for each. */
export function nextAttemptIdOf(account: AccountId, before: ClientOrderId): ClientOrderId {
  return ownClientOrderId(account, 'attempt', before);
}

/** Returns an id for the refusal of a command whose own id already names a living order. */
export function refusalIdOf(account: AccountId, commandId: string): ClientOrderId {
  return ownClientOrderId(account, 'refusal', commandId, 0, 1);
}
