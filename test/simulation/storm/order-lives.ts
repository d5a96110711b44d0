import type { MessageOf } from '@algo/contracts';
import { EXIT_DENIALS } from './exit-denials.ts';
import { isOutside, leftBy, nameOf, noteRefusal, QUOTES, takenInKind } from './fill-signs.ts';
import { GrossWatch } from './gross-watch.ts';
import { type JudgeNotes, micros, type Stand, worthOf } from './judge-notes.ts';
import type { Ending, OrderLife } from './order-life.ts';
import { OutsideWatch } from './outside-watch.ts';
import { VenueStopWatch } from './venue-stop-watch.ts';
import type { VenueTruth } from './venue-truth.ts';

type Submitted = MessageOf<'OrderSubmitted'>;
type Fill = MessageOf<'OrderFilled'>['fill'];
type Command = MessageOf<'PlaceOrder' | 'ClosePosition' | 'ProtectPosition'>;

/** The most that one order may be worth, by its configuration. *Units*: quote. */
const ORDER_NOTIONAL_MAX = 10_000;
/** What is worth less than 5 can't be sold and bars no entry; prices move a little. *Units*: quote. */
const DUST_NOTIONAL_MAX = 5.5;
/** Orders that ended so short a while ago are held against the exchange. *Units*: virtual ms. */
const LATELY_MS = 10_000;

/** Follows every order by the words on the bus, and holds each word against those before it. */
export class OrderLives {
  readonly orders = new Map<string, OrderLife>();
  readonly fills = new Map<string, Fill>();
  /** What our own fills come to, by instrument. */
  readonly held = new Map<string, number>();
  /** When the book of an instrument was set by a correction last. *Units*: µs of told time. */
  readonly #corrected = new Map<string, number>();
  readonly #notes: JudgeNotes;
  readonly #truth: VenueTruth;
  readonly #nowMs: () => number;
  readonly #commands = new Map<string, Command>();
  readonly stops: VenueStopWatch;
  readonly outside: OutsideWatch;
  readonly #answered = new Set<string>();
  readonly #decided = new Set<string>();
  readonly #doubtMaxMs: number;
  readonly #gross: GrossWatch | null;
  /** How many exits of a position were sent. */
  readonly #exitsSent = new Map<string, number>();
  readonly #refusedExits = new Set<string>();
  readonly #lastPrices = new Map<string, number>();

  /** `isWide`: the account may not hold all that its instruments may. */
  constructor(notes: JudgeNotes, truth: VenueTruth, nowMs: () => number, isWide: boolean) {
    this.#notes = notes;
    const books = { orders: this.orders, held: this.held, prices: this.#lastPrices };
    this.#gross = isWide ? new GrossWatch(notes, books) : null;
    this.stops = new VenueStopWatch(notes, this.orders);
    this.outside = new OutsideWatch(notes, truth, this.fills);
    this.#truth = truth;
    this.#doubtMaxMs = truth.patience.doubtMs;
    this.#nowMs = nowMs;
  }

  commanded(command: Command): void {
    const { commandId, type } = command;
    if (type !== 'PlaceOrder' && this.#commands.has(commandId))
      this.#notes.broken('said twice', `${type} ${commandId}`);
    this.#commands.set(commandId, command);
    if (type !== 'ClosePosition') return;
    const sent = this.#exitsSent.get(command.position) ?? 0;
    if (command.attempt > sent + 1)
      this.#notes.broken(
        'only what was sent is an attempt',
        `${commandId} is attempt ${command.attempt}, ${sent} sent`,
      );
  }

  commandOf(commandId: string): Command | undefined {
    return this.#commands.get(commandId);
  }

  submitted(word: Submitted): void {
    const { clientOrderId: id, commandId, instrument, intent, position, replaces, request } = word;
    if (this.orders.has(id)) this.#notes.broken('said twice', `OrderSubmitted ${id}`);
    const command = this.#answer(commandId);
    if (command === undefined) return;
    const quantity = micros(request.quantity);
    if (quantity > micros(command.quantity))
      this.#notes.broken('I8 limits', `${id} of ${quantity}, asked ${micros(command.quantity)}`);
    if (intent === 'exit') {
      this.#sizedExit(word, quantity);
      if (replaces !== null) this.#notes.saw('exit in place of a stop');
      if (position !== null) this.#exitsSent.set(position, (this.#exitsSent.get(position) ?? 0) + 1);
    } else if (intent === 'protection') {
      const held = this.held.get(instrument) ?? 0;
      this.stops.submitted(word, held, this.#worth(quantity - Math.abs(held), instrument));
    } else if (command.type === 'PlaceOrder') {
      const leg = `${command.strategy}/${command.decision}`;
      if (this.#decided.has(leg)) this.#notes.broken('I1 one order a decision', leg);
      this.#decided.add(leg);
      const worth = worthOf(quantity, Number(String(request.limitPrice ?? 0)));
      if (worth > ORDER_NOTIONAL_MAX) this.#notes.broken('I8 limits', `${id} is worth ${worth}`);
      this.#gross?.entered(id, worth);
      for (const { ended, submitted: one } of this.orders.values())
        if (ended === null && one.intent === 'entry' && one.instrument === instrument)
          this.#notes.broken('I8 limits', `${id} beside the entry ${one.clientOrderId}`);
      const held = this.held.get(instrument) ?? 0;
      if (worthOf(Math.abs(held), Number(String(request.limitPrice ?? 0))) > DUST_NOTIONAL_MAX)
        this.#notes.broken('I8 limits', `${id} while ${held} is held`);
    } else this.#notes.broken('I10 legal', `${id}: an entry for ${command.type}`);
    const anew = { wasUnknown: false, wasCanceled: false, ended: null, endedMs: 0, doubtMs: 0, idleMs: 0 };
    this.orders.set(id, { submitted: word, quantity, filled: 0, stand: 'submitted', ...anew });
  }

  denied({ commandId, denial, instrument }: MessageOf<'OrderDenied'>): void {
    const command = this.#answer(commandId);
    if (command?.type === 'PlaceOrder') this.#gross?.denied(command, denial);
    if (command?.type !== 'ClosePosition') return;
    this.#refusedExits.add(command.position);
    if (!EXIT_DENIALS.has(denial.code))
      this.#notes.broken('no halt binds an exit', `${commandId}: ${denial.code} ${denial.detail}`);
    const held = this.held.get(instrument) ?? 0;
    // Of a position on the other side nothing can be sold by this exit.
    const beside = this.#workingExits(instrument) + this.stops.inDoubt(instrument);
    const free = (command.direction === 'long' ? held : -held) - beside;
    if (denial.code === 'NO_POSITION' && free > 0)
      this.#notes.broken('I4 stop coverage', `exit ${commandId} denied while ${free} is held`);
  }

  accepted({ clientOrderId: id }: MessageOf<'OrderAccepted'>): void {
    const life = this.#open(id, 'OrderAccepted');
    if (life === undefined) return;
    if (life.stand === 'accepted') this.#notes.broken('said twice', `OrderAccepted ${id}`);
    life.stand = 'accepted';
  }

  unknown({ clientOrderId: id }: MessageOf<'OrderUnknown'>): void {
    const life = this.#open(id, 'OrderUnknown');
    if (life === undefined) return;
    if (life.stand === 'unknown') this.#notes.broken('said twice', `OrderUnknown ${id}`);
    life.stand = 'unknown';
    life.wasUnknown = true;
  }

  filled({ clientOrderId: id, fill, cumulative, leaves }: MessageOf<'OrderFilled'>): void {
    const name = nameOf(fill);
    if (this.fills.has(name)) this.#notes.broken('said twice', `OrderFilled ${name}`);
    this.fills.set(name, fill);
    if (isOutside(id)) {
      const { instrument } = fill;
      const held = this.held.get(instrument) ?? 0;
      const wasCorrected = this.#corrected.has(instrument);
      this.held.set(instrument, leftBy(fill, held, [...this.fills.values()], wasCorrected, this.#notes));
      return;
    }
    const life = this.#open(id, 'OrderFilled');
    if (life === undefined) return;
    const { side, instrument } = life.submitted.request;
    const quantity = micros(fill.quantity);
    life.filled += quantity;
    if (fill.side !== side || fill.instrument !== instrument)
      this.#notes.broken('I2 fills', `${name} is of another side or instrument than its order`);
    if (micros(cumulative) !== life.filled || micros(leaves) !== life.quantity - life.filled)
      this.#notes.broken(
        'I2 fills',
        `${id} says ${cumulative} and ${leaves}, is ${life.filled} of ${life.quantity}`,
      );
    const kept = side === 'buy' ? quantity : -quantity;
    this.held.set(instrument, (this.held.get(instrument) ?? 0) + kept - takenInKind(fill));
    if (takenInKind(fill) > 0) this.#notes.saw('fee in the coin');
    else if (!QUOTES.includes(fill.feeAsset)) this.#notes.saw('fee in another asset');
    this.#lastPrices.set(instrument, Number(fill.price.toString()));
    const real = this.#truth.fills();
    const same = real?.get(name);
    if (real !== undefined && (same === undefined || micros(same.quantity) !== quantity))
      this.#notes.broken('I2 fills', `the exchange has no fill ${name} of ${quantity}`);
    if (life.wasUnknown) this.#notes.saw('unknown resolved as filled');
    if (life.submitted.intent === 'protection') this.#notes.saw('stop at the venue sold');
    if (life.filled < life.quantity) return;
    this.#end(life, 'filled');
  }

  ended(word: MessageOf<'OrderCanceled'> | MessageOf<'OrderExpired'>): void {
    const { clientOrderId: id, cumulative, type } = word;
    const life = this.#open(id, type);
    if (life === undefined) return;
    if (micros(cumulative) !== life.filled)
      this.#notes.broken('I2 fills', `${id} ends with ${cumulative}, is ${life.filled}`);
    this.#end(life, type === 'OrderCanceled' ? 'canceled' : 'expired');
  }

  rejected({ clientOrderId: id, reason }: MessageOf<'OrderRejected'>): void {
    const life = this.#open(id, 'OrderRejected');
    if (life === undefined) return;
    noteRefusal(reason, life.wasUnknown, this.#notes);
    if (life.filled > 0) this.#notes.broken('I10 legal', `${id} is rejected and has fills`);
    this.#end(life, 'rejected');
  }

  /** Our book of an instrument is this from here on. */
  corrected(word: MessageOf<'CorrectionMade'>): void {
    this.outside.corrected(word);
    this.#corrected.set(word.instrument, word.timeUs);
    this.held.set(word.instrument, micros(word.own));
  }

  /** Returns whether somebody else's fill may have taken what is ours. */
  quarantined(word: MessageOf<'OrderQuarantined'>): boolean {
    if (this.outside.isReport(word, this.held))
      return this.outside.takesOurs(word, this.held, this.#corrected.get(word.instrument) ?? 0);
    if (this.outside.hasOvershot(word, this.held)) return false;
    const { clientOrderId: id, problem, detail } = word;
    this.#notes.broken('I10 legal', `${id} ${problem}: ${detail}`);
    return false;
  }

  /** A cancel left: what fills now has won a race. */
  cancelLeft(id: string): void {
    const life = this.orders.get(id);
    if (life?.ended === null) life.wasCanceled = true;
  }

  /** An order that is over for us and works at the exchange is nobody's. */
  check(executionMs: number): void {
    for (const life of this.orders.values()) if (life.ended === null) this.#doubt(life, executionMs);
    const { withdrawnMs } = this.#truth.patience;
    this.stops.passed(executionMs, withdrawnMs, (instrument) => this.held.get(instrument) ?? 0);
    for (const [id, { ended, endedMs }] of this.orders)
      if (ended !== null && this.#nowMs() - endedMs < LATELY_MS && this.#truth.order(id) === 'open')
        this.#notes.broken('I3 position truth', `${id} is ${ended} for us and works at the exchange`);
  }

  #doubt(life: OrderLife, executionMs: number): void {
    life.doubtMs = life.stand === 'accepted' ? 0 : life.doubtMs + executionMs;
    const { doubtMs, stand, submitted } = life;
    if (doubtMs > this.#doubtMaxMs)
      this.#notes.broken('doubt ends', `${submitted.clientOrderId} is ${stand} for ${doubtMs} ms`);
  }

  /** Where orders stand now; `none` when none is open. */
  stands(): ReadonlySet<Stand> {
    const stands = new Set<Stand>();
    for (const { ended, filled, stand, submitted } of this.orders.values()) {
      if (ended !== null) continue;
      stands.add(filled > 0 ? 'part filled' : stand);
      if (submitted.intent === 'exit') stands.add('exit');
    }
    return stands.size === 0 ? new Set<Stand>(['none']) : stands;
  }

  /** Commands that nobody has answered. */
  unanswered(): string[] {
    return [...this.#commands.keys()].filter((id) => !this.#answered.has(id));
  }

  #answer(commandId: string) {
    const command = this.#commands.get(commandId);
    if (command === undefined)
      this.#notes.broken('I10 legal', `an answer to ${commandId}, which nobody said`);
    if (this.#answered.has(commandId)) this.#notes.broken('said twice', `an answer to ${commandId}`);
    this.#answered.add(commandId);
    return command;
  }

  /** Never more than is held, less what other exits may still sell. */
  #sizedExit({ clientOrderId: id, instrument, request, position }: Submitted, quantity: number): void {
    const held = this.held.get(instrument) ?? 0;
    const isRight = held > 0 === (request.side === 'sell');
    const working = this.#workingExits(instrument);
    // What was too little to leave has been set aside, and stays at the exchange, on either side of what
    // is held.
    const over = this.#worth(quantity - (Math.abs(held) - working), instrument);
    if (!isRight || over > DUST_NOTIONAL_MAX)
      this.#notes.broken(
        'I8 limits',
        `exit ${id} ${request.side} ${quantity}, held ${held}, exits ${working}`,
      );
    if (position !== null && this.#refusedExits.delete(position)) this.#notes.saw('exit denied, then passed');
  }

  /** *Units*: quote, of millionths of base. */
  #worth(quantity: number, instrument: string): number {
    return worthOf(quantity, this.#lastPrices.get(instrument) ?? 0);
  }

  #workingExits(instrument: string): number {
    let working = this.stops.goingOff(instrument);
    for (const { submitted, ended, quantity, filled } of this.orders.values())
      if (ended === null && submitted.intent === 'exit' && submitted.instrument === instrument)
        working += quantity - filled;
    return working;
  }

  #open(id: string, word: string): OrderLife | undefined {
    const life = this.orders.get(id);
    if (life === undefined) this.#notes.broken('I10 legal', `${word} of ${id}, which was never submitted`);
    else if (life.ended !== null) this.#notes.broken('I10 legal', `${word} of ${id}, which is ${life.ended}`);
    return life;
  }

  #end(life: OrderLife, ended: Ending): void {
    life.ended = ended;
    life.endedMs = this.#nowMs();
    if (life.wasCanceled && life.filled > 0) this.#notes.saw('cancel and fill race');
  }
}
