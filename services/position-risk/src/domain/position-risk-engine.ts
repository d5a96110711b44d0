import {
  type ControlCommand,
  type CorrectionMade,
  type Decimal,
  type ExitReason,
  FeedTimes,
  type Fill,
  type OrderEvent,
  type TimeAdvanced,
  type TimeUs,
  type TradeColumns,
  US_PER_SECOND,
  venueOf,
} from '@algo/model';
import { AccountBooks } from './account-books.ts';
import { AccountGuard } from './account-guard.ts';
import { ExitFollower } from './exit-follower.ts';
import { lotOf } from './holding.ts';
import type { HoldingEvent, InstrumentBook, KnownOrder } from './instrument-book.ts';
import { OrderMemory } from './order-memory.ts';
import { type FlattenAll, obeyed, PersonCommands } from './person-commands.ts';
import type { PositionGuard } from './position-guard.ts';
import type { PositionRiskInput, PositionRiskOutput } from './position-risk-io.ts';
import { checkPositionRiskSettings, type PositionRiskSettings } from './position-risk-settings.ts';
import type { PositionRiskState } from './position-risk-state.ts';

/** How often it says that it lives. *Units*: µs of feed time. */
const ALIVE_EVERY_US = 5 * US_PER_SECOND;

/**
 * Holds one account's positions, guards each with a stop from its first fill, follows every exit until it is
 * flat, and watches the account's drawdown. Passes over what is of other accounts or unknown instruments.
 * *Errors*: InputError on a fill it can't book and a command it may not obey; nothing has changed then.
 */
export class PositionRiskEngine {
  readonly #settings: PositionRiskSettings;
  readonly #books: AccountBooks;
  #guard: AccountGuard;
  #orders = new OrderMemory();
  #commands = new PersonCommands();
  #times = new FeedTimes();
  #nowUs: TimeUs = 0;
  /** When something next falls due with no event before it; kept so that a trade costs one comparison. */
  #wakeUs: TimeUs = Infinity;
  #out: PositionRiskOutput[] = [];

  constructor(settings: PositionRiskSettings) {
    checkPositionRiskSettings(settings);
    this.#settings = settings;
    this.#guard = new AccountGuard(settings);
    this.#books = new AccountBooks(settings);
  }

  /** Returns a machine that goes on where the snapshot was taken. *Errors*: InputError as `AccountBooks`. */
  static restore(settings: PositionRiskSettings, state: PositionRiskState): PositionRiskEngine {
    const engine = new PositionRiskEngine(settings);
    engine.#books.restore(state.books, settings);
    engine.#guard = new AccountGuard(settings, state.guard);
    engine.#orders = new OrderMemory(state.orders);
    engine.#commands = new PersonCommands(state.commands);
    engine.#times = new FeedTimes(state.times);
    engine.#nowUs = state.nowUs;
    engine.#plan();
    return engine;
  }

  /** Returns all that must go on; what the machine does later changes nothing in it. */
  snapshot(): PositionRiskState {
    return {
      times: this.#times.state(),
      nowUs: this.#nowUs,
      guard: this.#guard.snapshot(),
      books: this.#books.snapshot(),
      orders: this.#orders.state(),
      commands: this.#commands.state(),
    };
  }

  /** Takes one fact or command and returns what follows from it, in order. */
  handle(input: PositionRiskInput): PositionRiskOutput[] {
    const out: PositionRiskOutput[] = [];
    if ('account' in input && input.account !== this.#settings.account) return out;
    this.#out = out;
    switch (input.type) {
      case 'TradesSeen':
        this.#onTrades(input.trades);
        break;
      case 'TimeAdvanced':
        this.#onTime(input);
        break;
      case 'SetTradingMode':
        if (this.#commands.isNew(input)) this.#setMode(input);
        break;
      case 'FlattenAll':
        out.push(...this.#commands.ask(input));
        break;
      case 'WallTold':
        for (const command of this.#commands.due(input)) this.#flatten(command);
        break;
      case 'CorrectionMade':
        this.#onCorrection(input);
        break;
      default:
        this.#onOrder(input);
    }
    this.#plan();
    if (this.#nowUs >= this.#wakeUs) this.#wake();
    return out;
  }

  /** The event time it is for what it handles. */
  get nowUs(): TimeUs {
    return this.#nowUs;
  }

  /** What is held, and the stops that guard it. */
  get books(): Pick<AccountBooks, 'positions' | 'stops'> {
    return this.#books;
  }

  /** The account's equity and limits. */
  get account(): Pick<AccountGuard, 'equity' | 'modes'> {
    return this.#guard;
  }

  #onTrades(trades: TradeColumns): void {
    const book = this.#books.get(trades.instrument);
    if (book === undefined) return;
    for (let i = 0; i < trades.count; i++) {
      const price = trades.price[i]!;
      const timeUs = trades.timeUs[i]!;
      // Ingest refuses such prints; one that slipped through must not sell anything.
      if (!(price > 0 && price < Infinity)) continue;
      // Before the print counts: the day may begin by it, and begins with what was before.
      this.#hear(book.instrument.venue, timeUs);
      const aside = book.print(price, timeUs);
      const held = book.guard;
      if (aside !== null) this.#out.push(aside);
      else if (held !== null && timeUs >= held.holding.openedUs) this.#test(book, held, price);
      else if (book.canSellDust) this.#sellDust(book);
      if (this.#nowUs >= this.#wakeUs) this.#wake();
    }
    if (book.guard !== null) this.#out.push(...book.stopNews(book.guard, this.#nowUs));
    this.#protect(book);
  }

  /** What a position left has become enough to be sold. */
  #sellDust(book: InstrumentBook): void {
    this.#post(null, book.reopenDust(this.#nowUs));
    if (book.guard !== null) this.#leave(book, book.guard, 'residual', book.markPrice);
  }

  /** Holds one price against the stop and the target. */
  #test(book: InstrumentBook, held: PositionGuard, price: number): void {
    if (held.exit?.yieldsTo('trailing_stop') === false) return;
    const verdict = held.onPrice(price);
    if (verdict === 'stop')
      this.#leave(book, held, held.stop.isInitial ? 'initial_stop' : 'trailing_stop', held.stop.level);
    else if (verdict === 'target') this.#leave(book, held, 'target', held.target ?? book.markPrice);
  }

  #setMode(command: Extract<ControlCommand, { type: 'SetTradingMode' }>): void {
    this.#out.push(...this.#guard.setMode(command, this.#books.unrealized(), this.#personUs(command)));
  }

  /** Leaves what a person asked for. *Errors*: InputError where it names what is not there. */
  #flatten(command: FlattenAll): void {
    const chosen = this.#books.heldUnder(command);
    this.#leaveAll(chosen, 'operator');
    this.#out.push(obeyed(command, chosen, this.#personUs(command)));
  }

  /** A person's clock is not event time: it stamps what follows only until there is any. */
  #personUs({ timeUs }: ControlCommand): TimeUs {
    return this.#guard.equity.dayEndsUs > 0 ? this.#times.newestUs() : timeUs;
  }

  #onOrder(event: OrderEvent): void {
    if (event.type === 'OrderFilled') this.#books.refuseUnusable(event.fill);
    this.#hear(venueOf(event.instrument), event.timeUs);
    if (event.type === 'OrderQuarantined') {
      const reason = `${event.problem}: ${event.detail}`;
      this.#out.push(...this.#guard.restrict(event.instrument, reason, this.#nowUs));
      return;
    }
    const seen = this.#orders.hear(event);
    if (typeof seen === 'object')
      this.#out.push(...this.#guard.restrict(event.instrument, seen.conflict, this.#nowUs));
    if (seen !== 'new') return;
    const book = this.#books.get(event.instrument);
    if (book === undefined) return;
    book.note(event, this.#nowUs, this.#times.speed);
    if (event.type === 'OrderFilled') this.#onFill(event.fill, book);
    book.fitStop(event, this.#orders.mayEnter(event.clientOrderId), this.#nowUs, this.#times.speed);
    this.#protect(book);
  }

  /** Has a stop put at the venue, or moved there, when it is due; an exit under way takes its place. */
  #protect(book: InstrumentBook): void {
    const { guard: held, instrument } = book;
    if (held === null || held.exit !== null) return;
    if (held.venueStop.callsPerson())
      this.#out.push(...this.#guard.callPerson(instrument.id, 'the venue rejects its stop', this.#nowUs));
    const command = book.protectCommand(held, this.#nowUs, this.#times.speed);
    if (command !== null) this.#out.push(command);
  }

  /** Books a fill and sees to it that whatever it opened may stay open. */
  #onFill(fill: Fill, book: InstrumentBook): void {
    const order = this.#orders.get(fill.clientOrderId);
    const { lot, isFeeValued } = lotOf(fill, book.instrument, (asset) =>
      this.#books.priceOf(asset, book.instrument.quote),
    );
    if (!isFeeValued) this.#guard.equity.bookUnvalued(fill.feeAsset, book.instrument.quote, fill.fee);
    const before = book.guard;
    this.#post(before?.holding ?? null, book.take(fill, lot, order, this.#nowUs));
    this.#mark();
    this.#guarded(book, before, order);
  }

  /** Our books of an instrument were corrected: what is held follows them. */
  #onCorrection(correction: CorrectionMade): void {
    const book = this.#books.get(correction.instrument);
    if (book === undefined) return;
    this.#hear(book.instrument.venue, correction.timeUs);
    const before = book.guard;
    const events = book.correct(correction, this.#nowUs);
    if (events.length === 0) return;
    this.#post(before?.holding ?? null, events);
    const held = book.guard;
    if (held !== null && held.exit === null && book.isUnsellable(held)) this.#setAside(book, held);
    this.#mark();
    this.#guarded(book, before, undefined);
    book.guard?.venueStop.filled(true, this.#nowUs, this.#times.speed);
    if (book.guard !== null) book.reviewStop(book.guard);
    this.#protect(book);
  }

  /** Sees to it that whatever was opened may stay open; `before` is what was held before. */
  #guarded(book: InstrumentBook, before: PositionGuard | null, order: KnownOrder | undefined): void {
    const held = book.guard;
    if (held === null || held === before) return;
    if (this.#guard.hasTripped) this.#leave(book, held, 'circuit_breaker', book.markPrice);
    // An exit or a stop that filled more than was held has opened a position nobody wanted.
    else if (order !== undefined && order.intent !== 'entry')
      this.#leave(book, held, 'residual', book.markPrice);
    // News of a fill can come after trades that followed it: the last of them counts at once.
    else this.#test(book, held, book.lastPrice);
    this.#out.push(...book.stopNews(held, this.#nowUs));
  }

  /** What can't be sold is ours no less: it is kept apart, and nothing guards it. */
  #setAside(book: InstrumentBook, held: PositionGuard): void {
    this.#post(held.holding, book.setAside(held, this.#nowUs));
  }

  /** Tells what happened to what is held and books what it gained; `before` is the position as it was. */
  #post(before: PositionGuard['holding'] | null, events: readonly HoldingEvent[]): void {
    this.#guard.equity.bookEvents(before, events);
    this.#out.push(...events, ...this.#guard.gone(events, this.#nowUs));
  }

  #mark(): void {
    const before = this.#guard.hasTripped;
    this.#guard.equity.valueFees((asset, quote) => this.#books.priceOf(asset, quote));
    this.#out.push(...this.#guard.equity.mark(this.#books.unrealized(), this.#nowUs));
    if (before || !this.#guard.hasTripped) return;
    this.#leaveAll(this.#books.held(), 'circuit_breaker');
    this.#out.push(...this.#guard.halt(this.#nowUs));
  }

  #leaveAll(chosen: ReturnType<AccountBooks['held']>, reason: ExitReason): void {
    for (const [book, held] of chosen) {
      this.#nowUs = this.#times.nowUs(book.instrument.venue);
      this.#leave(book, held, reason, book.markPrice);
    }
  }

  /** Triggers the exit of a position, once for each reason that is stronger than the one before. */
  #leave(book: InstrumentBook, held: PositionGuard, reason: ExitReason, level: Decimal): void {
    const running = held.exit;
    if (running !== null && !running.yieldsTo(reason)) return;
    this.#out.push(...book.stopNews(held, this.#nowUs));
    running?.takeOver(reason, this.#nowUs);
    held.exit = running ?? new ExitFollower(held.holding.id, reason, this.#settings, this.#nowUs);
    this.#out.push(book.exitTriggered(held, reason, level, this.#nowUs));
    if (running === null) this.#attempt(book, held, held.exit);
    this.#plan();
  }

  /** Makes the next attempt at an exit, or sets aside what no venue would buy. */
  #attempt(book: InstrumentBook, held: PositionGuard, exit: ExitFollower): void {
    if (book.isUnsellable(held)) {
      this.#setAside(book, held);
      this.#mark();
      return;
    }
    exit.begin(this.#nowUs);
    this.#out.push(book.closeCommand(held, exit, this.#nowUs));
  }

  /** Does what has fallen due: hold times, exits to chase, equity to mark. */
  #wake(): void {
    for (const [book, held] of this.#books.held()) {
      this.#nowUs = this.#times.nowUs(book.instrument.venue);
      // One that was set aside in this very loop is no longer ours to leave.
      if (book.guard !== held || held.dueUs(this.#times.speed) > this.#nowUs) continue;
      const { exit } = held;
      if (exit === null) {
        if (held.holdUntilUs <= this.#nowUs) this.#leave(book, held, 'hold_time', book.markPrice);
        else this.#protect(book);
        continue;
      }
      const call = exit.escalate();
      if (call !== null) this.#out.push(...this.#guard.callPerson(book.instrument.id, call, this.#nowUs));
      if (exit.dueUs(this.#times.speed) <= this.#nowUs) this.#attempt(book, held, exit);
    }
    this.#nowUs = this.#times.newestUs();
    if (this.#nowUs >= this.#guard.equity.markedUs + this.#settings.equityIntervalUs) this.#mark();
    this.#plan();
  }

  /** A feed told its time: says on its grid that this guard lives, and does what has fallen due. */
  #onTime(time: TimeAdvanced): void {
    const { feed, toldUs, warm } = time;
    const before = this.#times.toldBy(feed);
    this.#times.take(time);
    if (warm) return;
    this.#nowUs = toldUs;
    this.#beginDay();
    if (Math.floor(toldUs / ALIVE_EVERY_US) > Math.floor(before / ALIVE_EVERY_US))
      this.#out.push({ type: 'GuardAlive', account: this.#settings.account, feed, timeUs: toldUs });
  }

  /** An event of a venue's instrument: it is at least so late there. */
  #hear(venue: string, timeUs: TimeUs): void {
    this.#times.hear(venue, timeUs);
    this.#nowUs = this.#times.nowUs(venue);
    this.#beginDay();
  }

  /** The first time that it hears, and the first of each day, it marks equity. */
  #beginDay(): void {
    if (this.#nowUs >= this.#guard.equity.dayEndsUs) this.#mark();
  }

  /** Works out when something next falls due. */
  #plan(): void {
    const markUs = this.#guard.equity.markedUs + this.#settings.equityIntervalUs;
    this.#wakeUs = this.#books.dueUs(markUs, this.#times.speed);
  }
}
