import { hashId } from './hash-id.ts';
import { type ClientOrderId, clientOrderId } from './ids.ts';

/** Opens every id that we make, so that our orders can be told from others on a shared account. */
const PREFIX = 'a';
const OURS = /^a[a-z2-7]{26}$/;

/**
 * Returns the id of the order that these causes ask for:
 * the same causes always give the same id. *Source*: R-30.
 */
export function ownClientOrderId(...causes: readonly (string | number)[]): ClientOrderId {
  return clientOrderId(PREFIX + hashId(...causes));
}

/** Says whether an order was made by this engine, by the prefix and the shape of its id. */
export function isOwnClientOrderId(id: string): boolean {
  return OURS.test(id);
}
