import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Emission, type InboundMessage, type JetStreamBus, StepSource, systemClock } from '@algo/bus';
import { codecs, encodeEvent, orderEvents, subjects } from '@algo/contracts';
import {
  accountId,
  BUY,
  Decimal,
  decisionId,
  type OrderEvent,
  type PlaceOrder,
  strategyName,
} from '@algo/model';
import { eventually, NatsFixture } from '@algo/testkit';
import { ServiceProcess } from './service-process.ts';
import { LTCUSDT } from './trade-tape.ts';

export const ACCOUNT = accountId('paper-main');
const FIRST_STEP = 17_505_074_670;
const STEP_US = 100_000;
const PATIENCE_MS = 60_000;
const PRICE = 85;

const noSnapshots = { load: async () => undefined, save: async () => undefined };

/**
 * Execution and the paper venue as real processes on a real nats-server; ingest, decision and
 * position-risk are played by hand, so that each step happens when the test says so. Steps count from 1.
 */
export class TradingFloor implements AsyncDisposable {
  readonly nats: NatsFixture;
  readonly venue: ServiceProcess;
  readonly execution: ServiceProcess;
  /** Verbs of the requests that anybody sent to the venue, in order. */
  readonly asked: string[] = [];
  readonly #dir: string;
  readonly #bus: JetStreamBus;
  readonly #sources: Readonly<Record<'ingest-0' | 'decision-0' | 'position-risk-0', StepSource>>;

  private constructor(nats: NatsFixture, dir: string, bus: JetStreamBus, sources: TradingFloor['sources']) {
    const env = { ALGO_NATS_URL: nats.server.url, ALGO_DATA_DIR: dir, ALGO_PACING: 'steps' };
    this.nats = nats;
    this.venue = new ServiceProcess('paper-venue', env);
    this.execution = new ServiceProcess('execution', env);
    this.#dir = dir;
    this.#bus = bus;
    this.#sources = sources;
    bus.nats.nc.subscribe('rpc.venue.paper.*', {
      callback: (_, { subject }) => {
        this.asked.push(subject.slice('rpc.venue.paper.'.length));
      },
    });
  }

  static async open(): Promise<TradingFloor> {
    const nats = await NatsFixture.start();
    const source = async (identity: string) =>
      StepSource.open({
        ...{ bus: await nats.bus(identity), clock: systemClock, snapshots: noSnapshots },
        ...{ snapshotIntervalMs: 3_600_000, waitFor: [], window: 1_000 },
      });
    const dir = mkdtempSync(join(tmpdir(), 'algo-floor-'));
    return new TradingFloor(nats, dir, await nats.bus('acceptance'), {
      'ingest-0': await source('ingest-0'),
      'decision-0': await source('decision-0'),
      'position-risk-0': await source('position-risk-0'),
    });
  }

  get sources(): Readonly<Record<'ingest-0' | 'decision-0' | 'position-risk-0', StepSource>> {
    return this.#sources;
  }

  /** Gives out a step with one trade that could fill anybody. */
  async trade(step: number): Promise<void> {
    const one = (value: number) => Float64Array.of(value);
    const trades = {
      ...{
        instrument: LTCUSDT,
        count: 1,
        timeUs: one(timeOf(step) - 1_000),
        price: one(PRICE),
        quantity: one(500),
      },
      ...{ side: Uint8Array.of(BUY), ids: { kind: 'counted' as const, values: one(step) } },
    };
    const data = codecs.TradeBatch.encode({ trades, receivedUs: 0, complete: true });
    await this.#give('ingest-0', step, [
      {
        subject: subjects.trades(LTCUSDT),
        type: codecs.TradeBatch.type,
        id: `t${step}`,
        timeUs: timeOf(step),
        data,
      },
    ]);
  }

  /** Says that decision and position-risk are done with a step; `command` is what decision wants. */
  async decide(step: number, command?: PlaceOrder): Promise<void> {
    const emissions: Emission[] = [];
    if (command !== undefined) {
      const { type, bytes } = encodeEvent(command);
      const subject = subjects.orderCommand(ACCOUNT);
      emissions.push({ subject, type, id: command.commandId, timeUs: command.timeUs, data: bytes });
    }
    await this.#give('decision-0', step, emissions);
    await this.#give('position-risk-0', step, []);
  }

  /** Resolves when the stream says that a service is done with a step. */
  async finished(instance: 'paper-venue-0' | 'execution-0', step: number): Promise<void> {
    await eventually(
      () => `${instance} to finish step ${step}; it said: ${this.execution.said} ${this.venue.said}`,
      async () => (await this.lastStep(instance)) >= step,
      PATIENCE_MS,
    );
  }

  async lastStep(instance: string): Promise<number> {
    const mark = await this.#bus.last('STEPS', subjects.stepMark(instance));
    return mark === undefined ? 0 : codecs.StepMark.decode(mark.data).steps.at(-1)! - FIRST_STEP;
  }

  submits(): number {
    return this.asked.filter((verb) => verb === 'submit').length;
  }

  /** What the venue has taken, by its ledger. */
  async ledger(): Promise<string[]> {
    const entries = await this.#read('VENUES', 'venue.ledger.>');
    return entries.map(({ data }) => codecs.PaperOrderAccepted.decode(data).order.clientOrderId);
  }

  async orderEvents(): Promise<OrderEvent[]> {
    const lanes = new Map<number, OrderEvent>();
    for (const { lane, type, data } of await this.#read('ORDERS', 'ord.evt.>'))
      lanes.set(lane!.count, orderEvents.decode(type, data));
    return [...lanes].toSorted(([a], [b]) => a - b).map(([, event]) => event);
  }

  /** What the venue says the account holds. */
  async position(): Promise<string> {
    const { type, encode } = codecs.AccountRequest;
    const request = encode({ account: ACCOUNT, kind: 'positions', sinceUs: 0 });
    const reply = await this.#bus.request(subjects.venueRequest('paper', 'account'), type, request, 5_000);
    return codecs.PositionsReply.decode(reply.data)
      .positions.map(({ quantity }) => `${quantity}`)
      .join();
  }

  async #give(
    from: keyof TradingFloor['sources'],
    step: number,
    emissions: readonly Emission[],
  ): Promise<void> {
    await this.#sources[from].give(FIRST_STEP + step, timeOf(step), emissions, () => new Uint8Array());
  }

  async #read(stream: 'VENUES' | 'ORDERS', subject: string): Promise<InboundMessage[]> {
    const found: InboundMessage[] = [];
    for await (const message of this.#bus.read({ stream, subjects: [subject], after: 0 }))
      found.push(message);
    return found;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.execution.kill();
    await this.venue.kill();
    for (const source of Object.values(this.#sources)) await source[Symbol.asyncDispose]();
    await this.nats[Symbol.asyncDispose]();
    rmSync(this.#dir, { recursive: true, force: true });
  }
}

/** Returns the command to buy two coins, decided in a step. */
export function buyTwo(step: number): PlaceOrder {
  const timeUs = timeOf(step);
  return {
    ...{
      type: 'PlaceOrder',
      commandId: 'buy-two',
      decision: decisionId('d-1'),
      strategy: strategyName('by_hand'),
    },
    ...{ account: ACCOUNT, instrument: LTCUSDT, direction: 'long', orderType: 'limit', timeInForce: 'ioc' },
    ...{ quantity: Decimal.of('2'), limitPrice: Decimal.of('85.2'), timeUs, expiresUs: timeUs + 60_000_000 },
    plan: {
      ...{ stopPrice: Decimal.of('84'), targetPrice: null, trailing: Decimal.of('0.005') },
      holdMaxUs: 300_000_000,
    },
  };
}

function timeOf(step: number): number {
  return (FIRST_STEP + step + 1) * STEP_US;
}
