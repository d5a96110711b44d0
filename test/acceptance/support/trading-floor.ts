import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type JetStreamBus, LaneSpeaker, systemClock } from '@algo/bus';
import { codecs, type Family, type MessageOf, subjects } from '@algo/contracts';
import {
  accountId,
  BUY,
  type CorrectionMade,
  Decimal,
  decisionId,
  instrumentId,
  type OrderEvent,
  type PlaceOrder,
  strategyName,
  type TimeUs,
  US_PER_MS,
} from '@algo/model';
import { standbyNameOf } from '@algo/runtime';
import { eventually, NatsFixture } from '@algo/testkit';
import { factsOf } from './engine-record.ts';
import { ServiceProcess } from './service-process.ts';

const ACCOUNT = accountId('paper-main');
const LTC = instrumentId('binance.spot.LTCUSDT');
const START_US = Date.UTC(2025, 0, 1) * US_PER_MS;
const TELL_EVERY_MS = 50;
const GRID_US = 250_000;
const PRICE = 85;
const PATIENCE_MS = 120_000;
const NO_SNAPSHOTS = { load: async () => undefined, save: async () => {} };

/**
 * Execution, reconcile and the paper exchange as real processes on a real nats-server. Ingest, decision and
 * position-risk are played by hand: told time goes on with the wall, all else comes when the test says so.
 */
export class TradingFloor implements AsyncDisposable {
  readonly venue: ServiceProcess;
  readonly execution: ServiceProcess;
  /** A second execution, where one stands by; the two may change places. */
  readonly second: ServiceProcess | undefined;
  /** Verbs of the requests that anybody sent to the venue, in order. */
  readonly asked: string[] = [];
  readonly #nats: NatsFixture;
  readonly #reconcile: ServiceProcess;
  readonly #dir: string;
  readonly #bus: JetStreamBus;
  readonly #ingest: LaneSpeaker;
  readonly #decision: LaneSpeaker;
  readonly #guard: LaneSpeaker;
  readonly #beganMs = performance.now();
  readonly #timer: NodeJS.Timeout;
  #toldUs: TimeUs = START_US;
  #trades = 0;
  #commands = 0;

  private constructor(
    nats: NatsFixture,
    bus: JetStreamBus,
    speakers: Readonly<Record<'ingest' | 'decision' | 'guard', LaneSpeaker>>,
    hasStandby: boolean,
  ) {
    this.#dir = mkdtempSync(join(tmpdir(), 'algo-floor-'));
    const env = {
      ...{ ALGO_NATS_URL: nats.server.url, ALGO_DATA_DIR: this.#dir, ALGO_FEEDS: 'synthetic' },
      ...(hasStandby ? { ALGO_STANDBY: 'execution' } : {}),
    };
    this.#nats = nats;
    this.#bus = bus;
    this.#ingest = speakers.ingest;
    this.#decision = speakers.decision;
    this.#guard = speakers.guard;
    this.venue = new ServiceProcess('paper-venue', env);
    this.execution = new ServiceProcess('execution', env);
    this.second = hasStandby ? new ServiceProcess('execution', env) : undefined;
    this.#reconcile = new ServiceProcess('reconcile', env);
    const verbs = subjects.venueRequest(ACCOUNT, 'submit').replace('submit', '*');
    bus.nats.nc.subscribe(verbs, {
      callback: (_, { subject }) => {
        this.asked.push(subject.slice(verbs.length - 1));
      },
    });
    this.#timer = setInterval(() => void this.#tell(), TELL_EVERY_MS);
  }

  /** Opens it, with everybody up and the gate open, and a second execution that stands by where asked for. */
  static async open({ standby = false } = {}): Promise<TradingFloor> {
    const nats = await NatsFixture.start();
    const speaker = async (identity: string, account: string, says: readonly Family[]) =>
      LaneSpeaker.open({
        ...{ bus: await nats.bus(identity), clock: systemClock, speaker: { identity, account }, says },
        ...{ snapshots: NO_SNAPSHOTS, snapshotIntervalMs: 3_600_000, onError: () => {} },
      });
    const speakers = {
      ingest: await speaker('ingest.synthetic', '', ['md.trades', 'md.time']),
      decision: await speaker(`decision.${ACCOUNT}`, ACCOUNT, ['ord.cmd']),
      guard: await speaker(`position-risk.${ACCOUNT}`, ACCOUNT, ['sys.guard']),
    };
    const floor = new TradingFloor(nats, await nats.bus('cli.floor'), speakers, standby);
    for (const process of [floor.venue, floor.#reconcile, floor.execution]) process.start();
    await floor.compared();
    if (floor.second !== undefined) {
      floor.second.start();
      await floor.standsBy(floor.second);
    }
    return floor;
  }

  /** Resolves when that process says that it stands by. */
  async standsBy(process: ServiceProcess): Promise<void> {
    const subject = subjects.service(standbyNameOf(`execution.${ACCOUNT}`));
    const isSaid = async () => {
      const said = (await this.#bus.last('SYSTEM', subject))?.fact;
      return said?.name === 'ServiceStatus' && said.body.pid === process.pid && said.body.ready;
    };
    await eventually(() => `a standby; ${this.said}`, isSaid, PATIENCE_MS);
  }

  /**
   * Resolves when the books of a life of execution above that one have been compared since it heard the
   * account stream last: it may trade. Returns that life's epoch.
   */
  async compared(above = 0): Promise<number> {
    let epoch = 0;
    const isOpen = async () => {
      const asked = (await factsOf(this.#bus, 'rec.ask')).map(({ fact }) => fact.body);
      const heard = asked.findLast(({ reason }) => reason === 'the account stream is connected');
      epoch = heard?.epoch ?? 0;
      return (
        epoch > above &&
        (await factsOf(this.#bus, 'rec.run')).some(
          ({ fact }) => fact.name === 'ReconciliationCompleted' && fact.body.requestId === heard?.requestId,
        )
      );
    };
    await eventually(() => `the books to be compared; ${this.said}`, isOpen, PATIENCE_MS);
    return epoch;
  }

  /** What the processes said, for errors. */
  get said(): string {
    const second = this.second === undefined ? '' : `second: ${this.second.said}; `;
    const others = `venue: ${this.venue.said}; reconcile: ${this.#reconcile.said}`;
    return `execution: ${this.execution.said}; ${second}${others}`;
  }

  /** Lets one trade happen that could fill anybody. */
  async trade(): Promise<void> {
    const one = (value: number) => Float64Array.of(value);
    const timeUs = this.#nowUs();
    const ids = { kind: 'counted' as const, values: one(++this.#trades) };
    const columns = { timeUs: one(timeUs), price: one(PRICE), quantity: one(500), side: Uint8Array.of(BUY) };
    const trades = { instrument: LTC, count: 1, ...columns, ids };
    await this.#ingest.say('TradeBatch', {
      trades,
      receivedUs: 0,
      complete: true,
      origin: 'live',
      sides: 'told',
    });
  }

  /** Decides to buy two coins. */
  async buyTwo(): Promise<void> {
    await this.trade();
    await this.#decision.say('PlaceOrder', buyTwo(++this.#commands, this.#nowUs()));
  }

  submits(): number {
    return this.asked.filter((verb) => verb === 'submit').length;
  }

  async orderEvents(): Promise<(OrderEvent | CorrectionMade)[]> {
    return (await factsOf(this.#bus, 'ord.evt')).map(({ fact }) => fact.body);
  }

  /** What the venue says the account holds. */
  async position(): Promise<string> {
    const { type, encode } = codecs.AccountRequest;
    const request = encode({ account: ACCOUNT, kind: 'positions', sinceUs: 0, skipRows: 0 });
    const reply = await this.#bus.request(subjects.venueRequest(ACCOUNT, 'account'), type, request, 5_000);
    const { positions } = codecs.PositionsReply.decode(reply.data);
    return positions.map(({ quantity }) => `${quantity}`).join();
  }

  #nowUs(): TimeUs {
    return START_US + Math.floor((performance.now() - this.#beganMs) * US_PER_MS);
  }

  async #tell(): Promise<void> {
    const toldUs = Math.floor(this.#nowUs() / GRID_US) * GRID_US;
    if (toldUs <= this.#toldUs) return;
    this.#toldUs = toldUs;
    const time: MessageOf<'TimeAdvanced'> = {
      ...{ type: 'TimeAdvanced', feed: 'synthetic', toldUs, sureUs: toldUs, behind: [] },
      ...{ wallUs: Math.floor(systemClock.nowMs() * US_PER_MS), speed: 1, warm: false },
    };
    await this.#ingest.say('TimeAdvanced', time);
    await this.#guard.say('GuardAlive', { account: ACCOUNT, feed: 'synthetic', timeUs: toldUs });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    for (const process of [this.second, this.execution, this.#reconcile, this.venue]) await process?.kill();
    for (const speaker of [this.#ingest, this.#decision, this.#guard]) await speaker[Symbol.asyncDispose]();
    await this.#nats[Symbol.asyncDispose]();
    rmSync(this.#dir, { recursive: true, force: true });
  }
}

function buyTwo(n: number, timeUs: TimeUs): PlaceOrder {
  return {
    ...{ type: 'PlaceOrder', commandId: `buy-two-${n}`, decision: decisionId(`d-${n}`) },
    ...{ strategy: strategyName('by_hand'), account: ACCOUNT, instrument: LTC, direction: 'long' },
    ...{ orderType: 'limit', timeInForce: 'ioc', quantity: Decimal.of('2'), limitPrice: Decimal.of('85.2') },
    ...{ timeUs, expiresUs: timeUs + 60_000_000 },
    plan: {
      ...{ stopPrice: Decimal.of('84'), targetPrice: null, trailing: Decimal.of('0.005') },
      holdMaxUs: 300_000_000,
    },
  };
}
