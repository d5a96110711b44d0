import { createHmac, createPublicKey, type KeyObject, verify } from 'node:crypto';

/** What proves that a request is of a key's owner. */
export type KeyProof =
  | { readonly kind: 'hmac'; readonly secret: string }
  | { readonly kind: 'ed25519'; readonly publicKey: KeyObject };

/** Returns the proof of a key: of a secret, or of a public key in PEM. */
export function keyProof(key: { readonly secret?: string; readonly publicKeyPem?: string }): KeyProof {
  if (key.publicKeyPem !== undefined)
    return { kind: 'ed25519', publicKey: createPublicKey(key.publicKeyPem) };
  if (key.secret !== undefined) return { kind: 'hmac', secret: key.secret };
  throw new Error('a key of a stand-in needs a secret, or a publicKeyPem');
}

/**
 * Returns what a REST request's signature is over: query and body as they came, one behind the other without
 * anything between, and without the signature itself. *Source*: rest-api.md, "SIGNED Endpoint Examples".
 */
export function restPayload(query: string, body: string): string {
  return [query, body].map(withoutSignature).join('');
}

function withoutSignature(text: string): string {
  return text
    .split('&')
    .filter((pair) => pair !== '' && !pair.startsWith('signature='))
    .join('&');
}

/**
 * Returns what a socket request's signature is over: its parameters by name, not percent-encoded.
 * *Source*: web-socket-api.md, "SIGNED request example".
 */
export function socketPayload(parameters: ReadonlyMap<string, string>): string {
  return [...parameters]
    .filter(([name]) => name !== 'signature')
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

/** Returns whether a signature is right. HMAC's letters may be of either case, Ed25519's not. */
export function isSigned(proof: KeyProof, payload: string, signature: string): boolean {
  if (proof.kind === 'hmac')
    return createHmac('sha256', proof.secret).update(payload).digest('hex') === signature.toLowerCase();
  const bytes = Buffer.from(signature, 'base64');
  return bytes.toString('base64') === signature && verify(null, Buffer.from(payload), proof.publicKey, bytes);
}
