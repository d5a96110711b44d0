import type { InboundMessage, Subscription } from '@algo/bus';
import { codecs, orderEvents, positionEvents, type StreamName } from '@algo/contracts';
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
    const follow = async (
      stream: StreamName,
      subject: string,
      stageOf: (message: InboundMessage) => Seen | undefined,
    ) =>
      stages.#subscriptions.push(
        await engine.bus.follow({ stream, subjects: [subject], after: 0 }, (message) => {
          const seen = stageOf(message);
          if (seen !== undefined) stages.#see(seen);
        }),
      );
    await follow('MARKET', 'md.trades.>', tradesStage);
    await follow('SYSTEM', 'sys.service.>', storedStage);
    await follow('CANDLES', 'md.candles.>', (message) => ({
      stage: 'candle closed',
      detail: message.subject,
    }));
    await follow('ANALYTICS', 'an.signal.>', (message) => ({ stage: 'signal', detail: message.subject }));
    await follow('DECISIONS', 'dec.made.>', decisionStage);
    await follow('ORDERS', 'ord.evt.>', orderStage);
    await follow('POSITIONS', 'pos.evt.>', positionStage);
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

function tradesStage({ subject, data }: InboundMessage): Seen {
  return { stage: 'trades flowing', detail: subject, count: codecs.TradeBatch.decode(data).trades.count };
}

function storedStage({ type, data }: InboundMessage): Seen | undefined {
  if (type !== codecs.ServiceStatus.type) return undefined;
  const { service, instance, counters } = codecs.ServiceStatus.decode(data);
  if (service !== 'analytics' || (counters.stored ?? 0) === 0) return undefined;
  return { stage: 'trades stored', detail: `by ${instance}`, count: counters.stored ?? 0 };
}

function decisionStage({ type, data }: InboundMessage): Seen | undefined {
  if (type !== codecs.DecisionMade.type) return undefined;
  const { outcome, instrument, strategy, confluence } = codecs.DecisionMade.decode(data);
  if (outcome.type !== 'accepted') return undefined;
  const detail = `${instrument} by ${strategy}, confluence ${confluence ?? 'none'}`;
  return { stage: 'decision accepted', detail, key: outcome.commandId };
}

function orderStage({ type, data }: InboundMessage): Seen | undefined {
  const event = orderEvents.decode(type, data);
  if (event.type === 'OrderSubmitted') {
    const { side, quantity, instrument } = event.request;
    const detail = `${side} ${quantity} ${instrument}`;
    return { stage: 'order submitted', detail, key: event.clientOrderId, cause: event.commandId };
  }
  if (event.type !== 'OrderFilled') return undefined;
  const { side, quantity, price } = event.fill;
  return { stage: 'fill', detail: `${side} ${quantity} at ${price}`, cause: event.clientOrderId };
}

function positionStage({ type, data }: InboundMessage): Seen | undefined {
  const event = positionEvents.decode(type, data);
  if (event.type === 'StopMoved') return { stage: 'stop moved', detail: `${event.from} to ${event.to}` };
  if (event.type !== 'PositionClosed') return undefined;
  return { stage: 'position closed', detail: `P&L ${event.netPnl} (${event.reason})` };
}
