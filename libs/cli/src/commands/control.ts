import { randomUUID } from 'node:crypto';
import type { InboundMessage, Subscription } from '@algo/bus';
import { riskEvents, type StreamName, subjects } from '@algo/contracts';
import {
  type AccountId,
  accountId,
  type ControlCommand,
  type HaltScope,
  haltScopeKey,
  InputError,
  type RiskEvent,
  type StandingMode,
  type TimeUs,
  type TradingMode,
  TradingModes,
} from '@algo/model';
import { eventEmission } from '@algo/runtime';
import type { CliEnvironment } from '../config.ts';
import { CommandFailure } from '../exit-codes.ts';
import { type AccessOptions, type EngineAccess, openRunningEngine } from '../reading/engine-access.ts';
import { printLine } from '../reading/output.ts';
import { readEvents } from '../reading/read-events.ts';

type ModeChanged = Extract<RiskEvent, { type: 'TradingModeChanged' }>;

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
  if (options.reason.trim() === '')
    throw new InputError({ field: '--reason', value: '', because: 'empty', remedy: 'Say why; it is kept.' });
  await using access = await openRunningEngine(options, environment);
  const account = accountId(access.engine.account);
  const scope = parseScope(options.scope ?? 'account', access.engine.account);
  const say = (confirmed: boolean) =>
    printLine(
      options.json === true
        ? JSON.stringify({ scope, mode, confirmed, by: environment.user })
        : `${haltScopeKey(scope)} is ${mode}`,
    );
  // Where nothing would change the engine says nothing. Without a word of it, it is asked all the same.
  const { isTold, standing } = await toldMode(access, account, scope);
  if (isTold && (standing?.mode ?? 'active') === mode) return say(false);
  const command: ControlCommand = {
    type: 'SetTradingMode',
    commandId: randomUUID(),
    scope,
    mode,
    reason: options.reason,
    by: environment.user,
    timeUs: await engineTimeUs(access),
  };
  const isIt = (event: RiskEvent): event is ModeChanged =>
    event.type === 'TradingModeChanged' && event.mode === mode && sameScope(event.scope, scope);
  const confirmed = await publishAndWait(access, subjects.controlMode(account), command, {
    stream: 'RISK',
    subject: subjects.risk(account),
    isAnswer: ({ type, data }) => isIt(riskEvents.decode(type, data)),
  });
  if (!confirmed) await explainSilence(access, account, scope, mode);
  await say(confirmed);
}

/** Returns the scope that a person named. *Errors*: InputError for anything else than the four kinds. */
export function parseScope(text: string, account: string): HaltScope {
  const [kind, ...rest] = text.split(':');
  const name = rest.join(':');
  if (kind === 'account' && (name === '' || name === account)) return { kind, account: accountId(account) };
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

/**
 * Returns the engine's time: the wall clock for a live feed, the market's time while a recorded one is
 * replayed.
 */
export async function engineTimeUs({ bus, engine }: EngineAccess): Promise<TimeUs> {
  const last = engine.pacing === 'steps' ? await bus.last('MARKET', 'md.>') : undefined;
  return last?.timeUs ?? Date.now() * 1_000;
}

/** Publishes a command and waits for the event that confirms it; false when none came in time. */
export async function publishAndWait(
  { bus }: EngineAccess,
  subject: string,
  command: ControlCommand,
  answer: {
    readonly stream: StreamName;
    readonly subject: string;
    readonly isAnswer: (message: InboundMessage) => boolean;
  },
): Promise<boolean> {
  const seen = Promise.withResolvers<boolean>();
  const after = (await bus.last(answer.stream, answer.subject))?.sequence ?? 0;
  const { stream } = answer;
  const subscription: Subscription = await bus.follow(
    { stream, subjects: [answer.subject], after },
    (message) => {
      if (answer.isAnswer(message)) seen.resolve(true);
    },
  );
  const late = setTimeout(() => seen.resolve(false), CONFIRM_MAX_MS);
  try {
    await bus.publish(eventEmission(subject, command, command.timeUs));
    return await seen.promise;
  } finally {
    clearTimeout(late);
    await subscription[Symbol.asyncDispose]();
  }
}

/** Nothing is said where nothing changes, so silence may mean that the mode is that already. */
async function explainSilence(
  access: EngineAccess,
  account: AccountId,
  scope: HaltScope,
  mode: TradingMode,
): Promise<void> {
  const { standing } = await toldMode(access, account, scope);
  if ((standing?.mode ?? 'active') === mode) return;
  const now = standing === null ? 'active' : `${standing.mode} (${standing.reason}, by ${standing.by})`;
  throw new CommandFailure(
    `Not confirmed within ${CONFIRM_MAX_MS / 1_000} s; ` +
      `as far as the engine has said, ${haltScopeKey(scope)} is ${now}. ` +
      'The request is stored and takes effect when position-risk reads it: see `algo status`.',
  );
}

/** Returns what stands of a scope as far as the engine has said, and whether it ever said a word of it. */
async function toldMode(
  { bus }: EngineAccess,
  account: AccountId,
  scope: HaltScope,
): Promise<{ readonly isTold: boolean; readonly standing: StandingMode | null }> {
  const modes = new TradingModes(account);
  let isTold = false;
  for await (const { type, data } of readEvents(bus, 'RISK', subjects.risk(account))) {
    const event = riskEvents.decode(type, data);
    if (event.type !== 'TradingModeChanged') continue;
    modes.set(event);
    isTold ||= sameScope(event.scope, scope);
  }
  return { isTold, standing: modes.at(scope) };
}

function sameScope(a: HaltScope, b: HaltScope): boolean {
  return haltScopeKey(a) === haltScopeKey(b);
}
