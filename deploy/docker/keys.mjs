// Makes a key for each user of the server that has none, and the server's list of users, and ends. Run it
// before the server. Keys lie where only their user looks: in a folder each (a volume in a composition), or
// in a secret each of the cluster that this runs in.
// usage: keys folder | keys cluster
import { createRequire } from 'node:module';
import { ClusterKeys } from './cluster-keys.mjs';
import { environment } from './config.ts';
import { FolderKeys } from './folder-keys.mjs';

// This folder is no package, so names mean what they mean to reconcile, which uses all three.
const require = createRequire(new URL('../../services/reconcile/package.json', import.meta.url));
const { newUserKey, publicKeyOf } = require('@algo/bus');
const { renderNatsAccounts, USERS } = require('@algo/contracts');
const { baseConfig, enginePlanOf, EXIT, processesOf, readConfig } = require('@algo/runtime');
const { InputError } = require('@algo/model');

/** As many analytics processes as there are parts to share: their number may change without a new list. */
const ANALYTICS_MAX = 64;
const PLACES = { folder: FolderKeys, cluster: ClusterKeys };

try {
  const [where = ''] = process.argv.slice(2);
  if (!Object.hasOwn(PLACES, where))
    throw new InputError({
      ...{ field: 'keys', value: where, because: 'it names no place for them' },
      remedy: `Name one of ${Object.keys(PLACES).join(', ')}.`,
    });
  const plan = { ...enginePlanOf(readConfig('keys', baseConfig, environment)), analytics: ANALYTICS_MAX };
  const keys = await PLACES[where].open();
  const publicKeys = new Map();
  for (const user of ['provisioner', ...USERS]) {
    const seed = await keys.keyOf(user, () => newUserKey().seed);
    publicKeys.set(user, publicKeyOf(seed.trim()));
  }
  await keys.tellServer(renderNatsAccounts(processesOf(plan), (user) => publicKeys.get(user)));
  process.stdout.write(`${publicKeys.size} users have their keys\n`);
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  const isMisconfigured = error.name === 'ConfigError' || error.name === 'InputError';
  process.exitCode = isMisconfigured ? EXIT.misconfigured : EXIT.failed;
}
