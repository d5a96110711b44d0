import { InputError } from '@algo/model';
import { findNatsServer } from '../../../../scripts/nats-server.mjs';

/**
 * Returns the path of a nats-server to run. *Errors*: InputError when there is none and none can be fetched.
 */
export async function findNatsBinary(env: NodeJS.ProcessEnv, say: (line: string) => void): Promise<string> {
  try {
    return (await findNatsServer({ env, log: say })).path;
  } catch (error) {
    throw new InputError({
      field: 'nats-server',
      value: env.NATS_SERVER_BIN ?? 'not found',
      because: (error as Error).message.trim(),
      remedy: 'CONTRIBUTING.md says how to bring one.',
    });
  }
}
