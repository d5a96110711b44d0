import { nkeys } from '@nats-io/transport-node';

/** The two halves of a user's key: the server knows the public one, the user alone the seed. */
export interface UserKey {
  readonly seed: string;
  readonly publicKey: string;
}

/** Makes a new key. */
export function newUserKey(): UserKey {
  const pair = nkeys.createUser();
  return { seed: new TextDecoder().decode(pair.getSeed()), publicKey: pair.getPublicKey() };
}

/** Returns the public half of a seed. *Errors*: throws on a text that is none. */
export function publicKeyOf(seed: string): string {
  return nkeys.fromSeed(new TextEncoder().encode(seed)).getPublicKey();
}
