import { createHmac, createPrivateKey, type KeyObject, sign } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { InputError } from '@algo/model';

const NAME = /^[A-Za-z0-9]{1,128}$/;
/** Bits of a file's mode by which others than its owner may use it; by which all but its group may. */
const [OF_OTHERS, BEYOND_GROUP] = [0o077, 0o037];

/** Where the two halves of a key are. *Shape*: paths; what they hold is never an argument or a variable. */
export interface ApiKeyFiles {
  readonly keyFile: string;
  readonly secretFile: string;
}

/** A key of an account at Binance. Its secret half is only signed with, and is never shown. */
export class ApiKey {
  /** The public half, as it goes out with each request. */
  readonly name: string;
  /** Only Ed25519 may log a socket on; either may sign. */
  readonly kind: 'hmac' | 'ed25519';
  readonly #secret: string | KeyObject;

  private constructor(name: string, secret: string | KeyObject) {
    this.name = name;
    this.kind = typeof secret === 'string' ? 'hmac' : 'ed25519';
    this.#secret = secret;
  }

  /**
   * Returns the key that two files hold: its name, and a secret (HMAC) or a private key in PEM (Ed25519).
   * *Errors*: InputError for a file that can't be read, that others may read, or that holds none.
   */
  static fromFiles({ keyFile, secretFile }: ApiKeyFiles): ApiKey {
    const name = secretIn('key file', keyFile);
    if (!NAME.test(name))
      throw new InputError({
        ...{ field: 'key file', value: keyFile, because: 'what it holds is no API key of Binance' },
        remedy: 'Put the API key into it, one line of letters and digits, and the secret into the other.',
      });
    return ApiKey.of(name, secretIn('secret file', secretFile), secretFile);
  }

  /** Returns the key of two texts. `from`: where they are from. *Errors*: as `fromFiles`. */
  static of(name: string, secret: string, from = 'memory'): ApiKey {
    if (!secret.startsWith('-----BEGIN')) return new ApiKey(name, secret);
    let key: KeyObject | undefined;
    try {
      key = createPrivateKey(secret);
    } catch {
      key = undefined;
    }
    if (key?.asymmetricKeyType === 'ed25519') return new ApiKey(name, key);
    throw new InputError({
      ...{ field: 'secret file', value: from, because: 'its PEM holds no private key of the kind Ed25519' },
      remedy: 'Make an Ed25519 key without a passphrase, or use the secret of an HMAC key; RSA is not taken.',
    });
  }

  /** Returns a signature as the venue reads it: hex of HMAC-SHA256, or base64 of Ed25519. */
  sign(payload: string): string {
    const secret = this.#secret;
    return typeof secret === 'string'
      ? createHmac('sha256', secret).update(payload).digest('hex')
      : sign(null, Buffer.from(payload), secret).toString('base64');
  }
}

/** What is sent with a request. *Shape*: texts as they are meant, not encoded. */
export type Parameters = Readonly<Record<string, string>>;

/** Returns a query with its signature at the end, which is over what goes out: percent-encoded. */
export function signedQuery(parameters: Parameters, key: ApiKey): string {
  const query = queryOf(parameters);
  return `${query}&signature=${encodeURIComponent(key.sign(query))}`;
}

/** Returns a query, percent-encoded. */
export function queryOf(parameters: Parameters): string {
  return Object.entries(parameters)
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .join('&');
}

/** Returns what goes over a socket, signed: by name, and as it is meant. */
export function signedParams(parameters: Parameters, key: ApiKey): Parameters {
  const params = { ...parameters, apiKey: key.name };
  const payload = Object.entries(params)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
  return { ...params, signature: key.sign(payload) };
}

function secretIn(field: string, path: string): string {
  let text: string;
  try {
    if (isOpenToOthers(statSync(path), { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 }))
      throw new InputError({
        ...{ field, value: path, because: 'others than its owner may read or change it' },
        remedy: 'Run chmod 0400 on it, and make a new key if others may have seen it.',
      });
    text = readFileSync(path, 'utf8').trim();
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError({
      ...{ field, value: path, because: `it can't be read (${(error as NodeJS.ErrnoException).code})` },
      remedy: 'Name a file that this process may read.',
    });
  }
  if (text !== '') return text;
  throw new InputError({ field, value: path, because: 'it is empty', remedy: 'Put the text of it into it.' });
}

/** Whose a file or a process is, by numbers. */
export interface Ownership {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Says whether others than a process may use a file. In a cluster a secret is root's, and its group is that
 * of the one pod that mounts it: that group may read it.
 */
export function isOpenToOthers({ mode, uid, gid }: Ownership & { mode: number }, own: Ownership): boolean {
  const isOfPod = uid === 0 && own.uid !== 0 && gid === own.gid;
  return (mode & (isOfPod ? BEYOND_GROUP : OF_OTHERS)) !== 0;
}
