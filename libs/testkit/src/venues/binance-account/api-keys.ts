import { NO_KEY_RIGHT, Refused } from './refused.ts';
import { type KeyProof, keyProof } from './signed-text.ts';

/** What a key may do, as `GET /sapi/v1/account/apiRestrictions` tells it. */
export interface KeyRights {
  readonly reading: boolean;
  readonly spotTrading: boolean;
  readonly futures: boolean;
  readonly withdrawals: boolean;
}

/** A key of an account: with a secret (HMAC), or with a public key (Ed25519). */
export interface KeyOptions {
  readonly apiKey: string;
  readonly secret?: string;
  readonly publicKeyPem?: string;
  /** Reading and trading, no withdrawals, where nothing is said. */
  readonly rights?: Partial<KeyRights>;
  /** From where it may be used; from everywhere where nothing is said. */
  readonly ips?: readonly string[];
}

/** A key as the exchange knows it. */
export interface ApiKey {
  readonly apiKey: string;
  readonly account: string;
  readonly proof: KeyProof;
  readonly rights: KeyRights;
  readonly ips: readonly string[] | null;
  readonly createdMs: number;
}

const RIGHTS: KeyRights = { reading: true, spotTrading: true, futures: true, withdrawals: false };
const FORMAT = /^[\w-]{1,128}$/;

/** The keys of an exchange. */
export class ApiKeys {
  readonly #keys = new Map<string, ApiKey>();

  add(account: string, options: KeyOptions, nowMs: number): void {
    const { apiKey, rights, ips } = options;
    this.#keys.set(apiKey, {
      ...{ apiKey, account, proof: keyProof(options), createdMs: nowMs },
      ...{ rights: { ...RIGHTS, ...rights }, ips: ips ?? null },
    });
  }

  /** From now on the key is unknown, as one that its owner has deleted. */
  revoke(apiKey: string): void {
    this.#keys.delete(apiKey);
  }

  /** Returns a key. *Errors*: Refused where it is missing, malformed, unknown, or used from elsewhere. */
  find(apiKey: string | undefined, address: string): ApiKey {
    if (apiKey === undefined || !FORMAT.test(apiKey))
      throw new Refused(-2014, 'API-key format invalid.', 401);
    const key = this.#keys.get(apiKey);
    if (key === undefined) throw NO_KEY_RIGHT();
    if (key.ips !== null && !key.ips.includes(address)) throw NO_KEY_RIGHT();
    return key;
  }
}
