import { tlsSettings } from '@algo/bus';
import type { z } from 'zod';
import type { BaseConfig, baseConfig } from './base-config.ts';
import { readInstrumentsFile } from './instruments/instrument-catalog.ts';
import { Secret } from './secret.ts';
import type { Service } from './service.ts';

/** Behind a service's script: it says whether its configuration can be used, and ends. */
export const CHECK_ONLY = '--check';

/**
 * Looks at everything that a service would refuse at its start for a person to mend, without a bus, an
 * exchange or a file that a running process has: so it can be asked before that one is ended. *Errors*:
 * InputError, ConfigError.
 */
export async function checkService<Schema extends z.ZodObject<(typeof baseConfig)['shape']>>(
  service: Service<Schema>,
  config: Readonly<z.infer<Schema>> & BaseConfig,
): Promise<void> {
  const { natsUrl, natsKeyFile, natsCaFile, natsCertFile, natsCertKeyFile } = config;
  if (natsKeyFile !== undefined) Secret.fromFile(natsKeyFile, 'ALGO_NATS_KEY_FILE');
  tlsSettings(natsUrl.split(','), { caFile: natsCaFile, certFile: natsCertFile, keyFile: natsCertKeyFile });
  readInstrumentsFile(config.instrumentsFile);
  await service.check?.(config);
}
