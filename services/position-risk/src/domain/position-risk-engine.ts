import {
  type CashMoved,
  type CorrectionMade,
  type Fill,
  isOwnClientOrderId,
  type OrderEvent,
  RuleBook,
  type TimeAdvanced,
  type TimeUs,
  venueOf,
} from '@algo/model';
import { AccountBooks } from './account-books.ts';
import { AccountGuard } from './account-guard.ts';
import { GuardClock } from './guard-clock.ts';
import { lotOf } from './holding.ts';
import type { InstrumentBook } from './instrument-book.ts';
import { OrderMemory } from './order-memory.ts';
import { type FlattenAll, obeyed, PersonCommands, type SetTradingMode } from './person-commands.ts';
import { PortfolioDesk } from './portfolio/portfolio-desk.ts';
import { PositionDesk } from './position-desk.ts';
import type { PositionRiskInput, PositionRiskOutput, SeenPrices } from './position-risk-io.ts';
import { checkPositionRiskSettings, type PositionRiskSettings } from './position-risk-settings.ts';
import type { PositionRiskState } from './position-risk-state.ts';

/**
 * Holds one account's positions, guards each with a stop from its first fill, follows every exit until it is
 * flat, and watches the account's drawdown. Passes over what is of other accounts or unknown instruments.
 * *Errors*: InputError on a fill it can't book and a command it may not obey; nothing has changed then.
 */
export class PositionRiskEngine {
  readonly #settings: PositionRiskSettings;
  readonly #rules: RuleBook;
  readonly #books: AccountBooks;
  readonly #guard: AccountGuard;
  readonly #orders: OrderMemory;
  readonly #commands: PersonCommands;
  readonly #clock: GuardClock;
  readonly #desk: PositionDesk;
  readonly #portfolio: PortfolioDesk;
  /** When something next falls due with no event before it; kept so that a trade costs one comparison. */
  #wakeUs: TimeUs = Infinity;

  /** Makes it anew, or as it was when the state was taken. *Errors*: InputError as `AccountBooks`. */
  constructor(settings: PositionRiskSettings, state?: PositionRiskState) {
    checkPositionRiskSettings(settings);
    this.#settings = settings;
    this.#guard = new AccountGuard(settings, state?.guard);
    this.#rules = new RuleBook(settings.instruments.values(), state?.rules);
    this.#books = new AccountBooks({ ...settings, instruments: this.#rules.instruments }, state?.books);
    this.#orders = new OrderMemory(state?.orders);
    this.#commands = new PersonCommands(state?.commands);
    this.#clock = new GuardClock(state?.clock);
    const [books, guard, clock] = [this.#books, this.#guard, this.#clock];
    const parts = { settings, books, guard, clock };
    const [replan, marked] = [() => this.#plan(), () => this.#portfolio.review()];
    this.#desk = new PositionDesk({ ...parts, replan, marked });
    this.#portfolio = new PortfolioDesk({ ...parts, desk: this.#desk }, state?.portfolio);
    if (state !== undefined) this.#plan();
  }

  /** Returns all that must go on; what the machine does later changes nothing in it. */
  snapshot(): PositionRiskState {
    return {
      clock: this.#clock.state(),
      guard: this.#guard.snapshot(),
      rules: this.#rules.state(),
      books: this.#books.snapshot(),
      orders: this.#orders.state(),
      commands: this.#commands.state(),
      portfolio: this.#portfolio.state(),
    };
  }

  /** Takes one fact or command and returns what follows from it, in order. */
  handle(input: PositionRiskInput): PositionRiskOutput[] {
    const out: PositionRiskOutput[] = [];
    if ('account' in input && input.account !== this.#settings.account) return out;
    this.#desk.out = out;
    switch (input.type) {
      case 'TradesSeen':
        this.#onTrades(input.trades);
        break;
      case 'TimeAdvanced':
        this.#onTime(input);
        break;
      case 'SetTradingMode':
      case 'FlattenAll':
        if (this.#commands.isNew(input)) this.#asked(input);
        break;
      case 'WallTold':
        this.#obey(this.#commands.due(input));
        break;
      case 'CorrectionMade':
        this.#onCorrection(input);
        break;
      case 'CashMoved':
        this.#onCash(input);
        break;
      case 'InstrumentChanged':
        this.#rules.take(input);
        break;
      case 'CandleClosed':
        this.#portfolio.candle(input.candle);
        break;
      case 'RulesChosen':
        this.#portfolio.follow(input);
        break;
      default:
        this.#onOrder(input);
    }
    this.#plan();
    if (this.#clock.nowUs >= this.#wakeUs) this.#wake();
    return out;
  }

  /** When something but the sign that it lives next follows from time alone. */
  get dueUs(): TimeUs {
    return Math.min(this.#wakeUs, this.#guard.equity.dayEndsUs);
  }

  /** The event time it is for what it handles. */
  get nowUs(): TimeUs {
    return this.#clock.nowUs;
  }

  /** Names the rules of the portfolio that hold. */
  get rulesHash(): string {
    return this.#portfolio.rulesHash;
  }

  /** What is held, and the stops that guard it. */
  get books(): Pick<AccountBooks, 'positions' | 'stops' | 'quiet'> {
    return this.#books;
  }

  /** The account's equity and limits. */
  get account(): Pick<AccountGuard, 'equity' | 'modes'> {
    return this.#guard;
  }

  #onTrades(trades: SeenPrices): void {
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
      if (aside === 'stray') continue;
      if (aside !== null) this.#desk.out.push(aside);
      else if (held !== null && timeUs >= held.holding.openedUs) this.#desk.test(book, held, price);
      else if (book.canSellDust) this.#desk.sellDust(book);
      if (this.#clock.nowUs >= this.#wakeUs) this.#wake();
    }
    if (book.guard !== null) this.#desk.out.push(...book.guard.stopNews(this.#clock.nowUs));
    this.#desk.protect(book);
  }

  /** What allows less is obeyed however late it is read; all else waits until the time is known. */
  #asked(command: FlattenAll | SetTradingMode): void {
    if (command.type === 'SetTradingMode' && !this.#guard.loosens(command)) this.#setMode(command);
    else this.#desk.out.push(this.#commands.ask(command));
  }

  /** *Errors*: InputError where it may not be obeyed. */
  #obey(command: FlattenAll | SetTradingMode | null): void {
    if (command?.type === 'SetTradingMode') this.#setMode(command);
    if (command?.type === 'FlattenAll') this.#flatten(command);
  }

  #setMode(command: SetTradingMode): void {
    this.#desk.out.push(...this.#guard.setMode(command, this.#books.unrealized(), this.#personUs(command)));
  }

  /** Leaves what a person asked for. *Errors*: InputError where it names what is not there. */
  #flatten(command: FlattenAll): void {
    const chosen = this.#books.heldUnder(command);
    this.#desk.leaveAll(chosen, 'operator');
    this.#desk.out.push(obeyed(command, chosen, this.#personUs(command)));
  }

  /** A person's clock is not event time: it stamps what follows only until there is any. */
  #personUs({ timeUs }: FlattenAll | SetTradingMode): TimeUs {
    return this.#guard.equity.dayEndsUs > 0 ? this.#clock.newestUs : timeUs;
  }

  #onOrder(event: OrderEvent): void {
    if (event.type === 'OrderFilled') this.#books.refuseUnusable(event.fill);
    this.#hear(venueOf(event.instrument), event.timeUs);
    if (event.type === 'OrderQuarantined') {
      const reason = `${event.problem}: ${event.detail}`;
      this.#desk.out.push(...this.#guard.restrict(event.instrument, reason, this.#clock.nowUs));
      return;
    }
    const book = this.#books.get(event.instrument);
    const seen = this.#orders.hear(event, book?.guard?.holding.strategy);
    if (typeof seen === 'object')
      this.#desk.out.push(...this.#guard.restrict(event.instrument, seen.conflict, this.#clock.nowUs));
    if (seen !== 'new' || book === undefined) return;
    book.note(event, this.#clock.nowUs, this.#clock.speed);
    if (event.type === 'OrderFilled') this.#onFill(event.fill, book);
    book.fitStop(event, this.#orders.mayEnter(event.clientOrderId), this.#clock.nowUs, this.#clock.speed);
    this.#desk.protect(book);
  }

  /** Books a fill and sees to it that whatever it opened may stay open. */
  #onFill(fill: Fill, book: InstrumentBook): void {
    const order = this.#orders.get(fill.clientOrderId);
    const { lot, isFeeValued } = lotOf(fill, book.instrument, (asset) =>
      this.#books.priceOf(asset, book.instrument.quote),
    );
    if (!isFeeValued) this.#guard.equity.bookUnvalued(fill.feeAsset, book.instrument.quote, fill.fee);
    const before = book.guard;
    this.#desk.post(before?.holding ?? null, book.take(fill, lot, order, this.#clock.nowUs));
    this.#desk.mark();
    // What is none of ours is told as a fill only where it closes what we hold, or held.
    const isWanted = order === undefined ? isOwnClientOrderId(fill.clientOrderId) : order.intent === 'entry';
    this.#desk.guarded(book, before, isWanted);
  }

  /** Our books of an instrument were corrected: what is held follows them. */
  #onCorrection(correction: CorrectionMade): void {
    const book = this.#books.get(correction.instrument);
    if (book === undefined) return;
    this.#hear(book.instrument.venue, correction.timeUs);
    const before = book.guard;
    const events = book.correct(correction, this.#clock.nowUs);
    if (events.length === 0) return;
    this.#desk.post(before?.holding ?? null, events);
    const held = book.guard;
    if (held !== null && held.exit === null && held.isUnsellable(book.markPrice))
      this.#desk.setAside(book, held);
    this.#desk.mark();
    this.#desk.guarded(book, before, true);
    book.guard?.venueStop.filled(true, this.#clock.nowUs, this.#clock.speed);
    book.guard?.reviewStop();
    this.#desk.protect(book);
  }

  /** Cash moved: before the day has begun there is nothing yet to hold it against. */
  #onCash(move: CashMoved): void {
    this.#clock.goToNewest();
    this.#guard.equity.bookCash(move, this.#books.quoteOf(move.asset), this.#books.unrealized());
    if (this.#guard.equity.dayEndsUs > 0) this.#desk.mark();
  }

  /** Does what has fallen due: hold times, exits to chase, equity to mark. */
  #wake(): void {
    for (const [book, held] of this.#books.held()) {
      this.#clock.goTo(book.instrument.venue);
      // One that was set aside in this very loop is no longer ours to leave.
      if (book.guard !== held || held.dueUs(this.#clock.speed) > this.#clock.nowUs) continue;
      const { exit } = held;
      if (exit === null) {
        if (held.holdUntilUs <= this.#clock.nowUs) this.#desk.leave(book, held, 'hold_time', book.markPrice);
        else this.#desk.protect(book);
        continue;
      }
      const call = exit.escalate();
      if (call !== null)
        this.#desk.out.push(...this.#guard.callPerson(book.instrument.id, call, this.#clock.nowUs));
      if (exit.dueUs(this.#clock.speed) <= this.#clock.nowUs) this.#desk.attempt(book, held, exit);
    }
    this.#clock.goToNewest();
    if (this.#clock.nowUs >= this.#guard.equity.markedUs + this.#settings.equityIntervalUs) this.#desk.mark();
    this.#plan();
  }

  /** A feed told its time: says on a grid of it that this guard lives, and does what has fallen due. */
  #onTime(time: TimeAdvanced): void {
    const isDue = this.#clock.told(time);
    if (time.warm) return;
    this.#portfolio.told(time);
    this.#beginDay();
    const { account } = this.#settings;
    if (isDue) this.#desk.out.push({ type: 'GuardAlive', account, feed: time.feed, timeUs: time.toldUs });
  }

  /** An event of a venue's instrument: it is at least so late there. */
  #hear(venue: string, timeUs: TimeUs): void {
    this.#clock.hear(venue, timeUs);
    this.#beginDay();
  }

  /** The first time that it hears, and the first of each day, it marks equity. */
  #beginDay(): void {
    if (this.#clock.nowUs >= this.#guard.equity.dayEndsUs) this.#desk.mark();
  }

  /** Works out when something next falls due. */
  #plan(): void {
    const markUs = this.#guard.equity.markedUs + this.#settings.equityIntervalUs;
    this.#wakeUs = this.#books.dueUs(markUs, this.#clock.speed);
  }
}
