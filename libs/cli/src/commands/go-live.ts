import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { systemClock } from '@algo/bus';
import { accountId, InputError, type Instrument } from '@algo/model';
import { LIVE_LIMITS } from '@algo/runtime';
import { type AccountCheck, checkAccount } from '@algo/venues';
import { parse } from 'yaml';
import { z } from 'zod';
import { type CliEnvironment, ROOT } from '../config.ts';
import { CommandFailure } from '../exit-codes.ts';
import type { LiveAccountKeys } from '../supervisor/live-accounts.ts';
import type { UpOptions } from '../supervisor/up-options.ts';

/** Limits of each instrument that are shown. */
const SHOWN = ['order_notional_max', 'position_notional_max'] as const;

const sections = z.record(z.string(), z.record(z.string(), z.string())).catch({});
const limitsFile = z
  .object({ accounts: sections, instruments: sections })
  .catch({ accounts: {}, instruments: {} });

/**
 * Lets real money trade: limits are set for each account, the exchange was asked and nothing stands against
 * it, and a person has typed whose money it is. Nothing is sent that changes anything. *Errors*: InputError,
 * CommandFailure.
 */
export async function goLive(
  options: UpOptions,
  traded: readonly Instrument[] | undefined,
  environment: CliEnvironment,
  say: (line: string) => void,
): Promise<void> {
  const limits = limitsIn(environment);
  for (const live of options.live) refuseWithoutLimits(live, limits);
  const checks = await Promise.all(options.live.map((live) => look(live, traded)));
  for (const [i, live] of options.live.entries()) {
    say(`${live.account} on ${live.exchange} at ${live.restUrl}, key in ${live.keyFile}`);
    for (const { name, result, detail, remedy } of checks[i]!)
      say(`  ${result.padEnd(5)} ${name}: ${detail}${remedy === '' ? '' : `. ${remedy}`}`);
    for (const line of shownLimits(live, limits)) say(`  ${line}`);
  }
  const failed = checks.flat().filter(({ result }) => result === 'fail').length;
  if (failed > 0)
    throw new CommandFailure(`${failed} checks stand against trading with real money; nothing was started`);
  await confirmed(options);
}

/** What the file of limits says, as far as it is shown here; execution judges it whole when it starts. */
interface ShownLimits {
  readonly path: string;
  readonly accounts: z.infer<typeof sections>;
  readonly instruments: z.infer<typeof sections>;
}

function limitsIn({ inherited }: CliEnvironment): ShownLimits {
  // As the services see it, which stand there.
  const path = resolve(ROOT, inherited.ALGO_LIMITS_FILE ?? 'config/limits.yaml');
  try {
    return { path, ...limitsFile.parse(parse(readFileSync(path, 'utf8'), { schema: 'failsafe' })) };
  } catch (error) {
    throw new InputError({
      ...{ field: 'ALGO_LIMITS_FILE', value: path, because: `cannot be read: ${(error as Error).message}` },
      remedy: 'Correct the path or the file.',
    });
  }
}

function refuseWithoutLimits({ account }: LiveAccountKeys, { path, accounts }: ShownLimits): void {
  const missing = LIVE_LIMITS.filter((name) => accounts[account]?.[name] === undefined);
  if (missing.length === 0) return;
  throw new InputError({
    field: '--live',
    value: account,
    because: `${path} sets no ${missing.join(', ')} for it, and the default ones are for paper`,
    remedy: `Write them into a section accounts: ${account}:.`,
  });
}

function shownLimits({ account, startingEquity }: LiveAccountKeys, limits: ShownLimits): readonly string[] {
  const own = { ...limits.accounts.default, ...limits.accounts[account] };
  const each = limits.instruments.default ?? {};
  return [
    `may trade with ${startingEquity}; drawdowns are measured against it`,
    `limits: ${LIVE_LIMITS.map((name) => `${name} ${own[name]}`).join(', ')}`,
    `of an instrument: ${SHOWN.map((name) => `${name} ${each[name] ?? 'not set'}`).join(', ')}`,
  ];
}

function look(
  { account, exchange, keyFile, secretFile, restUrl, socketUrl, leverageMax, paths }: LiveAccountKeys,
  traded: readonly Instrument[] = [],
): Promise<readonly AccountCheck[]> {
  return checkAccount(exchange, {
    ...{ account: accountId(account), clock: systemClock },
    ask: () => Promise.reject(new Error('no engine is asked')),
    access: {
      ...{ keyFile, secretFile, instruments: traded, random: Math.random },
      ...{ address: { restUrl, socketUrl }, paths },
      ...(leverageMax === undefined ? {} : { leverageMax }),
    },
    depth: 'reads',
  });
}

/** Lets a person type whose real money is to be traded. */
async function confirmed({ live, confirmLive }: UpOptions): Promise<void> {
  const names = live.map(({ account }) => account).join(',');
  const refused = (value: string, because: string) =>
    new InputError({
      ...{ field: '--confirm-live', value, because },
      remedy: `Give ${names} to trade their real money.`,
    });
  if (confirmLive !== undefined) {
    if (confirmLive === names) return;
    throw refused(confirmLive, 'it does not name the live accounts, all of them, in their order');
  }
  if (!process.stdin.isTTY) throw refused('not given', 'there is nobody here who could be asked');
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  const question = `This trades REAL MONEY. Type ${names} to start, anything else to leave: `;
  const answer = await lines.question(question).finally(() => lines.close());
  if (answer.trim() !== names) throw new CommandFailure('Nothing was started.');
}
