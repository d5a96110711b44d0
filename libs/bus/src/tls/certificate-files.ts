import { createPrivateKey } from 'node:crypto';
import { chmodSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { InputError } from '@algo/model';
import { certificatesIn, readNamed } from './bus-tls.ts';
import { OWN_AUTHORITY, type ServerCertificate } from './server-certificate.ts';

/** Where the certificate of a server lies, under the names that cert-manager gives the parts of a secret. */
export interface CertificateFiles {
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
}

/** Reading and writing for the owner; then reading alone; what is not secret for everybody. */
const [FOLDER_MODE, SECRET_MODE, PUBLIC_MODE] = [0o700, 0o400, 0o444];

/** Returns the files of a folder. */
export function certificateFiles(folder: string): CertificateFiles {
  return {
    caFile: join(folder, 'ca.crt'),
    certFile: join(folder, 'tls.crt'),
    keyFile: join(folder, 'tls.key'),
  };
}

/** Lays a certificate into a folder, each file whole or not at all, its key readable for the owner alone. */
export function writeCertificate(folder: string, { ca, certificate, key }: ServerCertificate): void {
  mkdirSync(folder, { recursive: true, mode: FOLDER_MODE });
  chmodSync(folder, FOLDER_MODE);
  const { caFile, certFile, keyFile } = certificateFiles(folder);
  put(keyFile, key, SECRET_MODE);
  put(certFile, certificate, PUBLIC_MODE);
  // Last: clients that read it find a server that shows the new one, or will in a moment.
  put(caFile, ca, PUBLIC_MODE);
}

/** Writes a file whole or not at all: whoever is killed here must not leave half of it. */
export function put(path: string, text: string, mode: number): void {
  const fresh = `${path}.new`;
  rmSync(fresh, { force: true });
  writeFileSync(fresh, text, { mode });
  renameSync(fresh, path);
}

/**
 * Checks that a server could show these, to clients that name it so and believe the authority. Returns until
 * when. *Units*: wall ms. *Errors*: InputError naming the file and what is wrong with it.
 */
export function checkCertificate(files: CertificateFiles, hosts: readonly string[], nowMs: number): number {
  const { caFile, certFile, keyFile } = files;
  const [certificate] = certificatesIn('certificate of nats-server', certFile);
  const authorities = certificatesIn('authority of nats-server', caFile);
  const refused = (value: string, because: string, remedy: string) =>
    new InputError({ field: 'certificate of nats-server', value, because, remedy });
  const renew = 'Renew it: all three of ca.crt, tls.crt and tls.key.';
  const untilMs = Date.parse(certificate!.validTo);
  if (untilMs <= nowMs) throw refused(certFile, `it expired on ${dayOf(untilMs)}`, renew);
  const fromMs = Date.parse(certificate!.validFrom);
  if (fromMs > nowMs)
    throw refused(certFile, `it is not valid before ${dayOf(fromMs)}`, "Look at this machine's clock.");
  for (const host of hosts)
    if ((isIP(host) === 0 ? certificate!.checkHost(host) : certificate!.checkIP(host)) === undefined)
      throw refused(
        certFile,
        `it is not for ${host}, but for ${certificate!.subjectAltName ?? 'nobody'}`,
        `Issue one that names ${hosts.join(' and ')}.`,
      );
  if (!authorities.some((ca) => certificate!.checkIssued(ca) && certificate!.verify(ca.publicKey)))
    throw refused(certFile, `nobody in ${caFile} has issued it`, 'Put both in place from the same source.');
  if (!certificate!.checkPrivateKey(privateKeyIn(keyFile)))
    throw refused(keyFile, `it is not the key of ${certFile}`, 'Put both in place from the same source.');
  return untilMs;
}

/** Whether an engine issued it to itself. *Errors*: InputError when it can't be read. */
export function isOwnCertificate({ certFile }: CertificateFiles): boolean {
  const [certificate] = certificatesIn('certificate of nats-server', certFile);
  return certificate!.issuer === `CN=${OWN_AUTHORITY}`;
}

function privateKeyIn(path: string) {
  const text = readNamed('key of nats-server', path);
  try {
    return createPrivateKey(text);
  } catch {
    // What Node says may show a part of what it read.
    throw new InputError({
      ...{ field: 'key of nats-server', value: path, because: 'it holds no private key that can be read' },
      remedy: 'Put the key of the certificate into it as PEM, without a passphrase.',
    });
  }
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
