import { type LaneSpeaker, MemoryLog } from '@algo/bus';
import type { Family, MessageOf } from '@algo/contracts';
import { accountId, Decimal, decisionId, strategyName } from '@algo/model';
import { ENVIRONMENT } from './environment.ts';
import { SimulatedEngine } from './simulated-engine.ts';
import type { SimulatedLog } from './simulated-life.ts';
import { LTC, OWNER, SpotDoors } from './spot-doors.ts';

const ACCOUNT = accountId('paper-main');
const EXECUTION = 'execution.paper-main';
const REAL = [EXECUTION, 'position-risk.paper-main', 'reconcile.paper-main'];
const PLAYED = {
  'ingest.synthetic': ['md.trades', 'md.feed', 'md.time'],
  'decision.paper-main': ['ord.cmd'],
} as const satisfies Record<string, readonly Family[]>;
/** *Units*: virtual ms. */
const STEP_MS = 250;
const DEAD_MS = 300;
const PATIENCE_MS = 240_000;
const QUANTITY = Decimal.of('3');
const ENTRY = 'POST /api/v3/order';
/** What the market does, by the second of the life: price, how much, and who takes. */
const SCRIPT: readonly (readonly [second: number, price: string, quantity: string, taker: 'buy' | 'sell'])[] =
  [
    [2, '83.40', '1', 'sell'],
    [4, '83.40', '5', 'sell'],
    [6, '83.60', '1', 'buy'],
    [8, '84.00', '1', 'buy'],
    [10, '84.30', '1', 'buy'],
    [16, '84.80', '1', 'buy'],
    [18, '84.90', '1', 'buy'],
  ];

/** A moment at which execution can die. `before`: what comes then is not taken, or not on disk. */
export interface KillPoint {
  readonly number: number;
  readonly words: string;
}

/** A request that came to the exchange, and by which way. */
export interface AskedBy {
  readonly endpoint: string;
  readonly way: 'direct' | 'ccxt';
}

/** What a life has left. */
export interface LifeEnd {
  readonly points: readonly KillPoint[];
  /** What was asked by REST, in its order. */
  readonly asked: readonly AskedBy[];
  /** What is wrong, in words; empty where all is as it must be. */
  readonly wrong: readonly string[];
}

/**
 * One order's life on spot, from its command to the end of its position: the services as they ship and the
 * real adapter, on virtual time, over the real stand-in on the loopback. Execution dies at one moment of it.
 */
export class SpotLife {
  readonly #engine: SimulatedEngine;
  readonly #doors: SpotDoors;
  readonly #speakers = new Map<string, LaneSpeaker>();
  readonly #points: KillPoint[] = [];
  readonly #killAt: number;
  #isCounted = false;
  #isDying = false;
  #trades = 0;
  #price = '83.50';

  private constructor(killAt: number, doors: SpotDoors) {
    this.#killAt = killAt;
    this.#doors = doors;
    const calm = { arrivalsMs: () => [0], onRequest() {}, onLeaving() {}, onAnswering() {}, skewMs: () => 0 };
    this.#engine = new SimulatedEngine({
      seed: 1,
      environment: {
        ...ENVIRONMENT,
        ...{ ALGO_SNAPSHOT_INTERVAL_MS: '600000', ALGO_INSTRUMENTS_FILE: doors.catalog },
      },
      openVenue: (life) => doors.openFor(life),
      storm: {
        wire: { storeMs: () => 0, ackMs: () => 0 },
        openLog: (identity) => (identity === EXECUTION ? this.#watched(new MemoryLog()) : new MemoryLog()),
        requestsOf: (identity, life) => ({
          ...calm,
          onDelivery: ({ subject }) => {
            if (identity === EXECUTION && !life().isOver) this.#point(`before ${subject}`);
          },
        }),
        isOver: (identity, name) => this.#engine.lifeOf(identity)?.named.name !== name,
        ended: (_identity, life, error) => {
          if (!life.isOver) throw error;
        },
      },
    });
    doors.runOn(this.#engine.clock);
  }

  /** Plays a life whose own requests die with the answer to its entry; ccxt is behind them. */
  static async playOnTwoWays(): Promise<LifeEnd> {
    await using doors = await SpotDoors.open(ACCOUNT, true);
    doors.exchange.fault(ENTRY, 1, { does: 'reset', at: 'after' });
    return await new SpotLife(0, doors).#play(() => doors.cutLine());
  }

  /** Plays a whole life; execution dies at the moment of that number, or never. */
  static async play(killAt = 0): Promise<LifeEnd> {
    await using doors = await SpotDoors.open(ACCOUNT);
    return await new SpotLife(killAt, doors).#play();
  }

  /** `entered` runs once, when the exchange has taken the entry in. */
  async #play(entered?: () => Promise<void>): Promise<LifeEnd> {
    const { clock } = this.#engine;
    for (const [identity, says] of Object.entries(PLAYED)) {
      const account = identity.startsWith('ingest') ? '' : ACCOUNT;
      this.#speakers.set(identity, await this.#engine.speaker(identity, account, says));
    }
    this.#flow('83.50', '1', 'buy');
    for (const identity of REAL) await this.#starting(identity);
    await this.#until('the gate to open', () => this.#isOpen());
    this.#isCounted = true;
    await this.#say('decision.paper-main', 'PlaceOrder', this.#entry());
    const beganMs = clock.nowMs();
    if (entered !== undefined) {
      await this.#until('the entry to be there', () => this.#doors.exchange.journal.of(ENTRY).length > 0);
      await entered();
    }
    for (const [second, price, quantity, taker] of SCRIPT) {
      while (clock.nowMs() - beganMs < second * 1_000) await this.#step();
      this.#flow(price, quantity, taker);
    }
    await this.#until('all to be over', () => this.#isOver());
    this.#isCounted = false;
    for (let i = 0; i < 8; i++) await this.#step();
    const asked = this.#doors.exchange.journal.entries.flatMap(({ agent, endpoint, via }) =>
      via === 'rest' ? [{ endpoint, way: agent.includes('Mozilla') ? 'ccxt' : 'direct' } as const] : [],
    );
    return { points: this.#points, asked, wrong: await this.#wrong() };
  }

  /** Says what differs from one entry, filled in part and then whole, and left again. */
  async #wrong(): Promise<string[]> {
    const { orders, fills, holdings } = this.#doors.exchange.truth();
    const wrong: string[] = [];
    const names = orders.map(({ clientOrderId }) => clientOrderId);
    if (new Set(names).size < names.length) wrong.push(`a name went out twice: ${names.join(' ')}`);
    const entries = orders.filter(({ side }) => side === 'BUY');
    if (entries.length > 1) wrong.push(`${entries.length} entries`);
    const working = orders.filter(({ status }) => status === 'NEW' || status === 'PARTIALLY_FILLED');
    if (working.length > 0) wrong.push(`left to work: ${working.map(({ type }) => type).join(' ')}`);
    const { free, locked } = holdings.get(OWNER)!.get('LTC') ?? { free: Decimal.zero, locked: Decimal.zero };
    const held = free.plus(locked);
    if (!held.lessThan(this.#doors.instrument.quantityStep)) wrong.push(`${held} LTC are held in the end`);
    const ours = this.#engine.said('ORDERS', 'OrderFilled').map(({ fill }) => `${fill.venueTradeId}`);
    const theirs = fills.map(({ tradeId }) => `${tradeId}`);
    if (`${ours.toSorted()}` !== `${theirs.toSorted()}`)
      wrong.push(`fills ${ours}, the exchange’s ${theirs}`);
    const opened = this.#engine.said('POSITIONS', 'PositionOpened').length;
    if (opened > 1) wrong.push(`${opened} positions`);
    if (this.#killAt === 0 && opened === 0) wrong.push('nobody died, and no position was opened');
    if (this.#engine.divergences.length > 0) wrong.push('a later life said something else');
    for (const { identity, difference } of await this.#engine.replayed())
      if (REAL.includes(identity) && difference !== undefined)
        wrong.push(`${identity} replays otherwise: ${JSON.stringify(difference)}`);
    return wrong;
  }

  /** Lets a step of time pass, with a word of the feed, and waits until the exchange has answered. */
  async #step(): Promise<void> {
    await this.#doors.settled();
    if (this.#isDying) await this.#rise();
    await this.#engine.pass(STEP_MS);
    await this.#time();
  }

  async #until(what: string, holds: () => boolean): Promise<void> {
    const endMs = this.#engine.clock.nowMs() + PATIENCE_MS;
    while (!holds()) {
      if (this.#engine.clock.nowMs() > endMs) {
        const standing = JSON.stringify(this.#engine.said('ORDERS', 'EntryStanding').at(-1));
        throw new Error(`not within ${PATIENCE_MS} ms: ${what}; ${standing}`);
      }
      await this.#step();
    }
  }

  async #starting(identity: string): Promise<void> {
    let isUp = false;
    void this.#engine.begin(identity).then(() => {
      isUp = true;
    });
    await this.#until(`${identity} to live`, () => isUp);
  }

  /** Dead for a while, then a new life. */
  async #rise(): Promise<void> {
    this.#isDying = false;
    await this.#engine.pass(DEAD_MS);
    await this.#starting(EXECUTION);
  }

  #point(words: string): void {
    if (!this.#isCounted) return;
    const number = this.#points.length + 1;
    this.#points.push({ number, words });
    if (number !== this.#killAt) return;
    this.#engine.kill(EXECUTION);
    void this.#doors.close(EXECUTION);
    this.#isDying = true;
  }

  /** A log at whose records execution can die: before one is on disk, and behind that. */
  #watched(log: SimulatedLog): SimulatedLog {
    const kindOf = (bytes: Uint8Array) =>
      /"kind":"(\w+)"(?:,"inputs":\[\{"name":"(\w+)")?/.exec(new TextDecoder().decode(bytes));
    const dies = () => this.#isDying;
    return {
      get last() {
        return log.last;
      },
      append: (bytes, done) => {
        const [, kind, name = ''] = kindOf(bytes) ?? [];
        this.#point(`before ${kind} ${name} is on disk`);
        if (dies()) return;
        log.append(bytes, (error, number) => {
          this.#point(`behind ${kind} ${name} on disk`);
          if (!dies()) done(error, number);
        });
      },
      read: (after) => log.read(after),
      trim: (through, keepBytes) => log.trim(through, keepBytes),
      crash: () => log.crash(),
    };
  }

  get #nowUs(): number {
    return this.#engine.clock.nowMs() * 1_000;
  }

  #isOpen(): boolean {
    return this.#engine.said('ORDERS', 'EntryStanding').at(-1)?.causes.length === 0;
  }

  /** Whether the entry has come to its end, and the position too. */
  #isOver(): boolean {
    if (this.#isDying) return false;
    const { orders } = this.#doors.exchange.truth();
    const works = orders.some(({ status }) => status === 'NEW' || status === 'PARTIALLY_FILLED');
    const [opened, closed] = (['PositionOpened', 'PositionClosed'] as const).map(
      (name) => this.#engine.said('POSITIONS', name).length,
    );
    const ends = ['OrderDenied', 'OrderCanceled', 'OrderRejected', 'OrderExpired', 'OrderFilled'] as const;
    const isEnded = ends.some((name) => this.#engine.said('ORDERS', name).length > 0);
    return !works && isEnded && opened === closed;
  }

  #entry(): MessageOf<'PlaceOrder'> {
    return {
      ...{ type: 'PlaceOrder', commandId: 'place-1', decision: decisionId('decision-1') },
      ...{ strategy: strategyName('order_flow_scalping'), account: ACCOUNT, instrument: LTC },
      ...{ direction: 'long', orderType: 'limit', timeInForce: 'post_only', quantity: QUANTITY },
      limitPrice: Decimal.of('83.40'),
      plan: {
        ...{ stopPrice: Decimal.of('83.1'), targetPrice: null, trailing: Decimal.of('0.005') },
        holdMaxUs: 25_000_000,
      },
      ...{ timeUs: this.#nowUs, expiresUs: this.#nowUs + 15_000_000 },
    };
  }

  /** Somebody trades at the exchange, and the feed tells it. */
  #flow(price: string, quantity: string, taker: 'buy' | 'sell'): void {
    this.#price = price;
    this.#doors.exchange.flow('LTCUSDT', [{ price, quantity, isBuyerMaker: taker === 'sell' }]);
  }

  async #time(): Promise<void> {
    const trades = {
      ...{ instrument: LTC, count: 1, timeUs: Float64Array.of(this.#nowUs) },
      ...{ price: Float64Array.of(Number(this.#price)), quantity: Float64Array.of(1) },
      ...{ side: Uint8Array.of(1) },
      ids: { kind: 'counted', values: Float64Array.of(++this.#trades) },
    } as const;
    const about = { receivedUs: 0, complete: true, origin: 'live', sides: 'told' } as const;
    await this.#say('ingest.synthetic', 'TradeBatch', { trades, ...about });
    const [toldUs, wallUs] = [this.#nowUs, this.#nowUs];
    const body = { feed: 'synthetic', toldUs, sureUs: toldUs, behind: [], wallUs, speed: 1, warm: false };
    await this.#say('ingest.synthetic', 'TimeAdvanced', { type: 'TimeAdvanced', ...body });
  }

  async #say<Name extends 'TradeBatch' | 'TimeAdvanced' | 'PlaceOrder'>(
    as: string,
    name: Name,
    body: MessageOf<Name>,
  ): Promise<void> {
    await this.#engine.passing(this.#speakers.get(as)!.say(name, body));
  }
}
