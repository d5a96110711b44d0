import { randomUUID } from 'node:crypto';
import { type Bus, FactMessage, sharedNowMs, systemClock } from '@algo/bus';
import { type Fact, type FactOf, type StreamName, subjects } from '@algo/contracts';
import {
  type AccountId,
  type CommandObeyed,
  type ControlCommand,
  type HaltScope,
  InputError,
  isPerson,
  type TimeUs,
  US_PER_MS,
} from '@algo/model';
import { identityOf } from '@algo/runtime';
import type { CliEnvironment } from '../config.ts';
import { type AccessOptions, accountOf, openRunningEngine } from '../engine/engine-access.ts';
import { CommandFailure } from '../exit-codes.ts';
import { type Guarding, silentWords } from '../reading/silent-services.ts';

export const CONFIRM_MAX_MS = 5_000;
/** A command that does more than forbid is void after so long; a service that died is back sooner. */
export const VALID_MS = 60_000;

/** Who asks, and why. */
export interface PersonOptions {
  readonly by?: string;
  readonly reason: string;
}

/** What every command of a person carries. */
export type Signature = Pick<
  Extract<ControlCommand, { readonly reason: string }>,
  'commandId' | 'reason' | 'by' | 'timeUs'
>;

/** A running engine, one account of it, and the person who asks something of it. */
export interface Steering extends AsyncDisposable {
  readonly bus: Bus;
  readonly account: AccountId;
  readonly person: Signature;
}

/**
 * Opens a running engine for a person. *Errors*: CommandFailure 3 when it doesn't run; InputError when the
 * account isn't named, or nobody signs, or says why.
 */
export async function openForPerson(
  options: AccessOptions & PersonOptions,
  environment: CliEnvironment,
): Promise<Steering> {
  await using stack = new AsyncDisposableStack();
  const { bus, engine } = stack.use(await openRunningEngine(options, environment));
  const account = accountOf(engine, options.account);
  const { reason } = options;
  if (reason.trim() === '')
    throw new InputError({ field: '--reason', value: '', because: 'empty', remedy: 'Say why; it is kept.' });
  const by = personOf(options, environment);
  const person = { commandId: randomUUID(), reason, by, timeUs: await engineTimeUs(bus) };
  const owned = stack.move();
  return { bus, account, person, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** Returns who asks. *Errors*: InputError when that is no name of a person. */
export function personOf({ by }: Pick<PersonOptions, 'by'>, { user }: CliEnvironment): string {
  const person = by ?? user;
  if (isPerson(person)) return person;
  throw new InputError({
    ...{ field: '--by', value: person, because: 'not the name of a person' },
    remedy: 'Give the name of whoever takes the responsibility.',
  });
}

/**
 * Returns until when a command given now may be obeyed, by the server's clock: this machine's may be another.
 * *Units*: µs.
 */
export async function expiryUs(bus: Bus): Promise<TimeUs> {
  return ((await sharedNowMs(bus, systemClock)) + VALID_MS) * US_PER_MS;
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

/** Returns the engine's time: what its feed told last, the wall clock before it told any. *Units*: µs. */
export async function engineTimeUs(bus: Bus): Promise<TimeUs> {
  const told = (await bus.last('MARKET', 'md.time.>'))?.fact;
  return told?.name === 'TimeAdvanced' ? told.body.toldUs : Date.now() * US_PER_MS;
}

/** Where the engine says that it has done what a person asked. */
export interface ExpectedAnswer {
  readonly stream: StreamName;
  readonly subject: string;
  readonly isIt: (fact: Fact) => boolean;
}

/**
 * Says a person's command to one account and waits for the answer; undefined when none came in time.
 * *Errors*: CommandFailure with the engine's words when it refuses.
 */
export async function askEngine(
  bus: Bus,
  account: AccountId,
  command: FactOf<'ctl.mode' | 'ctl.config'>,
  answer: ExpectedAnswer,
): Promise<Fact | undefined> {
  const id = command.body.commandId;
  const answered = Promise.withResolvers<Fact | undefined>();
  await using open = new AsyncDisposableStack();
  const hear = async (stream: StreamName, subject: string, take: (fact: Fact) => void) => {
    const after = (await bus.last(stream, subject))?.sequence ?? 0;
    open.use(await bus.follow({ stream, subjects: [subject], after }, ({ fact }) => take(fact)));
  };
  await hear(answer.stream, answer.subject, (fact) => {
    if (answer.isIt(fact)) answered.resolve(fact);
  });
  await hear('CONTROL', subjects.commandAnswer(account), (fact) => {
    if (fact.name === 'CommandRefused' && fact.body.commandId === id)
      answered.reject(new CommandFailure(`The engine refused: ${fact.body.reason}`));
  });
  const late = setTimeout(() => answered.resolve(undefined), CONFIRM_MAX_MS);
  open.defer(() => clearTimeout(late));
  await bus.publish(FactMessage.said(command, { identity: bus.identity, account }, { id }));
  return await answered.promise;
}

type Expiring = Extract<
  FactOf<'ctl.mode'>,
  { name: 'FlattenAll' | 'CancelOrders' | 'CorrectBooks' | 'CompareBooks' }
>;

/** Who must live for each command; the first of them answers. */
const NEEDED = {
  FlattenAll: ['position-risk', 'execution'],
  CancelOrders: ['execution'],
  CorrectBooks: ['execution', 'position-risk'],
  CompareBooks: ['execution', 'reconcile'],
} as const satisfies Record<Expiring['name'], readonly Guarding[]>;

/**
 * Has a command obeyed that expires, and returns what is left and withdrawn for it. *Errors*: CommandFailure
 * when it is refused, or when nobody has taken it in time: who is silent, and until when it stands.
 */
export async function obey(bus: Bus, account: AccountId, command: Expiring): Promise<CommandObeyed> {
  const { commandId, expiresWallUs } = command.body;
  const answer = await askEngine(bus, account, command, {
    stream: 'CONTROL',
    subject: subjects.commandAnswer(account),
    isIt: ({ name, body }) => name === 'CommandObeyed' && body.commandId === commandId,
  });
  if (answer?.name === 'CommandObeyed') return answer.body;
  const needed = NEEDED[command.name];
  const until = new Date(expiresWallUs / US_PER_MS).toISOString().slice(11, 19);
  throw new CommandFailure(
    [
      `Nobody has carried it out yet: no answer within ${CONFIRM_MAX_MS / 1_000} s.`,
      ...(await silentWords(bus, account, needed)),
      `It stands until ${until} UTC: if ${identityOf(needed[0], account)} is back by then, it acts. ` +
        'After that the command is void: give it again.',
    ].join('\n'),
  );
}

/** Facts of some subjects, from a place of their stream on. */
export interface HeardFrom {
  readonly stream: StreamName;
  readonly subjects: readonly string[];
  readonly after: number;
}

/** Returns the place from which on a stream tells what is said from now on. */
export async function fromNow(bus: Bus, stream: StreamName, ...subjects: string[]): Promise<HeardFrom> {
  let after = 0;
  for (const subject of subjects) after = Math.max(after, (await bus.last(stream, subject))?.sequence ?? 0);
  return { stream, subjects, after };
}

/** Hears what is said from a place on until something holds; false when the time is over before. */
export async function hearUntil(
  bus: Bus,
  place: HeardFrom,
  holds: (fact: Fact) => boolean,
  patienceMs: number,
): Promise<boolean> {
  const done = Promise.withResolvers<boolean>();
  await using _ = await bus.follow(place, ({ fact }) => {
    if (holds(fact)) done.resolve(true);
  });
  const late = setTimeout(() => done.resolve(false), patienceMs);
  try {
    return await done.promise;
  } finally {
    clearTimeout(late);
  }
}
