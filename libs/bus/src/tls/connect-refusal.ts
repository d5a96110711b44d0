import { InputError } from '@algo/model';
import { isStranger } from '../until-let-in.ts';
import type { BusTls } from './bus-tls.ts';

interface Words {
  readonly because: string;
  readonly remedy: string;
  readonly isPassing: boolean;
}

const DEPTH_MAX = 5;
/** They are mended at the server, where certificates are replaced while clients wait. */
const isPassing = true;

/** What Node and the client library say of a certificate, in words of ours. */
const REFUSALS: readonly (readonly [RegExp, (said: string, tls: BusTls) => Words])[] = [
  [
    /CERT_HAS_EXPIRED|certificate has expired/,
    () => ({
      because: "the server's certificate, or that of who vouches for it, has expired",
      remedy: 'Renew it and let the server read it (docs/deployment.md, Encryption of the bus).',
      isPassing,
    }),
  ],
  [
    /CERT_NOT_YET_VALID|certificate is not yet valid/,
    () => ({
      because: "the server's certificate is not valid yet",
      remedy: 'Compare the clocks of this machine and of who issued it.',
      isPassing,
    }),
  ],
  [
    /its certificate is for [^\n]*, not for [^\s]*/,
    (said) => ({
      because: said,
      remedy: 'Name the server as its certificate does, or issue one for this name.',
      isPassing,
    }),
  ],
  [
    /SELF_SIGNED_CERT|UNABLE_TO_|SIGNATURE_FAILURE|self-signed cert|unable to (verify|get)|signature failure/,
    (_, { caFile }) => ({
      because:
        caFile === undefined
          ? 'it speaks TLS, and nobody whom this program knows vouches for its certificate'
          : `none of the certificates in ${caFile} vouches for its certificate`,
      remedy:
        "Name in ALGO_NATS_CA_FILE the file with the certificate of the server's authority, as it is now.",
      isPassing,
    }),
  ],
  [
    /does not support 'tls'/,
    () => ({
      because: 'it does not encrypt, and this client was told that it does',
      remedy: 'Give the server its certificate, or name it by nats:// and leave ALGO_NATS_CA_FILE out.',
      isPassing: false,
    }),
  ],
];
/** A server that asks for a certificate hangs up behind the greeting, of which the library says nothing. */
const SILENT: Words = {
  because: 'it greets and then says nothing, as one that asks each client for a certificate',
  remedy:
    'If it does, name one in ALGO_NATS_CERT_FILE and its key in ALGO_NATS_CERT_KEY_FILE; else start it anew.',
  isPassing,
};

/** Returns why a server could not be reached, in words for a person. */
export function connectRefusal(cause: unknown, where: string, tls?: BusTls): InputError {
  const said = chainOf(cause).join(' ');
  const refused = (words: Words) => new InputError({ field: 'nats', value: where, ...words });
  for (const [pattern, wordsOf] of REFUSALS) {
    const found = pattern.exec(said);
    if (found !== null) return refused(wordsOf(found[0], tls ?? {}));
  }
  if (tls?.caFile !== undefined && tls.certFile === undefined && /timeout/.test(said)) return refused(SILENT);
  return refused({
    because: `cannot connect: ${messageOf(cause)}`,
    remedy: 'Start nats-server or correct its address and credentials.',
    isPassing: !isStranger(cause),
  });
}

/** What an error and those behind it say, with their codes. */
function chainOf(cause: unknown): string[] {
  const said: string[] = [];
  for (let error = cause; error != null && said.length < DEPTH_MAX; error = (error as Error).cause)
    said.push(`${(error as NodeJS.ErrnoException).code ?? ''} ${messageOf(error)}`);
  return said;
}

function messageOf(error: unknown): string {
  return (error as Partial<Error>).message ?? String(error);
}
