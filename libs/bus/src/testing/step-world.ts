import type { Bus, Clock, HandleContext, InboundMessage, StepLoopOptions, StepMachine } from '../index.ts';
import { bucketSnapshots, StepLoop, StepSource } from '../index.ts';

/**
 * A small engine for tests of the step protocol: a feed, a venue,
 * a trader who answers the venue, a book that follows both.
 */

const encode = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const decode = (bytes: Uint8Array) => JSON.parse(new TextDecoder().decode(bytes)) as { n: number };

/** Folds every input into one number, so that any difference in order, count or content shows. */
class Folding implements StepMachine {
  #sum: number;
  readonly #subject: string;
  readonly #every: number;

  constructor(subject: string, every: number, state: Uint8Array | undefined) {
    this.#subject = subject;
    this.#every = every;
    this.#sum = state === undefined ? 1 : decode(state).n;
  }

  handle(message: InboundMessage, context: HandleContext): void {
    const { n } = decode(message.data);
    this.#sum = (this.#sum * 31 + n) % 1_000_000_007;
    if (this.#sum % this.#every === 0) this.#say(message.timeUs, context);
  }

  async endStep(timeUs: number, context: HandleContext): Promise<void> {
    this.#sum = (this.#sum * 17 + timeUs) % 1_000_000_007;
    if (this.#sum % 5 === 0) await Promise.resolve();
    if (this.#sum % (this.#every * 2) === 0) this.#say(timeUs, context);
  }

  snapshot(): Uint8Array {
    return encode({ n: this.#sum });
  }

  #say(timeUs: number, context: HandleContext): void {
    context.emit({
      subject: this.#subject,
      type: 'algo.v1.Test',
      id: `${this.#subject}:${context.step}:${context.handled}:${this.#sum}`,
      timeUs,
      data: encode({ n: this.#sum }),
    });
  }
}

const ROLES = {
  'execution-0': {
    subject: 'ord.evt.a.x',
    every: 2,
    forward: [{ name: 'ingest-0', families: ['md.trades'] }],
    feedback: [{ name: 'decision-0', families: ['ord.cmd'] }],
  },
  'position-risk-0': {
    subject: 'pos.evt.a.x',
    every: 3,
    forward: [
      { name: 'execution-0', families: ['ord.evt'] },
      { name: 'ingest-0', families: ['md.trades'] },
    ],
    feedback: [],
  },
  'decision-0': {
    subject: 'ord.cmd.a',
    every: 2,
    forward: [{ name: 'ingest-0', families: ['md.trades'] }],
    feedback: [{ name: 'position-risk-0', families: ['pos.evt'] }],
  },
} as const;
export type Role = keyof typeof ROLES;
export const ROLE_NAMES = Object.keys(ROLES) as Role[];

export function startRole(role: Role, bus: Bus, clock: Clock): Promise<StepLoop> {
  const { subject, every, forward, feedback } = ROLES[role];
  const options: StepLoopOptions = {
    bus,
    clock,
    plan: { forward, feedback },
    snapshots: bucketSnapshots(bus.bucket('snapshots'), role),
    snapshotIntervalMs: 3,
    liveEpoch: 1,
    restore: (state) => new Folding(subject, every, state),
  };
  return StepLoop.start(options);
}

/** Gives out `steps` slices of trades on three shards; resumes by itself. */
export async function runFeed(
  bus: Bus,
  clock: Clock,
  steps: number,
  window: number,
  stop: () => boolean,
): Promise<void> {
  await using source = await StepSource.open({
    bus,
    clock,
    snapshots: bucketSnapshots(bus.bucket('snapshots'), 'ingest-0'),
    snapshotIntervalMs: 3,
    waitFor: ['decision-0', 'position-risk-0'],
    window,
  });
  const from = source.restored === undefined ? 0 : decode(source.restored).n;
  for (let i = from + 1; i <= steps && !stop(); i++) {
    const step = i * 10;
    const emissions = [];
    for (let k = 0; k < i % 4; k++)
      emissions.push({
        subject: `md.trades.${(i * 7 + k) % 3}.v.m.S${k}`,
        type: 'algo.v1.Test',
        id: `t:${i}:${k}`,
        timeUs: step,
        data: encode({ n: i * 100 + k }),
      });
    await source.give(step, step, emissions, () => encode({ n: i }));
  }
  if (!stop()) await source.settled();
}

/** Everything that was said, without what may differ between runs (sequences across lanes). */
export async function saidBy(bus: Bus): Promise<string[]> {
  const said: string[] = [];
  for (const [stream, subject] of [
    ['ORDERS', 'ord.evt.>'],
    ['ORDERS', 'ord.cmd.>'],
    ['POSITIONS', 'pos.evt.>'],
    ['MARKET', 'md.trades.>'],
  ] as const) {
    const lanes = new Map<string, string>();
    for await (const m of bus.read({ stream, subjects: [subject], after: 0 }))
      lanes.set(
        `${m.lane!.producer} ${m.subject.split('.').slice(0, 3).join('.')} ${String(m.lane!.count).padStart(6, '0')}`,
        `${m.lane!.step} ${m.id}`,
      );
    said.push(...[...lanes].sort(([a], [b]) => (a < b ? -1 : 1)).map(([lane, id]) => `${lane} ${id}`));
  }
  return said;
}
