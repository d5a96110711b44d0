import { randomUUID } from 'node:crypto';
import { subjects } from '@algo/contracts';
import type { ComparisonReport } from '@algo/read-models';
import { CommandFailure } from '../exit-codes.ts';
import { silentWords } from '../reading/silent-services.ts';
import { expiryUs, fromNow, hearUntil, obey, type Steering } from './ask-engine.ts';

/** A comparison reads the exchange: orders, fills, positions, balances. */
const COMPARED_MAX_MS = 20_000;

/**
 * Has the engine compare its books with the exchange's now, and returns what this very run came to.
 * *Errors*: CommandFailure when it is refused, or when nobody compares: who is silent, and what to do.
 */
export async function compareBooks(
  { bus, account, person }: Steering,
  dryRun: boolean,
): Promise<ComparisonReport> {
  const commandId = randomUUID();
  const place = await fromNow(bus, 'RECONCILIATION', subjects.reconciliation(account));
  const of = { commandId, account, dryRun, expiresWallUs: await expiryUs(bus) };
  const body = { type: 'CompareBooks', ...person, ...of } as const;
  await obey(bus, account, { name: 'CompareBooks', body });
  const said: { report?: ComparisonReport } = {};
  const isIt: Parameters<typeof hearUntil>[2] = (fact) => {
    if (fact.name !== 'ReconciliationCompleted' && fact.name !== 'ReconciliationFailed') return false;
    if (fact.body.requestId !== commandId) return false;
    said.report = fact.body;
    return true;
  };
  await hearUntil(bus, place, isIt, COMPARED_MAX_MS);
  if (said.report !== undefined) return said.report;
  throw new CommandFailure(
    [
      `Asked for, and not compared within ${COMPARED_MAX_MS / 1_000} s.`,
      ...(await silentWords(bus, account, ['reconcile'])),
      'A service that died is started again by `algo up`: look at `algo status`, then ask again.',
    ].join('\n'),
  );
}
