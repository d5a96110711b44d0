import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeServerCertificate, writeCertificate } from '@algo/bus';
import { InputError } from '@algo/model';
import { type CliEnvironment, fromCaller } from '../config.ts';
import { findEngine } from '../engine/data-dirs.ts';
import { openRunningEngine } from '../engine/engine-access.ts';
import { certificatesOf } from '../engine/server-certificates.ts';
import { CommandFailure } from '../exit-codes.ts';
import { printLine } from '../reading/output.ts';

/** The supervisor looks each second, and lets files that change settle for another. */
const TAKEN_MAX_MS = 20_000;
const LOOK_MS = 250;
const HOST = /^(?=.{1,253}$)[A-Za-z0-9*]([A-Za-z0-9.:-]*[A-Za-z0-9])?$/;

/**
 * `algo certificate renew`: gives an engine's server another certificate and another authority, and waits
 * until a server that runs shows it. *Errors*: InputError where the engine encrypts nothing, or a person put
 * the certificate there; CommandFailure where the server goes on with the old one.
 */
export async function renewCertificate(
  options: { readonly dataDir?: string },
  environment: CliEnvironment,
): Promise<void> {
  const named = options.dataDir === undefined ? undefined : fromCaller(options.dataDir);
  const { dataDir, engine, running } = findEngine(named, environment.dataRoot);
  const certificates = certificatesOf(dataDir);
  const refused = (because: string, remedy: string) =>
    new InputError({ field: '--data-dir', value: dataDir, because, remedy });
  if (!certificates.areThere)
    throw refused('its engine encrypts nothing yet', 'Start it by algo up --tls, which makes a certificate.');
  if (!certificates.isOwn())
    throw refused(
      `a person put the certificate in ${certificates.files.certFile} there`,
      'Put the next one in its place, or delete the folder tls and start again for one of its own.',
    );
  const untilMs = await certificates.renew(Date.now());
  if (running && engine.natsUrl.startsWith('tls://')) await shown(dataDir, environment);
  const until = new Date(untilMs).toISOString().slice(0, 10);
  const { caFile } = certificates.files;
  await printLine(`new certificate and authority, good until ${until}; clients elsewhere need ${caFile}`);
}

/** The new file of authorities lets nobody in before the server shows what they vouch for. */
async function shown(dataDir: string, environment: CliEnvironment): Promise<void> {
  const untilMs = performance.now() + TAKEN_MAX_MS;
  for (;;)
    try {
      await using _ = await openRunningEngine({ dataDir }, environment);
      return;
    } catch (error) {
      if (performance.now() > untilMs)
        throw new CommandFailure(
          `The server still shows the old certificate after ${TAKEN_MAX_MS / 1_000} s; algo up says why: ` +
            (error as Error).message,
        );
      await sleep(LOOK_MS);
    }
}

/**
 * `algo certificate make DIR --host NAMES`: makes a certificate for a server that runs elsewhere, as the
 * files ca.crt, tls.crt and tls.key. *Errors*: InputError on a host that is none, or a folder that has them.
 */
export async function makeCertificate(dir: string, options: { readonly host: string }): Promise<void> {
  const folder = fromCaller(dir);
  const hosts = options.host.split(',').map((host) => host.trim());
  const odd = hosts.find((host) => !HOST.test(host));
  if (odd !== undefined)
    throw new InputError({
      ...{ field: '--host', value: odd, because: 'it is neither a name nor an address' },
      remedy: 'Give the names by which clients reach the server, comma separated: nats,nats.algo.svc.',
    });
  if (existsSync(join(folder, 'tls.key')))
    throw new InputError({
      ...{ field: 'DIR', value: folder, because: 'it holds a key already' },
      remedy: 'Name a fresh folder; who vouches for the new one is not who vouched for the old one.',
    });
  writeCertificate(folder, await makeServerCertificate(hosts, Date.now()));
  await printLine(`${folder} has ca.crt for clients, tls.crt and tls.key for the server`);
}
