import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { allDurables, FactMessage, JetStreamBus, NatsServerProcess, provision, type Stored } from '@algo/bus';
import {
  encodeFact,
  type Fact,
  type FactName,
  type MessageOf,
  subjectOf,
  subjects,
  timeOf,
  typeOf,
} from '@algo/contracts';
import {
  type AccountId,
  accountId,
  BUY,
  clientOrderId,
  Decimal,
  type Decision,
  decisionId,
  instrumentId,
  type Position,
  positionId,
  strategyName,
  venueOrderId,
} from '@algo/model';
import { birthOf } from '@algo/runtime';
import { readEnvironment } from '../../config.ts';
import { type EngineFile, writeEngineFile } from '../../engine/engine-file.ts';
import { findNatsBinary } from '../../engine/nats-binary.ts';
import { reportOf } from '../../failure-report.ts';
import { createProgram } from '../../program.ts';

export const ACCOUNT = accountId('paper-main');
const OTHER = accountId('paper-two');
const entryId = clientOrderId('aentryentryentryentryentry');
const stopId = clientOrderId('astopstopstopstopstopstops');
const INSTRUMENT = instrumentId('synthetic.spot.ALGOUSD');
const d = (text: string) => Decimal.of(text);

/** How a run of the command line ended and what it said. */
export interface CommandEnd {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the command line in this process, with what it writes. */
export async function run(args: readonly string[]): Promise<CommandEnd> {
  const said = { stdout: '', stderr: '' };
  const streams = ['stdout', 'stderr'] as const;
  const before = streams.map((name) => process[name].write);
  for (const name of streams)
    process[name].write = (text: string | Uint8Array) => {
      said[name] += text.toString();
      return true;
    };
  try {
    const end = await createProgram(readEnvironment())
      .parseAsync(['node', 'algo', ...args])
      .then(() => ({ exitCode: 0, words: '' }), reportOf);
    return { code: end.exitCode, out: said.stdout, err: said.stderr + end.words };
  } finally {
    for (const [i, name] of streams.entries()) process[name].write = before[i]!;
  }
}

export function jsonLines(text: string): Record<string, unknown>[] {
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

/**
 * A real nats-server with what an engine of two accounts has said; its services are played by hand, and so is
 * its supervisor: the engine counts as running as long as this process lives.
 */
export class EngineAtHand implements AsyncDisposable {
  readonly server: NatsServerProcess;
  readonly bus: JetStreamBus;
  /** Of an engine with the account paper-main alone. */
  readonly dataDir: string;
  /** Of one on the same server that also has paper-two. */
  readonly twoAccountsDir: string;
  #number = 0;

  private constructor(server: NatsServerProcess, bus: JetStreamBus, dataDir: string) {
    this.server = server;
    this.bus = bus;
    this.dataDir = dataDir;
    this.twoAccountsDir = join(dataDir, 'two');
    const engine: EngineFile = {
      ...{ version: '0.1.0', pid: process.pid, birth: birthOf(process.pid), running: true },
      ...{ natsUrl: server.url, natsPort: server.port, natsPid: null, feed: 'binance', startedMs: 1 },
      ...{ accounts: [ACCOUNT], live: {}, analytics: 1, services: { 'ingest.binance': 1, 'analytics.0': 2 } },
    };
    writeEngineFile(dataDir, engine);
    mkdirSync(this.twoAccountsDir);
    writeEngineFile(this.twoAccountsDir, { ...engine, accounts: [ACCOUNT, OTHER] });
  }

  static async open(): Promise<EngineAtHand> {
    const dataDir = mkdtempSync(join(tmpdir(), 'algo-cli-'));
    const binary = await findNatsBinary(readEnvironment().inherited, () => undefined);
    const storeDir = join(dataDir, 'jetstream');
    const server = await NatsServerProcess.start({ binary, storeDir, sync: 'periodic' });
    const bus = await JetStreamBus.connect({ servers: [server.url], identity: 'hand' });
    await provision(bus, { replicas: 1, durables: allDurables() });
    const engine = new EngineAtHand(server, bus, dataDir);
    await engine.#publishFacts();
    return engine;
  }

  /** Runs a command on the engine with one account. */
  algo(...args: string[]): Promise<CommandEnd> {
    return run([...args, '--data-dir', this.dataDir]);
  }

  /** Says what a service would say of an account. */
  say<Name extends FactName>(name: Name, body: MessageOf<Name>, account = ACCOUNT): Promise<Stored> {
    const id = `hand:${this.#number++}`;
    const fact = { name, body } as Fact;
    return this.bus.publish(FactMessage.said(fact, { identity: 'hand', account }, { id }));
  }

  /** Answers commands as position-risk would: does what is asked, or refuses in these words. */
  async answerModes(refusal?: string): Promise<AsyncDisposable> {
    const subject = subjects.controlMode(ACCOUNT);
    const after = (await this.bus.last('CONTROL', subject))?.sequence ?? 0;
    return this.bus.follow({ stream: 'CONTROL', subjects: [subject], after }, async ({ fact }) => {
      if (fact.name !== 'SetTradingMode') return;
      const { commandId, scope, mode, reason, by, timeUs } = fact.body;
      if (refusal !== undefined) await this.say('CommandRefused', { commandId, reason: refusal, timeUs });
      else
        await this.say('TradingModeChanged', {
          ...{ type: 'TradingModeChanged', scope, mode, reason, by, latched: false, commandId: null, timeUs },
        });
    });
  }

  /** Obeys persons as position-risk and execution do: closes what is held at 101, cancels entries. */
  async obeyPersons(): Promise<AsyncDisposable> {
    const subject = subjects.controlMode(ACCOUNT);
    const after = (await this.bus.last('CONTROL', subject))?.sequence ?? 0;
    return this.bus.follow({ stream: 'CONTROL', subjects: [subject], after }, async ({ fact }) => {
      if (fact.name === 'FlattenAll') await this.#leave(fact.body);
      if (fact.name === 'CancelOrders') await this.#cancel(fact.body);
    });
  }

  async #leave({ commandId }: MessageOf<'FlattenAll'>): Promise<void> {
    const held = positionOf(ACCOUNT, 'p1', '2');
    const exit = {
      reason: 'operator',
      detail: null,
      triggerPrice: d('101'),
      level: d('101'),
      timeUs: 6_000_000,
    } as const;
    await this.say('ExitTriggered', { type: 'ExitTriggered', position: held, ...exit });
    await this.say('CommandObeyed', { commandId, positions: [held.id], orders: [], timeUs: 6_000_000 });
    await this.say('PositionClosed', {
      ...{ type: 'PositionClosed', position: { ...held, quantity: d('0') }, timeUs: 6_500_000 },
      ...{ exitPrice: d('101'), netPnl: d('1.9'), returnPercent: d('0.95'), reason: 'operator' },
    });
  }

  async #cancel({ commandId, clientOrderId, by }: MessageOf<'CancelOrders'>): Promise<void> {
    const orders = [clientOrderId ?? entryId];
    await this.say('CommandObeyed', { commandId, positions: [], orders, timeUs: 6_000_000 });
    for (const order of orders)
      await this.say('OrderCanceled', {
        ...{ type: 'OrderCanceled', clientOrderId: order, account: ACCOUNT, instrument: INSTRUMENT },
        ...{ cumulative: d('0'), reason: `asked by ${by}`, timeUs: 6_500_000 },
      });
  }

  /** Says that an entry rests at the venue, and a stop of the open position. */
  async sayOrders(): Promise<void> {
    const common = { account: ACCOUNT, instrument: INSTRUMENT, timeUs: 3_000_000 } as const;
    const request = {
      account: ACCOUNT,
      instrument: INSTRUMENT,
      timeInForce: 'gtc',
      reduceOnly: false,
    } as const;
    const entry = { side: 'buy', type: 'limit', quantity: d('3'), limitPrice: d('99') } as const;
    const stop = { side: 'sell', type: 'stop', quantity: d('2'), limitPrice: null } as const;
    const asked = { plan: null, epoch: 1, retryOf: null, replaces: null } as const;
    await this.say('OrderSubmitted', {
      ...{ type: 'OrderSubmitted', ...common, ...asked, clientOrderId: entryId, commandId: 'c1' },
      ...{ intent: 'entry', strategy: strategyName('s1'), position: null },
      request: { clientOrderId: entryId, ...request, ...entry, triggerPrice: null },
    });
    await this.say('OrderSubmitted', {
      ...{ type: 'OrderSubmitted', ...common, ...asked, clientOrderId: stopId, commandId: 'c2' },
      ...{ intent: 'protection', strategy: null, position: positionId('p1') },
      request: { clientOrderId: stopId, ...request, ...stop, triggerPrice: d('98') },
    });
    for (const clientOrderId of [entryId, stopId])
      await this.say('OrderAccepted', {
        ...{ type: 'OrderAccepted', ...common, clientOrderId, venueOrderId: venueOrderId('v1') },
      });
  }

  async #publishFacts(): Promise<void> {
    const status = (service: string, instance: string, counters: Record<string, number>) =>
      this.say('ServiceStatus', {
        ...{ service, instance, version: '0.1.0', pid: 1, timeUs: 1, counters, notes: [], ready: true },
      });
    await status('ingest', 'ingest.binance', { accepted: 12, ended: 0 });
    await status('analytics', 'analytics.0', { trades: 12, stored: 10 });
    await this.say('TimeAdvanced', {
      ...{ type: 'TimeAdvanced', feed: 'binance', toldUs: 5_000_000, sureUs: 4_000_000, behind: [] },
      ...{ wallUs: 5_000_000, speed: 1, warm: false },
    });
    await this.#decide(ACCOUNT, 'd1');
    await this.#decide(OTHER, 'd2');
    for (const account of [ACCOUNT, OTHER]) {
      const marked = {
        equity: d('1001'),
        realized: d('1'),
        unrealized: d('0'),
        drawdown: d('0'),
        unvalued: [],
      };
      const body = { type: 'EquityMarked', account, ...marked, timeUs: 1_000_000 } as const;
      await this.say('EquityMarked', body, account);
    }
    for (const position of [positionOf(ACCOUNT, 'p1', '2'), positionOf(OTHER, 'p2', '7')])
      await this.say('PositionOpened', {
        ...{ type: 'PositionOpened', position, timeUs: 1_000_000, stopPrice: d('99') },
      });
    await this.say('StopMoved', {
      ...{ type: 'StopMoved', position: positionOf(ACCOUNT, 'p1', '2'), timeUs: 2_000_000 },
      ...{ from: d('99'), to: d('99.5'), bestPrice: d('101') },
    });
    const trades = {
      instrument: INSTRUMENT,
      count: 2,
      timeUs: Float64Array.of(1_000_000, 1_000_001),
      price: Float64Array.of(100, 100.5),
      quantity: Float64Array.of(1, 2),
      side: Uint8Array.of(BUY, BUY),
      ids: { kind: 'counted' as const, values: Float64Array.of(1, 2) },
    };
    await this.say('TradeBatch', { trades, receivedUs: 0, complete: true, origin: 'live', sides: 'told' });
  }

  /** Says what a decider says: the place in its lane names it. */
  async #decide(account: AccountId, id: string): Promise<void> {
    const decision: Decision = {
      ...{ id: decisionId(id), signal: null, instrument: INSTRUMENT, strategy: strategyName('s1') },
      ...{ configuration: 'config_1', configurationHash: 'h', ruleSet: 'classic', direction: 'long' },
      ...{ timeUs: 900_000, price: 100, level: 2, confluence: null, confluenceMax: 8 },
      ...{ conviction: 'insufficient', checks: [] },
      outcome: { type: 'refused', code: 'REGIME', detail: '' },
    };
    const speaker = { identity: `decision.${account}`, account };
    await this.bus.publish({
      ...{ id, subject: subjectOf('DecisionMade', decision, speaker), type: typeOf('DecisionMade') },
      ...{ timeUs: timeOf('DecisionMade', decision), data: encodeFact('DecisionMade', decision) },
      lane: { producer: speaker.identity, epoch: 1, count: 1 },
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.bus[Symbol.asyncDispose]();
    await this.server.stop();
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}

function positionOf(account: AccountId, id: string, quantity: string): Position {
  return {
    ...{ id: positionId(id), account, instrument: INSTRUMENT, strategy: strategyName('s1') },
    ...{ direction: 'long', quantity: d(quantity), averagePrice: d('100'), realized: d('0') },
    ...{ fees: d('0.1'), openedUs: 1_000_000 },
  };
}
