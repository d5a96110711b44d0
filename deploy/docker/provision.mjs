// Creates or updates every stream, bucket and durable consumer on the server, and ends. Run it before the services.
import { allDurables, JetStreamBus, provision } from '../../libs/bus/src/index.ts';
import { baseConfig, EXIT, readConfig, Secret } from '../../libs/runtime/src/index.ts';
import { environment } from './config.mjs';

try {
  const config = readConfig('provision', baseConfig, environment);
  await using bus = await JetStreamBus.connect({
    servers: config.natsUrl.split(','),
    identity: 'provision',
    ...(config.natsUser === undefined ? {} : { user: config.natsUser }),
    ...(config.natsPasswordFile === undefined
      ? {}
      : { password: Secret.fromFile(config.natsPasswordFile, 'ALGO_NATS_PASSWORD_FILE').reveal() }),
    ...(config.natsCaFile === undefined ? {} : { caFile: config.natsCaFile }),
  });
  // One server: with one replica the provisioner may relax the market streams, so that only money waits for the disk.
  await provision(bus, { replicas: 1, durables: allDurables() });
  process.stdout.write(`streams, buckets and durables are in place on ${config.natsUrl}\n`);
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode =
    error.name === 'ConfigError' || error.name === 'InputError' ? EXIT.misconfigured : EXIT.failed;
}
