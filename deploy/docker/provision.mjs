// Creates or updates every stream, bucket and durable consumer on the server, and ends.
// Run it before the services.
import { createRequire } from 'node:module';
import { environment } from './config.ts';

// This folder is no package, so names mean what they mean to reconcile, which uses both.
const require = createRequire(new URL('../../services/reconcile/package.json', import.meta.url));
const { allDurables, provision } = require('@algo/bus');
const { baseConfig, connectBus, EXIT, readConfig } = require('@algo/runtime');
const { z } = require('zod');
/** *Shape*: 3 on three servers; 1 where there is one. */
const settings = baseConfig.extend({
  streamReplicas: z.coerce.number('expected 1, 3 or 5').int().min(1).max(5).default(1),
});

try {
  const config = readConfig('provision', settings, environment);
  await using bus = await connectBus(config, 'provisioner');
  const { streamReplicas: replicas } = config;
  await provision(bus, { replicas, durables: allDurables() });
  process.stdout.write(
    `streams, buckets and durables are in place on ${config.natsUrl}, ${replicas} times\n`,
  );
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode =
    error.name === 'ConfigError' || error.name === 'InputError' ? EXIT.misconfigured : EXIT.failed;
}
