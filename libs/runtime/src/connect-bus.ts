import { JetStreamBus } from '@algo/bus';
import type { BaseConfig } from './base-config.ts';
import { Secret } from './secret.ts';

/**
 * Connects to the NATS servers that the configuration names.
 * *Errors*: InputError on an unreadable password file.
 */
export async function connectBus(config: BaseConfig, identity: string): Promise<JetStreamBus> {
  const { natsUrl, natsUser, natsPasswordFile, natsCaFile } = config;
  const password =
    natsPasswordFile === undefined ? undefined : Secret.fromFile(natsPasswordFile, 'ALGO_NATS_PASSWORD_FILE');
  return JetStreamBus.connect({
    servers: natsUrl.split(','),
    identity,
    ...(natsUser === undefined ? {} : { user: natsUser }),
    ...(password === undefined ? {} : { password: password.reveal() }),
    ...(natsCaFile === undefined ? {} : { caFile: natsCaFile }),
  });
}
