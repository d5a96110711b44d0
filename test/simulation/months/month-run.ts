import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LaneSpeaker, MemoryBus } from '@algo/bus';
import { BUCKETS, STREAMS, type StreamName } from '@algo/contracts';
import { hashId, type InstrumentId, instrumentId, signalId, US_PER_SECOND } from '@algo/model';
import { SeededRandom } from '@algo/simulation';
import { exampleState } from '@algo/strategy/testing';
import { ENVIRONMENT } from '../environment.ts';
import { SimulatedEngine } from '../simulated-engine.ts';
import type { DaySizes, StreamCount } from './day-sizes.ts';
import { MeteredLog } from './metered-log.ts';
import { MonthMarket, TICK_SECONDS } from './month-market.ts';

/** The feed runs so many times as fast as the wall. */
const SPEED = 60;
const TICK_MS = (TICK_SECONDS * 1_000) / SPEED;
const TICKS_A_DAY = 86_400 / TICK_SECONDS;
/** *Units*: virtual wall ms. Rarer than live, where a minute's worth would be taken again each day. */
const SNAPSHOT_MS = 120_000;
/**
 * What the simulated server keeps: at least twice what comes between two snapshots, and little of what comes
 * seldom, so that its own history isn't what grows.
 */
const KEPT_OF = {
  ...{ MARKET: 10_000, CANDLES: 10_000 },
  ...{ DECISIONS: 300, RECONCILIATION: 300 },
  // Reconcile keeps its books once for 5,000 messages of these two, of which the first are three in four.
  ...{ ORDERS: 8_000, POSITIONS: 2_500 },
};
const KEPT = 2_500;
/** Of analytics: what it says itself, or the few signals, each with a whole state, that are said for it. */
const KEPT_SAID = { whole: 10_000, played: 300 };
/** What stands around a body in a file of JetStream, about: its own frame, and our headers. */
const FRAME_BYTES = 414;

/** What all machines of the engine show of themselves. */
interface Machine {
  snapshot(): Uint8Array;
  counters(): Readonly<Record<string, number>>;
}

/** The engine over many days of many instruments; every service is killed and begun again each day. */
export class MonthRun implements Disposable {
  readonly engine: SimulatedEngine;
  readonly #instruments: readonly InstrumentId[];
  readonly #market: MonthMarket;
  readonly #dir: string;
  readonly #logs = new Map<string, MeteredLog>();
  #streams = new Map<StreamName, StreamCount>();
  readonly #isWhole: boolean;
  #feed: LaneSpeaker | undefined;
  #signals: LaneSpeaker | undefined;
  #entries = 0;
  #orders = 0;
  #tick = 0;
  #day = 0;

  constructor(instruments: number, isWhole: boolean) {
    this.#isWhole = isWhole;
    this.#dir = mkdtempSync(join(tmpdir(), 'algo-months-'));
    this.#instruments = Array.from({ length: instruments }, (_, i) =>
      instrumentId(`synthetic.spot.M${i}USD`),
    );
    const file = join(this.#dir, 'instruments.yaml');
    writeFileSync(file, this.#instruments.map((id, i) => `${id}: ${rulesOf(i)}\n`).join(''));
    this.#market = new MonthMarket(this.#instruments, SeededRandom.seeded(1).stream('months'));
    this.engine = new SimulatedEngine({
      ...{ seed: 1, messagesMax: keptOf(isWhole) },
      openLog: (identity) => this.#logOf(identity),
      environment: {
        ...ENVIRONMENT,
        ...{ ALGO_INSTRUMENTS_FILE: file, ALGO_INSTRUMENTS: this.#instruments.join() },
        ...{ ALGO_TRADING_CONFIG: 'months', ALGO_LIMITS_FILE: 'test/simulation/limits/months.yaml' },
        ALGO_SNAPSHOT_INTERVAL_MS: `${SNAPSHOT_MS}`,
      },
    });
  }

  /** Who is restarted: all but the feed, which this run plays. */
  get #services(): readonly string[] {
    const played = this.#isWhole ? /^ingest/ : /^(ingest|analytics)/;
    return this.engine.identities.filter((identity) => !played.test(identity));
  }

  async open(): Promise<void> {
    const meter = new MemoryBus(this.engine.server, 'meter');
    for (const stream of Object.keys(STREAMS) as StreamName[])
      await meter.follow({ stream, subjects: ['>'], after: 0 }, ({ subject, data, type }) => {
        const count = this.#streams.get(stream) ?? { messages: 0, bytes: 0 };
        this.#streams.set(stream, count);
        count.messages++;
        if (type.endsWith('.PlaceOrder')) this.#entries++;
        if (type.endsWith('.OrderSubmitted')) this.#orders++;
        count.bytes += data.length + subject.length + FRAME_BYTES;
      });
    this.#feed = await this.engine.speaker('ingest.synthetic', '', ['md.trades', 'md.time']);
    if (!this.#isWhole)
      this.#signals = await this.engine.speaker('analytics.0', '', ['an.state', 'an.signal']);
    await this.engine.start(...this.#services);
  }

  /** Lets one day pass, kills every service and begins it again, one after the other. */
  async day(): Promise<DaySizes> {
    this.#streams = new Map();
    this.#entries = 0;
    this.#orders = 0;
    for (let i = 0; i < TICKS_A_DAY; i++) await this.#pass();
    const startMs = new Map<string, number>();
    for (const identity of this.#services) startMs.set(identity, await this.#restart(identity));
    this.engine.submitted.length = 0;
    return this.#sizes(startMs);
  }

  async #pass(): Promise<void> {
    const nowUs = this.#nowUs;
    for (const trades of this.#market.tick(this.#tick, nowUs))
      void this.#feed!.say('TradeBatch', {
        trades,
        receivedUs: 0,
        complete: true,
        origin: 'live',
        sides: 'told',
      });

    this.#tick++;
    const toldUs = this.#nowUs;
    const about = { feed: 'synthetic', toldUs, sureUs: toldUs, behind: [], speed: SPEED, warm: false };
    const wallUs = this.engine.clock.nowMs() * 1_000;
    void this.#feed!.say('TimeAdvanced', { type: 'TimeAdvanced', ...about, wallUs });
    if (this.#signals !== undefined)
      for (const { instrument, price } of this.#market.rising(this.#tick - 1)) {
        const state = { ...exampleState('long'), instrument, timeUs: toldUs, price, zones: [], gaps: [] };
        const id = signalId(hashId('burst', instrument, this.#tick));
        void this.#signals.say('SignalGenerated', { id, direction: 'long', state });
      }
    await this.engine.pass(TICK_MS);
  }

  /** Feed time at the begin of the present tick. */
  get #nowUs(): number {
    return START_US + this.#tick * TICK_SECONDS * US_PER_SECOND;
  }

  /** Returns how long a new life took until it had taken again what older ones took. *Units*: real ms. */
  async #restart(identity: string): Promise<number> {
    this.engine.kill(identity);
    const beganMs = performance.now();
    await this.engine.start(identity);
    await this.engine.until(() => this.engine.isUp(identity));
    return performance.now() - beganMs;
  }

  #sizes(startMs: ReadonlyMap<string, number>): DaySizes {
    const logs = [...this.#logs.values()];
    const sum = (of: (log: MeteredLog) => number) => logs.reduce((total, log) => total + of(log), 0);
    const states = this.#services.map((identity): [string, Machine] => [
      identity,
      this.engine.machineOf(identity) as Machine,
    ]);
    const counted = (service: string, name: string) =>
      states.find(([identity]) => identity.startsWith(service))?.[1].counters()[name] ?? 0;
    return {
      ...{ day: ++this.#day, startMs, streams: this.#streams, entries: this.#entries, orders: this.#orders },
      snapshots: new Map(states.map(([identity, machine]) => [identity, machine.snapshot().length])),
      buckets: BUCKETS.reduce((total, name) => total + this.engine.server.bucketBytes(name), 0),
      logs: { written: sum((log) => log.written), kept: sum((log) => log.kept) },
      openOrders: counted('execution', 'openOrders'),
      openPositions: counted('position-risk', 'open'),
    };
  }

  #logOf(identity: string): MeteredLog {
    const log = new MeteredLog();
    this.#logs.set(identity, log);
    return log;
  }

  [Symbol.dispose](): void {
    rmSync(this.#dir, { recursive: true, force: true });
  }
}

/** 2025-01-01T00:00Z. */
const START_US = 1_735_689_600_000_000;

function keptOf(isWhole: boolean): Record<StreamName, number> {
  const of = { ...KEPT_OF, ANALYTICS: isWhole ? KEPT_SAID.whole : KEPT_SAID.played };
  const names = Object.keys(STREAMS) as StreamName[];
  return Object.fromEntries(
    names.map((name) => [name, (of as Partial<Record<StreamName, number>>)[name] ?? KEPT]),
  ) as Record<StreamName, number>;
}

function rulesOf(i: number): string {
  const least = "min_quantity: '0.001', min_notional: '5'";
  return `{ base: M${i}, quote: USD, price_tick: '0.01', quantity_step: '0.001', ${least} }`;
}
