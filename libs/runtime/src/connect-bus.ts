import { JetStreamBus } from '@algo/bus';
import type { BaseConfig } from './base-config.ts';
import { Secret } from './secret.ts';

/**
 * Connects to the NATS servers that the configuration names.
 * *Errors*: InputError on an unreadable key file or certificate.
 */
export async function connectBus(config: BaseConfig, identity: string): Promise<JetStreamBus> {
  const { natsUrl, natsKeyFile } = config;
  const key = natsKeyFile === undefined ? undefined : Secret.fromFile(natsKeyFile, 'ALGO_NATS_KEY_FILE');
  return JetStreamBus.connect({
    servers: natsUrl.split(','),
    identity,
    ...(key === undefined ? {} : { keySeed: key.reveal() }),
    tls: { caFile: config.natsCaFile, certFile: config.natsCertFile, keyFile: config.natsCertKeyFile },
  });
}
