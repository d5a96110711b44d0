import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout this command line belongs to: services are started from here. */
export const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** What the command line reads of its environment. */
export interface CliEnvironment {
  /** Passed on to every service, without what the supervisor sets itself. */
  readonly inherited: NodeJS.ProcessEnv;
  readonly color: boolean;
  readonly user: string;
  /** Where the engine's data directories lie when nobody names one. */
  readonly dataRoot: string;
  /** The catalog of instruments, as the services read it. */
  readonly instrumentsFile: string;
}

/** Set per process by the supervisor; an inherited one would reach every service alike. */
const OWN = ['ALGO_HTTP_PORT', 'ALGO_ORDINAL', 'ALGO_NATS_URL', 'ALGO_DATA_DIR'];

export function readEnvironment(): CliEnvironment {
  const inherited = { ...process.env };
  for (const name of OWN) delete inherited[name];
  return {
    inherited,
    color: !inherited.NO_COLOR,
    user: inherited.USER ?? inherited.LOGNAME ?? inherited.USERNAME ?? 'operator',
    dataRoot: join(ROOT, 'data'),
    instrumentsFile: resolve(ROOT, inherited.ALGO_INSTRUMENTS_FILE ?? 'config/instruments.yaml'),
  };
}

/** Returns a path given by a person, relative to where they stand. */
export function fromCaller(path: string): string {
  return resolve(process.cwd(), path);
}
