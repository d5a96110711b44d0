import { type InboundMessage, MemoryBus, type MemoryServer, StreamLanes } from '@algo/bus';
import { codecs, type Fact, type MessageOf, STREAMS, type StreamName } from '@algo/contracts';
import { isOutside } from './fill-signs.ts';
import { JudgeNotes } from './judge-notes.ts';
import { OrderLives } from './order-lives.ts';
import { PositionWatch } from './position-watch.ts';
import type { VenueTruth } from './venue-truth.ts';
import { WireWatch } from './wire-watch.ts';

/** What is so of a storm at a moment, for the judge to weigh silence by. */
export interface Passing {
  /** *Units*: virtual ms since the last time, 0 while the process is dead, stopped or not heard. */
  readonly guardMs: number;
  readonly executionMs: number;
}

const STREAMS_JUDGED = ['ORDERS', 'POSITIONS', 'RISK', 'MARKET', 'RECONCILIATION', 'SYSTEM', 'CONTROL'];

/**
 * Judges a storm by the words on the bus, what leaves execution, and what the exchange itself has; it knows
 * nothing of how the services work.
 */
export class Judge {
  readonly notes: JudgeNotes;
  readonly orders: OrderLives;
  readonly positions: PositionWatch;
  readonly wire: WireWatch;
  /** Told when a life of execution raises its epoch. */
  onFence: (epoch: number) => void = () => {};
  readonly #truth: VenueTruth;
  readonly #nowMs: () => number;
  readonly #cash = new Set<string>();
  /** Facts that count and execution has not been given, by the place of the message that completed them. */
  readonly #untold = new Map<string, { readonly sequence: number; readonly fact: Fact }[]>();

  constructor(truth: VenueTruth, nowMs: () => number, isWide: boolean) {
    this.#truth = truth;
    this.#nowMs = nowMs;
    this.notes = new JudgeNotes(nowMs);
    this.orders = new OrderLives(this.notes, truth, nowMs, isWide);
    this.positions = new PositionWatch(this.notes, this.orders, truth.patience);
    this.wire = new WireWatch(this.notes, this.orders, nowMs);
  }

  /** Reads along on every stream. */
  async follow(server: MemoryServer): Promise<void> {
    const bus = new MemoryBus(server, 'judge');
    const names = (Object.keys(STREAMS) as StreamName[]).filter((name) => STREAMS_JUDGED.includes(name));
    for (const stream of names) {
      const lanes = new StreamLanes(stream, false);
      await bus.follow({ stream, subjects: ['>'], after: 0 }, (message) => {
        this.#fences(message);
        lanes.admit(message, ({ fact }) => this.#take(fact, stream, message.sequence));
      });
    }
  }

  /** A message is given to execution: what counts by it, execution has been told. */
  given({ stream, sequence }: InboundMessage): void {
    const untold = this.#untold.get(stream);
    while (untold !== undefined && untold.length > 0 && untold[0]!.sequence <= sequence)
      this.wire.told({ fact: untold.shift()!.fact, atMs: this.#nowMs() });
  }

  /** Time has passed. */
  passed({ guardMs, executionMs }: Passing): void {
    this.positions.passed(guardMs, executionMs, this.#truth.held());
    this.orders.check(executionMs);
    this.wire.passed(executionMs, this.#truth.isUnheard());
  }

  /** All has healed and time was given: says what is not as it should be now, or null. */
  unsettled(): string | null {
    const fills = this.#truth.fills();
    const held = this.#truth.held();
    const aside = this.orders.outside.beside();
    if (fills === undefined || held === undefined || aside === undefined) return 'the exchange is dead';
    for (const [id, { ended, stand, submitted }] of this.orders.orders) {
      if (ended === null && stand !== 'accepted') return `${id} is ${stand}`;
      if (ended === null && this.#truth.order(id) !== 'open')
        return `${id} (${submitted.intent}) is open for us, at the exchange ${this.#truth.order(id)}`;
      if (ended !== null && this.#truth.order(id) === 'open') return `${id} is ${ended} for us, works there`;
    }
    for (const [name, { clientOrderId, instrument }] of fills) {
      if (this.orders.fills.has(name) || this.orders.outside.mayStayUnbooked(clientOrderId, instrument))
        continue;
      // What somebody closed, and then an exit of ours as well, and then he again, comes to nothing.
      const isEven = isOutside(clientOrderId) && (aside.get(instrument) ?? 0) === 0;
      if (!isEven) return `fill ${name} was never told`;
    }
    for (const name of this.orders.fills.keys()) if (!fills.has(name)) return `fill ${name} never was`;
    const untold = this.#truth.cash()?.find((move) => !this.#cash.has(move));
    if (untold !== undefined) return `cash ${untold} was never told`;
    for (const instrument of new Set([...held.keys(), ...this.orders.held.keys()])) {
      const [there, here] = [held.get(instrument) ?? 0, this.orders.held.get(instrument) ?? 0];
      const guarded = this.positions.guarded(instrument);
      const sellable = this.positions.toGuard(instrument);
      const beside = aside.get(instrument) ?? 0;
      const isSame = [0, this.orders.outside.dustGone(instrument)].includes(there - here - beside);
      if (!isSame || sellable !== guarded)
        return `${instrument}: there are ${there}, beside ${beside}, said are ${here}, guarded ${guarded}`;
      if (sellable !== 0) return `${instrument} is not left: ${here}`;
    }
    const idle = this.orders.stops.idle((instrument) => this.positions.toGuard(instrument));
    if (idle !== null) return idle;
    const nobodys = this.positions.nobodys();
    if (nobodys !== null) return nobodys;
    const [unanswered] = this.orders.unanswered();
    return unanswered === undefined ? null : `command ${unanswered} was never answered`;
  }

  /** Each movement is said once, by the name and the amount that the exchange gave it. */
  #cashMoved({ venueMoveId, amount, asset }: MessageOf<'CashMoved'>): void {
    const move = `${venueMoveId} ${amount} ${asset}`;
    if (this.#cash.has(move)) this.notes.broken('said twice', move);
    if (this.#truth.cash()?.includes(move) === false) this.notes.broken('cash', `${move} never moved`);
    this.#cash.add(move);
    this.notes.saw('cash moved');
  }

  #fences({ subject, data }: InboundMessage): void {
    if (!subject.includes('fence')) return;
    const { producer, epoch } = codecs.LaneFenced.decode(data);
    if (!producer.startsWith('execution.')) return;
    this.wire.fenced(epoch);
    this.onFence(epoch);
  }

  #take(fact: Fact, stream: StreamName, sequence: number): void {
    const untold = this.#untold.get(stream) ?? [];
    this.#untold.set(stream, untold);
    untold.push({ sequence, fact });
    switch (fact.name) {
      case 'PlaceOrder':
      case 'ClosePosition':
      case 'ProtectPosition':
        this.orders.commanded(fact.body);
        return;
      case 'OrderSubmitted':
        this.orders.submitted(fact.body);
        this.wire.submitted(fact.body);
        return;
      case 'OrderDenied':
        this.orders.denied(fact.body);
        return;
      case 'OrderAccepted':
        this.orders.accepted(fact.body);
        return;
      case 'OrderUnknown':
        this.orders.unknown(fact.body);
        return;
      case 'OrderFilled':
        this.orders.filled(fact.body);
        return;
      case 'OrderCanceled':
      case 'OrderExpired':
        this.orders.ended(fact.body);
        if (fact.body.reason.includes('self_trade')) this.notes.saw('own orders kept apart');
        return;
      case 'OrderRejected':
        this.orders.rejected(fact.body);
        return;
      case 'CorrectionMade':
        this.orders.corrected(fact.body);
        this.wire.setup.corrected(fact.body);
        return;
      case 'CorrectBooks':
        this.orders.outside.asked(fact.body);
        this.wire.setup.wanted(fact.body);
        return;
      case 'ReconciliationRequested':
        this.wire.asked(fact.body);
        return;
      case 'CashMoved':
        this.#cashMoved(fact.body);
        return;
      case 'OrderQuarantined':
        if (this.orders.quarantined(fact.body)) this.wire.taken(fact.body.instrument);
        return;
      case 'PositionOpened':
        this.positions.opened(fact.body);
        return;
      case 'PositionIncreased':
      case 'PositionReduced':
        this.positions.changed(fact.body);
        return;
      case 'StopMoved':
        this.positions.moved(fact.body);
        return;
      case 'ExitTriggered':
        this.positions.left(fact.body);
        return;
      case 'PositionClosed':
        this.positions.closed(fact.body);
        return;
      case 'DustChanged':
        this.positions.dusted(fact.body);
        return;
      case 'TradeBatch': {
        const { instrument, count, price, timeUs } = fact.body.trades;
        for (let n = 0; n < count; n++) this.positions.print(instrument, price[n]!, timeUs[n]!);
        return;
      }
      default:
    }
  }
}
