// Makes a key for each user of the server that has none, and the server's list of users, and ends. Run it
// before the server. Keys lie where only their user looks: in a folder each (a volume in a composition), or
// in a secret each of the cluster that this runs in.
// With ALGO_TLS=true a folder also gets the server's certificate, and each user who vouches for it; with the
// word renew another one, which the server shows within seconds.
// usage: keys folder [renew] | keys cluster
import { createRequire } from 'node:module';
import { ClusterKeys } from './cluster-keys.mjs';
import { environment } from './config.ts';
import { FolderKeys } from './folder-keys.mjs';

// This folder is no package, so names mean what they mean to reconcile, which uses all three.
const require = createRequire(new URL('../../services/reconcile/package.json', import.meta.url));
const { BusCertificates, newUserKey, publicKeyOf } = require('@algo/bus');
const { renderNatsAccounts, USERS } = require('@algo/contracts');
const { baseConfig, enginePlanOf, EXIT, processesOf, readConfig } = require('@algo/runtime');
const { InputError } = require('@algo/model');
const { z } = require('zod');

/** As many analytics processes as there are parts to share: their number may change without a new list. */
const ANALYTICS_MAX = 64;
const PLACES = { folder: FolderKeys, cluster: ClusterKeys };
/** As services name the server, and whoever comes from the same machine. */
const HOSTS = ['nats', 'localhost', '127.0.0.1'];
const settings = baseConfig.extend({
  // The same word tells services that the bus is encrypted.
  tls: z.literal('true', 'expected true, or nothing').optional(),
});

try {
  const [where = '', what] = process.argv.slice(2);
  if (!Object.hasOwn(PLACES, where))
    throw new InputError({
      ...{ field: 'keys', value: where, because: 'it names no place for them' },
      remedy: `Name one of ${Object.keys(PLACES).join(', ')}.`,
    });
  const config = readConfig('keys', settings, environment);
  const plan = { ...enginePlanOf(config), analytics: ANALYTICS_MAX };
  const keys = await PLACES[where].open();
  const publicKeys = new Map();
  const users = ['provisioner', ...USERS];
  for (const user of users) {
    const seed = await keys.keyOf(user, () => newUserKey().seed);
    publicKeys.set(user, publicKeyOf(seed.trim()));
  }
  await keys.tellServer(renderNatsAccounts(processesOf(plan), (user) => publicKeys.get(user)));
  process.stdout.write(`${publicKeys.size} users have their keys\n`);
  const isEncrypted = config.tls === 'true';
  if (where === 'folder') await certify(keys, users, { isEncrypted, isNew: what === 'renew' });
  else if (isEncrypted)
    throw new InputError({
      ...{ field: 'ALGO_TLS', value: 'true', because: 'the certificate of a cluster is a secret of its own' },
      remedy: 'Leave it out, and add components/tls to the overlay (docs/deployment.md).',
    });
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  const isMisconfigured = error.name === 'ConfigError' || error.name === 'InputError';
  process.exitCode = isMisconfigured ? EXIT.misconfigured : EXIT.failed;
}

/** Makes what is missing or near its end, and says so to the server and to its clients. */
async function certify(keys, users, { isEncrypted, isNew }) {
  if (!isEncrypted) return keys.tellServerCertificate(undefined, users);
  const certificates = new BusCertificates(keys.certificateDir, HOSTS);
  const untilMs = await (isNew ? certificates.renew(Date.now()) : certificates.ready(Date.now()));
  keys.tellServerCertificate(certificates.files, users);
  const until = new Date(untilMs).toISOString().slice(0, 10);
  process.stdout.write(`the bus is encrypted, by a certificate that is good until ${until}\n`);
}
