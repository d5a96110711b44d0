import type { Bus } from '@algo/bus';
import { subjects } from '@algo/contracts';
import {
  type AccountId,
  type HaltScope,
  haltScopeKey,
  isPerson,
  type StandingMode,
  type TradingMode,
  TradingModes,
} from '@algo/model';
import type { CliEnvironment } from '../config.ts';
import type { AccessOptions } from '../engine/engine-access.ts';
import { CommandFailure } from '../exit-codes.ts';
import { printLine } from '../reading/output.ts';
import { readEvents } from '../reading/read-events.ts';
import { silentWords } from '../reading/silent-services.ts';
import {
  askEngine,
  CONFIRM_MAX_MS,
  expiryUs,
  openForPerson,
  type PersonOptions,
  parseScope,
  type Steering,
  VALID_MS,
} from './ask-engine.ts';
import { knownScope } from './known-scope.ts';

export interface ModeOptions extends AccessOptions, PersonOptions {
  readonly scope?: string;
  readonly reduceOnly?: boolean;
  readonly json?: boolean;
}

/** Asks for a trading mode and waits until the engine says that it is so. */
export async function setTradingMode(
  mode: TradingMode,
  options: ModeOptions,
  environment: CliEnvironment,
): Promise<void> {
  await using asked = await openForPerson(options, environment);
  const { bus, account, person } = asked;
  const named = parseScope(options.scope ?? 'account', account);
  // What stands can be lifted whatever it is called.
  const stands = mode === 'active' && (await toldMode(bus, account, named)) !== null;
  const scope = stands ? named : await knownScope(bus, named, environment);
  const say = (confirmed: boolean) =>
    printLine(
      options.json === true
        ? JSON.stringify({ scope, mode, confirmed, by: person.by })
        : `${haltScopeKey(scope)} is ${mode}`,
    );
  // What stands until a person lifts it need not be asked for again. Resuming is always asked: execution has
  // limits of its own.
  const standing = await toldMode(bus, account, scope);
  const stays = standing !== null && (standing.latched || isPerson(standing.by));
  if (stays && standing.mode === mode) return say(false);
  const words = await askMode(asked, scope, mode);
  await say(true);
  if (options.json !== true) for (const line of words) await printLine(line);
}

/**
 * Asks for a trading mode, returns once it is so: what execution alone keeps already where position-risk is
 * silent, with words about that. *Errors*: CommandFailure when refused or not confirmed.
 */
export async function askMode(
  { bus, account, person }: Steering,
  scope: HaltScope,
  mode: TradingMode,
): Promise<readonly string[]> {
  const body = {
    type: 'SetTradingMode',
    scope,
    mode,
    ...person,
    expiresWallUs: await expiryUs(bus),
  } as const;
  const answer = await askEngine(
    bus,
    account,
    { name: 'SetTradingMode', body },
    {
      stream: 'RISK',
      subject: subjects.risk(account),
      isIt: (fact) =>
        fact.name === 'TradingModeChanged' && fact.body.mode === mode && sameScope(fact.body.scope, scope),
    },
  );
  if (answer !== undefined) return [];
  if (!(await isKept(bus, account, scope, mode))) throw await unconfirmed(bus, account, scope, mode);
  const silent = await silentWords(bus, account, ['position-risk']);
  return ['Execution keeps it already; position-risk has not confirmed it yet.', ...silent];
}

/** Says whether execution, which limits at once and asks nobody, keeps a mode of exactly this scope. */
async function isKept(bus: Bus, account: AccountId, scope: HaltScope, mode: TradingMode): Promise<boolean> {
  if (mode === 'active' || (await silentWords(bus, account, ['execution'])).length > 0) return false;
  const said = (await bus.last('ORDERS', subjects.entryStanding(account)))?.fact;
  if (said?.name !== 'EntryStanding') return false;
  const code = mode === 'halted' ? 'HALTED' : 'REDUCE_ONLY';
  return said.body.causes.some((cause) => cause.code === code && sameScope(cause.scope, scope));
}

/** Every command is answered: silence means that position-risk has not read it yet. */
async function unconfirmed(
  bus: Bus,
  account: AccountId,
  scope: HaltScope,
  mode: TradingMode,
): Promise<CommandFailure> {
  const standing = await toldMode(bus, account, scope);
  const now = standing === null ? 'active' : `${standing.mode} (${standing.reason}, by ${standing.by})`;
  const silent = await silentWords(bus, account, ['position-risk', 'execution']);
  const words =
    `Not confirmed within ${CONFIRM_MAX_MS / 1_000} s; ` +
    `as far as the engine has said, ${haltScopeKey(scope)} is ${now}. ` +
    `The request is stored and takes effect when position-risk reads it${
      mode === 'active' ? `, within ${VALID_MS / 1_000} s; after that it is void` : ''
    }: see \`algo status\`.`;
  return new CommandFailure([words, ...silent].join('\n'));
}

/** Returns the limit of a scope as far as position-risk has said; null where it has said none. */
async function toldMode(bus: Bus, account: AccountId, scope: HaltScope): Promise<StandingMode | null> {
  const modes = new TradingModes(account);
  for await (const { fact } of readEvents(bus, 'RISK', subjects.risk(account)))
    if (fact.name === 'TradingModeChanged') modes.set(fact.body);
  return modes.at(scope);
}

function sameScope(a: HaltScope, b: HaltScope): boolean {
  return haltScopeKey(a) === haltScopeKey(b);
}
