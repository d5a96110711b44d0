import type { InboundMessage, Subscription } from '@algo/bus';
import { STREAMS, type StreamName } from '@algo/contracts';
import { InputError, isoTime } from '@algo/model';
import type { CliEnvironment } from '../config.ts';
import { type AccessOptions, type EngineAccess, openEngine } from '../engine/engine-access.ts';
import { printLine } from '../reading/output.ts';
import { readableJson } from '../reading/readable-json.ts';
import { checkPattern, sharedPattern } from '../reading/subject-pattern.ts';
import { wholeNumber } from '../supervisor/up-options.ts';

export interface TailOptions extends AccessOptions {
  readonly json?: boolean;
  readonly fromStart?: boolean;
  readonly max?: string;
}

interface TailPlan {
  readonly stream: StreamName;
  readonly subjects: readonly string[];
}

/** Shows messages of a subject, decoded, as they come. On a stopped engine: those that are stored. */
export async function tail(
  pattern: string,
  options: TailOptions,
  environment: CliEnvironment,
): Promise<void> {
  checkPattern(pattern);
  const max = options.max === undefined ? Infinity : wholeNumber('--max', options.max, 1, 1_000_000_000);
  const plans = tailPlans(pattern);
  if (plans.length === 0)
    throw new InputError({
      field: 'subject',
      value: pattern,
      because: 'no stream has such a subject',
      remedy:
        'proto/README.md lists them; for example md.>, an.signal.>, dec.>, ord.>, pos.>, risk.>, sys.>.',
    });
  await using access = await openEngine(options, environment);
  const printer = new Printer(max, options.json === true);
  if (access.running) await follow(access, plans, options.fromStart === true, printer);
  else await readStored(access, plans, printer);
}

/** Returns which subjects of which streams a pattern means. */
export function tailPlans(pattern: string): TailPlan[] {
  return (Object.keys(STREAMS) as StreamName[]).flatMap((stream) => {
    const shared = STREAMS[stream].subjects.map((subject) => sharedPattern(pattern, subject));
    const subjects = shared.filter((subject) => subject !== undefined);
    return subjects.length === 0 ? [] : [{ stream, subjects }];
  });
}

async function readStored(access: EngineAccess, plans: readonly TailPlan[], printer: Printer): Promise<void> {
  for (const { stream, subjects } of plans)
    for await (const message of access.bus.read({ stream, subjects, after: 0 })) {
      await printer.print(message);
      if (printer.isDone) return;
    }
}

async function follow(
  access: EngineAccess,
  plans: readonly TailPlan[],
  fromStart: boolean,
  printer: Printer,
): Promise<void> {
  const open: Subscription[] = [];
  const stopped = Promise.withResolvers<void>();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stopped.resolve());
  try {
    for (const { stream, subjects } of plans) {
      const after = fromStart ? 0 : ((await access.bus.last(stream, '>'))?.sequence ?? 0);
      const subscription = await access.bus.follow({ stream, subjects, after }, (message) =>
        printer.print(message),
      );
      open.push(subscription);
    }
    await Promise.race([printer.done, stopped.promise, ...open.map(failureOf)]);
  } finally {
    for (const subscription of open) await subscription[Symbol.asyncDispose]();
  }
}

async function failureOf(subscription: Subscription): Promise<void> {
  const error = await subscription.closed;
  if (error !== undefined) throw error;
}

class Printer {
  readonly #json: boolean;
  readonly #done = Promise.withResolvers<void>();
  #left: number;

  constructor(max: number, json: boolean) {
    this.#left = max;
    this.#json = json;
  }

  get isDone(): boolean {
    return this.#left <= 0;
  }

  get done(): Promise<void> {
    return this.#done.promise;
  }

  async print(message: InboundMessage): Promise<void> {
    if (this.isDone) return;
    this.#left--;
    await printLine(this.#json ? jsonLine(message) : textLine(message));
    if (this.isDone) this.#done.resolve();
  }
}

function jsonLine(message: InboundMessage): string {
  const { stream, sequence, subject, type, id, timeUs, lane } = message;
  return readableJson({
    stream,
    sequence,
    subject,
    type,
    id,
    timeUs,
    ...(lane === undefined ? {} : { lane }),
    ...bodyOf(message),
  });
}

function textLine(message: InboundMessage): string {
  const { subject, type, timeUs } = message;
  const body = bodyOf(message);
  const words = 'message' in body ? readableJson(body.message) : `(unreadable: ${body.unreadable})`;
  return `${isoTime(timeUs)}  ${subject}  ${type.replace('algo.v1.', '')}  ${words}`;
}

/** What can't be read is shown as such: a tail is where one looks for it. */
function bodyOf(message: InboundMessage): { message: unknown } | { unreadable: string; bytes: number } {
  try {
    return { message: message.fact.body };
  } catch (error) {
    return { unreadable: (error as Error).message, bytes: message.data.length };
  }
}
