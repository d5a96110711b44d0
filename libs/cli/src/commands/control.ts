import { randomUUID } from 'node:crypto';
import { type Bus, FactMessage } from '@algo/bus';
import { type Fact, type FactOf, type StreamName, subjects } from '@algo/contracts';
import {
  type AccountId,
  type HaltScope,
  haltScopeKey,
  InputError,
  isPerson,
  type StandingMode,
  type TimeUs,
  type TradingMode,
  TradingModes,
} from '@algo/model';
import { PositionList } from '@algo/read-models';
import type { CliEnvironment } from '../config.ts';
import { CommandFailure } from '../exit-codes.ts';
import { type AccessOptions, accountOf, openRunningEngine } from '../reading/engine-access.ts';
import { printLine } from '../reading/output.ts';
import { readEvents } from '../reading/read-events.ts';

export interface ModeOptions extends AccessOptions {
  readonly scope?: string;
  readonly reduceOnly?: boolean;
  readonly reason: string;
  readonly json?: boolean;
}

export const CONFIRM_MAX_MS = 5_000;

/** Asks for a trading mode and waits until the engine says that it is so. */
export async function setTradingMode(
  mode: TradingMode,
  options: ModeOptions,
  environment: CliEnvironment,
): Promise<void> {
  checkReason(options.reason);
  await using access = await openRunningEngine(options, environment);
  const { bus } = access;
  const account = accountOf(access.engine, options.account);
  const scope = parseScope(options.scope ?? 'account', account);
  const say = (confirmed: boolean) =>
    printLine(
      options.json === true
        ? JSON.stringify({ scope, mode, confirmed, by: environment.user })
        : `${haltScopeKey(scope)} is ${mode}`,
    );
  // What stands until a person lifts it need not be asked for again. Resuming is always asked: execution has
  // limits of its own.
  const standing = await toldMode(bus, account, scope);
  const stays = standing !== null && (standing.latched || isPerson(standing.by));
  if (stays && standing.mode === mode) return say(false);
  const body = {
    type: 'SetTradingMode' as const,
    ...{ commandId: randomUUID(), scope, mode, reason: options.reason },
    ...{ by: environment.user, timeUs: await engineTimeUs(bus) },
  };
  const confirmed = await askEngine(
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
  if (!confirmed) throw await unconfirmed(bus, account, scope);
  await say(confirmed);
}

/** Asks for the exit of everything that an account holds, and waits until the engine says that it leaves. */
export async function flatten(
  options: AccessOptions & { readonly reason: string; readonly json?: boolean },
  environment: CliEnvironment,
): Promise<void> {
  checkReason(options.reason);
  await using access = await openRunningEngine(options, environment);
  const { bus } = access;
  const account = accountOf(access.engine, options.account);
  const subject = `pos.evt.${account}.>`;
  const list = new PositionList();
  for await (const { fact } of readEvents(bus, 'POSITIONS', subject)) list.take(fact);
  const open = list.all().filter(({ state }) => state === 'open').length;
  const body = {
    type: 'FlattenAll' as const,
    ...{ commandId: randomUUID(), account, reason: options.reason },
    ...{ by: environment.user, timeUs: await engineTimeUs(bus) },
  };
  const isIt = (fact: Fact) => fact.name === 'ExitTriggered' || fact.name === 'PositionClosed';
  // Also where nothing is open as far as was said: what is being opened now is left as well.
  const confirmed = await askEngine(
    bus,
    account,
    { name: 'FlattenAll', body },
    { stream: 'POSITIONS', subject, isIt },
    open === 0 ? 0 : CONFIRM_MAX_MS,
  );
  if (open > 0 && !confirmed)
    throw new CommandFailure(
      `Not confirmed within ${CONFIRM_MAX_MS / 1_000} s. The request is stored and takes effect when ` +
        'position-risk reads it: see `algo positions`. An exit that was triggered before goes on.',
    );
  const words = open === 0 ? 'nothing is held' : `${open} of ${account} are being left`;
  await printLine(
    options.json === true ? JSON.stringify({ account, open, confirmed, by: environment.user }) : words,
  );
}

function checkReason(reason: string): void {
  if (reason.trim() === '')
    throw new InputError({ field: '--reason', value: '', because: 'empty', remedy: 'Say why; it is kept.' });
}

/** Returns the scope that a person named. *Errors*: InputError for anything else than the four kinds. */
export function parseScope(text: string, account: AccountId): HaltScope {
  const [kind, ...rest] = text.split(':');
  const name = rest.join(':');
  if (kind === 'account' && (name === '' || name === account)) return { kind, account };
  if (name !== '' && kind === 'venue') return { kind, venue: name };
  if (name !== '' && kind === 'instrument') return { kind, instrument: name };
  if (name !== '' && kind === 'strategy') return { kind, strategy: name };
  throw new InputError({
    field: '--scope',
    value: text,
    because: 'not a scope of this engine',
    remedy: 'Use account, venue:NAME, instrument:ID or strategy:NAME.',
  });
}

/** Returns the engine's time: what its feed told last, and the wall clock before it told any. *Units*: µs. */
export async function engineTimeUs(bus: Bus): Promise<TimeUs> {
  const told = (await bus.last('MARKET', 'md.time.>'))?.fact;
  return told?.name === 'TimeAdvanced' ? told.body.toldUs : Date.now() * 1_000;
}

/** Where the engine says that it has done what a person asked. */
export interface ExpectedAnswer {
  readonly stream: StreamName;
  readonly subject: string;
  readonly isIt: (fact: Fact) => boolean;
}

/**
 * Says a person's command to one account and waits for the answer; false when none came in time. *Errors*:
 * CommandFailure with the engine's words when it refuses.
 */
export async function askEngine(
  bus: Bus,
  account: AccountId,
  command: FactOf<'ctl.mode' | 'ctl.config'>,
  answer: ExpectedAnswer,
  patienceMs = CONFIRM_MAX_MS,
): Promise<boolean> {
  const id = command.body.commandId;
  const answered = Promise.withResolvers<boolean>();
  await using open = new AsyncDisposableStack();
  const hear = async (stream: StreamName, subject: string, take: (fact: Fact) => void) => {
    const after = (await bus.last(stream, subject))?.sequence ?? 0;
    open.use(await bus.follow({ stream, subjects: [subject], after }, ({ fact }) => take(fact)));
  };
  await hear(answer.stream, answer.subject, (fact) => {
    if (answer.isIt(fact)) answered.resolve(true);
  });
  await hear('CONTROL', subjects.commandRefused(account), (fact) => {
    if (fact.name === 'CommandRefused' && fact.body.commandId === id)
      answered.reject(new CommandFailure(`The engine refused: ${fact.body.reason}`));
  });
  const late = setTimeout(() => answered.resolve(false), patienceMs);
  open.defer(() => clearTimeout(late));
  await bus.publish(FactMessage.said(command, { identity: bus.identity, account }, { id }));
  return await answered.promise;
}

/** Every command is answered: silence means that position-risk has not read it yet. */
async function unconfirmed(bus: Bus, account: AccountId, scope: HaltScope): Promise<CommandFailure> {
  const standing = await toldMode(bus, account, scope);
  const now = standing === null ? 'active' : `${standing.mode} (${standing.reason}, by ${standing.by})`;
  return new CommandFailure(
    `Not confirmed within ${CONFIRM_MAX_MS / 1_000} s; ` +
      `as far as the engine has said, ${haltScopeKey(scope)} is ${now}. ` +
      'The request is stored and takes effect when position-risk reads it: see `algo status`.',
  );
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
