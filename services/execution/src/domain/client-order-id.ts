import {
  type AccountId,
  type ClientOrderId,
  type ClosePosition,
  ownClientOrderId,
  type PlaceOrder,
} from '@algo/model';

/** Returns the id of the order that a command asks for: the same cause always gives the same id. */
export function clientOrderIdOf(command: PlaceOrder | ClosePosition): ClientOrderId {
  // One decision places one entry: leg 0, attempt 1. An exit's command has an id of its own.
  return command.type === 'PlaceOrder'
    ? ownClientOrderId(command.account, command.strategy, command.decision, 0, 1)
    : ownClientOrderId(command.account, 'exit', command.commandId);
}

/** Returns the id of the attempt behind one that has ended: one for each. */
export function nextAttemptIdOf(account: AccountId, before: ClientOrderId): ClientOrderId {
  return ownClientOrderId(account, 'attempt', before);
}

/** Returns an id for the refusal of a command whose own id already names a living order. */
export function refusalIdOf(account: AccountId, commandId: string): ClientOrderId {
  return ownClientOrderId(account, 'refusal', commandId, 0, 1);
}
