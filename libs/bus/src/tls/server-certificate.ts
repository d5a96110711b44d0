import { isIP } from 'node:net';

/** What a server shows and what its clients believe, as PEM. */
export interface ServerCertificate {
  /** Who vouches for it: for clients, and not secret. */
  readonly ca: string;
  readonly certificate: string;
  /** Secret: whoever has it can pass for the server. */
  readonly key: string;
}

/** Who vouches for certificates that an engine made for itself. */
export const OWN_AUTHORITY = 'algo engine own authority';
/** As public authorities do at most, and a leap year. */
export const VALID_DAYS = 398;

const DAY_MS = 86_400_000;
/** A client's clock may be behind. */
const EARLIER_MS = 3_600_000;
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

/**
 * Makes a certificate for a server of these names and addresses, and an authority of its own for it, whose
 * key nobody keeps: what it vouches for is this one certificate. `authority` is the name of who vouches for
 * it, where that is not an engine. *Units*: `fromMs` wall ms.
 */
export async function makeServerCertificate(
  hosts: readonly string[],
  fromMs: number,
  { days = VALID_DAYS, authority: name = OWN_AUTHORITY } = {},
): Promise<ServerCertificate> {
  // Loaded by whoever makes one alone: the library brings a decorator framework along.
  await import('reflect-metadata');
  const x509 = await import('@peculiar/x509');
  const { subtle } = globalThis.crypto;
  const usages: readonly ['sign', 'verify'] = ['sign', 'verify'];
  const [authority, server] = await Promise.all(
    [0, 1].map(() => subtle.generateKey(ALGORITHM, true, [...usages])),
  );
  const period = {
    notBefore: new Date(fromMs - EARLIER_MS),
    notAfter: new Date(fromMs + days * DAY_MS),
  };
  const { digitalSignature, keyCertSign, cRLSign } = x509.KeyUsageFlags;
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    ...{ ...period, name: `CN=${name}`, keys: authority!, signingAlgorithm: ALGORITHM },
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(keyCertSign | cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(authority!.publicKey),
    ],
  });
  const names = hosts.map((host) => ({ type: isIP(host) === 0 ? 'dns' : 'ip', value: host }) as const);
  const certificate = await x509.X509CertificateGenerator.create({
    ...{ ...period, subject: `CN=${hosts[0]}`, issuer: ca.subject, signingAlgorithm: ALGORITHM },
    publicKey: server!.publicKey,
    signingKey: authority!.privateKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(digitalSignature, true),
      // Servers of a cluster are each other's clients too.
      new x509.ExtendedKeyUsageExtension([
        x509.ExtendedKeyUsage.serverAuth,
        x509.ExtendedKeyUsage.clientAuth,
      ]),
      new x509.SubjectAlternativeNameExtension(names),
      await x509.AuthorityKeyIdentifierExtension.create(authority!.publicKey),
      await x509.SubjectKeyIdentifierExtension.create(server!.publicKey),
    ],
  });
  const key = Buffer.from(await subtle.exportKey('pkcs8', server!.privateKey)).toString('base64');
  return {
    ca: `${ca.toString('pem')}\n`,
    certificate: `${certificate.toString('pem')}\n`,
    key: `-----BEGIN PRIVATE KEY-----\n${key.match(/.{1,64}/g)!.join('\n')}\n-----END PRIVATE KEY-----\n`,
  };
}
