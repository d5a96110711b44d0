import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { checkServerIdentity, type PeerCertificate } from 'node:tls';
import { InputError } from '@algo/model';

/**
 * By which files a client and its server know each other. All are read anew at each connection, so that
 * certificates may be replaced while an engine runs.
 */
export interface BusTls {
  /** Who vouches for the server: certificates as PEM. Without it those that Node brings are meant. */
  readonly caFile?: string | undefined;
  /** This client's own certificate, where the server asks for one. */
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
}

/** What the client library is told of it. */
interface TlsSettings {
  readonly caFile?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
  readonly checkServerIdentity: typeof checkServerIdentity;
}

/** The setting that names each file. */
const NAMED_BY = {
  caFile: 'ALGO_NATS_CA_FILE',
  certFile: 'ALGO_NATS_CERT_FILE',
  keyFile: 'ALGO_NATS_CERT_KEY_FILE',
} as const;

/**
 * Returns how to speak to these servers encrypted; undefined where neither a file nor a scheme asks for it.
 * *Errors*: InputError naming the setting, on a file that can't be read or holds no certificate.
 */
export function tlsSettings(servers: readonly string[], tls: BusTls = {}): TlsSettings | undefined {
  const named = Object.entries(tls).filter(([, file]) => file !== undefined);
  if (named.length === 0 && !servers.some((url) => url.startsWith('tls://'))) return undefined;
  if (tls.caFile !== undefined) certificatesIn(NAMED_BY.caFile, tls.caFile);
  if (tls.certFile !== undefined) certificatesIn(NAMED_BY.certFile, tls.certFile);
  if (tls.keyFile !== undefined) readNamed(NAMED_BY.keyFile, tls.keyFile);
  const addresses = servers.map(hostOf).filter((host) => isIP(host) !== 0);
  return {
    ...(Object.fromEntries(named) as BusTls as { caFile?: string }),
    checkServerIdentity: (host, certificate) => identityFault(host, certificate, addresses),
  };
}

/** Node says `localhost` for every address of numbers, as it knows no name for one. */
function identityFault(
  host: string,
  certificate: PeerCertificate,
  addresses: readonly string[],
): Error | undefined {
  const asked = host === 'localhost' && addresses.length > 0 ? addresses : [host];
  if (asked.some((one) => checkServerIdentity(one, certificate) === undefined)) return undefined;
  return new Error(
    `its certificate is for ${certificate.subjectaltname ?? 'nobody'}, not for ${asked.join()}`,
  );
}

function hostOf(url: string): string {
  return new URL(url.includes('://') ? url : `nats://${url}`).hostname.replace(/^\[|\]$/g, '');
}

/**
 * Returns the certificates of a file of PEM, the first one first. *Errors*: InputError naming the setting,
 * when it can't be read or holds none.
 */
export function certificatesIn(field: string, path: string): readonly X509Certificate[] {
  const text = readNamed(field, path);
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
  try {
    if (blocks.length > 0) return blocks.map((block) => new X509Certificate(block));
  } catch {
    // said below
  }
  throw new InputError({
    ...{ field, value: path, because: 'it holds no certificate that can be read' },
    remedy: 'Put certificates into it as PEM, as they come from whoever issued them.',
  });
}

/** *Errors*: InputError naming the setting, with the system's own reason. */
export function readNamed(field: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new InputError({
      ...{ field, value: path, because: `cannot be read: ${(cause as Error).message}` },
      remedy: 'Mount the file and let this user read it.',
    });
  }
}
