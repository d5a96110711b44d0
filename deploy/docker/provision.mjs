// Creates or updates every stream, bucket and durable consumer on the server, and ends.
// Run it before the services.
import { createRequire } from 'node:module';
import { environment } from './config.ts';

// This folder is no package, so names mean what they mean to reconcile, which uses both.
const require = createRequire(new URL('../../services/reconcile/package.json', import.meta.url));
const { allDurables, provision } = require('@algo/bus');
const { baseConfig, connectBus, EXIT, readConfig } = require('@algo/runtime');

try {
  const config = readConfig('provision', baseConfig, environment);
  await using bus = await connectBus(config, 'provisioner');
  // One server, one replica: the provisioner may relax the market streams, so that only money waits
  // for the disk.
  await provision(bus, { replicas: 1, durables: allDurables() });
  process.stdout.write(`streams, buckets and durables are in place on ${config.natsUrl}\n`);
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode =
    error.name === 'ConfigError' || error.name === 'InputError' ? EXIT.misconfigured : EXIT.failed;
}
