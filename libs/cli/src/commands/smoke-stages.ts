import type { Subscription } from '@algo/bus';
import type { Fact, StreamName } from '@algo/contracts';
import type { EngineSupervisor } from '../supervisor/engine-supervisor.ts';

/** From the first trade to a closed position, in the order of cause and effect. */
export const STAGES = [
  'nats up',
  'trades flowing',
  'trades stored',
  'candle closed',
  'signal',
  'decision accepted',
  'order submitted',
  'fill',
  'stop moved',
  'position closed',
] as const;
export type Stage = (typeof STAGES)[number];

/**
 * A stage that was seen. *Units*: `atMs` since the start; `sinceCauseMs` since the event that caused it was
 * seen, null where none did.
 */
export interface StageReport {
  readonly stage: Stage;
  readonly atMs: number;
  readonly count: number;
  readonly sinceCauseMs: number | null;
  readonly detail: string;
}

interface Seen {
  readonly stage: Stage;
  readonly detail: string;
  /** Names what is waited for next: a command, an order. */
  readonly key?: string;
  readonly cause?: string;
  /** How many, where the message itself counts. */
  readonly count?: number;
}

/** More causes than one smoke run has. */
const CAUSES_MAX = 10_000;

/** Watches a scratch engine until every stage was seen. */
export class SmokeStages {
  readonly #startMs: number;
  readonly #tell: (report: StageReport) => Promise<void>;
  readonly #counts = new Map<Stage, number>();
  readonly #causes = new Map<string, number>();
  readonly #complete = Promise.withResolvers<undefined>();
  readonly #subscriptions: Subscription[] = [];

  private constructor(startMs: number, tell: (report: StageReport) => Promise<void>) {
    this.#startMs = startMs;
    this.#tell = tell;
  }

  static async watch(
    engine: EngineSupervisor,
    startMs: number,
    tell: (report: StageReport) => Promise<void>,
  ): Promise<SmokeStages> {
    const stages = new SmokeStages(startMs, tell);
    stages.#see({ stage: 'nats up', detail: engine.nats.url });
    for (const [stream, subject] of FOLLOWED)
      stages.#subscriptions.push(
        await engine.bus.follow({ stream, subjects: [subject], after: 0 }, (message) => {
          const seen = stageOf(message.fact, message.subject);
          if (seen !== undefined) stages.#see(seen);
        }),
      );
    return stages;
  }

  get complete(): Promise<undefined> {
    return this.#complete.promise;
  }

  /** The first stage that was not seen. */
  get silent(): Stage | undefined {
    return STAGES.find((stage) => !this.#counts.has(stage));
  }

  async close(): Promise<void> {
    for (const subscription of this.#subscriptions) await subscription[Symbol.asyncDispose]();
  }

  #see(seen: Seen): void {
    const nowMs = performance.now();
    if (seen.key !== undefined && this.#causes.size < CAUSES_MAX) this.#causes.set(seen.key, nowMs);
    const count = (this.#counts.get(seen.stage) ?? 0) + (seen.count ?? 1);
    const isFirst = !this.#counts.has(seen.stage);
    this.#counts.set(seen.stage, count);
    if (isFirst) {
      const causeMs = seen.cause === undefined ? undefined : this.#causes.get(seen.cause);
      const sinceCauseMs = causeMs === undefined ? null : nowMs - causeMs;
      const { stage, detail } = seen;
      void this.#tell({ stage, atMs: nowMs - this.#startMs, count, sinceCauseMs, detail });
    }
    if (this.silent === undefined) this.#complete.resolve(undefined);
  }
}

const FOLLOWED: readonly (readonly [StreamName, string])[] = [
  ['MARKET', 'md.trades.>'],
  ['SYSTEM', 'sys.service.>'],
  ['CANDLES', 'md.candles.>'],
  ['ANALYTICS', 'an.signal.>'],
  ['DECISIONS', 'dec.made.>'],
  ['ORDERS', 'ord.evt.>'],
  ['POSITIONS', 'pos.evt.>'],
];

/** Returns the stage that a fact shows, if any. */
function stageOf({ name, body }: Fact, subject: string): Seen | undefined {
  switch (name) {
    case 'TradeBatch':
      return { stage: 'trades flowing', detail: subject, count: body.trades.count };
    case 'ServiceStatus': {
      const count = body.counters.stored ?? 0;
      if (body.service !== 'analytics' || count === 0) return undefined;
      return { stage: 'trades stored', detail: `by ${body.instance}`, count };
    }
    case 'CandleClosed':
      return { stage: 'candle closed', detail: subject };
    case 'SignalGenerated':
      return { stage: 'signal', detail: subject };
    case 'DecisionMade': {
      const { outcome, instrument, strategy, confluence } = body;
      if (outcome.type !== 'accepted') return undefined;
      const detail = `${instrument} by ${strategy}, confluence ${confluence ?? 'none'}`;
      return { stage: 'decision accepted', detail, key: outcome.commandId };
    }
    case 'OrderSubmitted': {
      const { side, quantity, instrument } = body.request;
      const detail = `${side} ${quantity} ${instrument}`;
      return { stage: 'order submitted', detail, key: body.clientOrderId, cause: body.commandId };
    }
    case 'OrderFilled': {
      const { side, quantity, price } = body.fill;
      return { stage: 'fill', detail: `${side} ${quantity} at ${price}`, cause: body.clientOrderId };
    }
    case 'StopMoved':
      return { stage: 'stop moved', detail: `${body.from} to ${body.to}` };
    case 'PositionClosed':
      return { stage: 'position closed', detail: `P&L ${body.netPnl} (${body.reason})` };
    default:
      return undefined;
  }
}
