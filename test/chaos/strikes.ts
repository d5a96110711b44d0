import { EVERYTHING, type Strike } from '../acceptance/support/blow-plan.ts';
import { soak } from '../acceptance/support/config.ts';

export const ACCOUNT = 'paper-main';

/** A disk of its own, so small that it can be filled, where this user may make one. */
export const hasOwnDisk = process.getuid?.() === 0 && process.platform === 'linux';

/** Alone; all at once are killed as well. */
const KILLED = [
  'ingest.binance',
  `execution.${ACCOUNT}`,
  `paper-venue.${ACCOUNT}`,
  'nats-server',
  EVERYTHING,
];
/** The one that closes bars by the wall, and those of which a second process stands by. */
const FROZEN = ['ingest.binance', `execution.${ACCOUNT}`, `position-risk.${ACCOUNT}`];
/** In the long runs also these. */
const MORE: readonly Strike[] = [
  ...['analytics.0', `decision.${ACCOUNT}`, `position-risk.${ACCOUNT}`, `reconcile.${ACCOUNT}`].map(
    (hit): Strike => ({ hit, how: 'kill' }),
  ),
  { hit: 'notifier.main', how: 'kill' },
  ...['analytics.0', `decision.${ACCOUNT}`, `paper-venue.${ACCOUNT}`, 'nats-server'].map(
    (hit): Strike => ({ hit, how: 'freeze' }),
  ),
];
/** What falls on the engine in each round. */
export const STRIKES: readonly Strike[] = [
  ...KILLED.map((hit): Strike => ({ hit, how: 'kill' })),
  { hit: 'analytics.0', how: 'locked file' },
  ...FROZEN.map((hit): Strike => ({ hit, how: 'freeze' })),
  ...(hasOwnDisk ? [{ hit: 'the disk', how: 'full disk' } satisfies Strike] : []),
  ...(soak ? MORE : []),
];
