import {
  type AccountId,
  type ClientOrderId,
  type ClosePosition,
  clientOrderId,
  hashId,
  type PlaceOrder,
} from '@algo/model';

/** Every id we make starts with this, so that our orders can be told from others on a shared account. */
export const CLIENT_ORDER_ID_PREFIX = 'a';
const OURS = /^a[a-z2-7]{26}$/;

/** Returns the id of the order that a command asks for: the same cause always gives the same id. *Source*: R-30. */
export function clientOrderIdOf(command: PlaceOrder | ClosePosition): ClientOrderId {
  // One decision places one entry: leg 0, attempt 1. Exits of one position differ by what asked for them.
  return command.type === 'PlaceOrder'
    ? named(command.account, command.strategy, command.decision, 0, 1)
    : named(command.account, 'exit', command.position, command.reason, command.attempt);
}

/** Returns an id for the refusal of a command whose own id already names a living order. */
export function refusalIdOf(account: AccountId, commandId: string): ClientOrderId {
  return named(account, 'refusal', commandId, 0, 1);
}

/** Says whether an id has the shape of ours. */
export function isOurClientOrderId(id: string): boolean {
  return OURS.test(id);
}

function named(account: AccountId, owner: string, cause: string, leg: number | string, attempt: number) {
  return clientOrderId(CLIENT_ORDER_ID_PREFIX + hashId(account, owner, cause, leg, attempt));
}
