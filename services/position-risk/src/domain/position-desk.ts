import type { Decimal, ExitReason } from '@algo/model';
import type { AccountBooks } from './account-books.ts';
import type { AccountGuard } from './account-guard.ts';
import { ExitFollower } from './exit-follower.ts';
import type { GuardClock } from './guard-clock.ts';
import type { HoldingEvent, InstrumentBook } from './instrument-book.ts';
import type { PositionGuard } from './position-guard.ts';
import type { PositionRiskOutput } from './position-risk-io.ts';
import type { PositionRiskSettings } from './position-risk-settings.ts';

/** Leaves positions, puts stops behind them and books what came of it; says all that into `out`. */
export class PositionDesk {
  readonly #settings: PositionRiskSettings;
  readonly #books: AccountBooks;
  readonly #guard: AccountGuard;
  readonly #clock: GuardClock;
  readonly #replan: () => void;
  readonly #marked: () => void;
  /** What follows from the input that is handled. */
  out: PositionRiskOutput[] = [];

  /** `replan` is called when something may fall due at another time, `marked` behind each mark. */
  constructor(parts: {
    readonly settings: PositionRiskSettings;
    readonly books: AccountBooks;
    readonly guard: AccountGuard;
    readonly clock: GuardClock;
    readonly replan: () => void;
    readonly marked: () => void;
  }) {
    this.#settings = parts.settings;
    this.#books = parts.books;
    this.#guard = parts.guard;
    this.#clock = parts.clock;
    this.#replan = parts.replan;
    this.#marked = parts.marked;
  }

  /** What a position left has become enough to be sold. */
  sellDust(book: InstrumentBook): void {
    this.post(null, book.reopenDust(this.#clock.nowUs));
    if (book.guard !== null) this.leave(book, book.guard, 'residual', book.markPrice);
  }

  /** Holds one price against the stop and the target. */
  test(book: InstrumentBook, held: PositionGuard, price: number): void {
    if (held.exit?.yieldsTo('trailing_stop') === false) return;
    const verdict = held.onPrice(price);
    if (verdict === 'stop')
      this.leave(book, held, held.stop.isInitial ? 'initial_stop' : 'trailing_stop', held.stop.level);
    else if (verdict === 'target') this.leave(book, held, 'target', held.target ?? book.markPrice);
  }

  /** Has a stop put at the venue, or moved there, when it is due; an exit under way takes its place. */
  protect(book: InstrumentBook): void {
    const { guard: held, instrument } = book;
    if (held === null || held.exit !== null) return;
    if (held.venueStop.callsPerson())
      this.out.push(
        ...this.#guard.callPerson(instrument.id, 'the venue rejects its stop', this.#clock.nowUs),
      );
    const command = held.protectCommand(this.#clock.nowUs, this.#clock.speed);
    if (command !== null) this.out.push(command);
  }

  /**
   * Sees to it that whatever was opened may stay open; `before` is what was held before, `isWanted` whether
   * what opened it was meant to.
   */
  guarded(book: InstrumentBook, before: PositionGuard | null, isWanted: boolean): void {
    const held = book.guard;
    if (held === null || held === before) return;
    if (this.#guard.hasTripped) this.leave(book, held, 'circuit_breaker', book.markPrice);
    // An exit or a stop that filled more than was held, or somebody else behind it, has opened it.
    else if (!isWanted) this.leave(book, held, 'residual', book.markPrice);
    // News of a fill can come after trades that followed it: the last of them counts at once.
    else this.test(book, held, book.lastPrice);
    this.out.push(...held.stopNews(this.#clock.nowUs));
  }

  /** What can't be sold is ours no less: it is kept apart, and nothing guards it. */
  setAside(book: InstrumentBook, held: PositionGuard): void {
    this.post(held.holding, book.setAside(held, this.#clock.nowUs));
  }

  /** Tells what happened to what is held and books what it gained; `before` is the position as it was. */
  post(before: PositionGuard['holding'] | null, events: readonly HoldingEvent[]): void {
    this.#guard.equity.bookEvents(before, events);
    this.out.push(...events, ...this.#guard.gone(events, this.#clock.nowUs));
  }

  mark(): void {
    const before = this.#guard.hasTripped;
    this.#guard.equity.valueFees((asset, quote) => this.#books.priceOf(asset, quote));
    this.out.push(...this.#guard.equity.mark(this.#books.unrealized(), this.#clock.nowUs));
    if (!before && this.#guard.hasTripped) {
      this.leaveAll(this.#books.held(), 'circuit_breaker');
      this.out.push(...this.#guard.halt(this.#clock.nowUs));
    }
    this.#marked();
  }

  /** `detail`: with which numbers a rule of the portfolio asks. */
  leaveAll(chosen: ReturnType<AccountBooks['held']>, reason: ExitReason, detail: string | null = null): void {
    for (const [book, held] of chosen) {
      this.#clock.goTo(book.instrument.venue);
      this.leave(book, held, reason, book.markPrice, detail);
    }
  }

  /** Triggers the exit of a position, once for each reason that is stronger than the one before. */
  leave(
    book: InstrumentBook,
    held: PositionGuard,
    reason: ExitReason,
    level: Decimal,
    detail: string | null = null,
  ): void {
    const running = held.exit;
    if (running !== null && !running.yieldsTo(reason)) return;
    this.out.push(...held.stopNews(this.#clock.nowUs));
    running?.takeOver(reason, this.#clock.nowUs);
    held.exit = running ?? new ExitFollower(held.holding.id, reason, this.#settings, this.#clock.nowUs);
    const triggerPrice = book.markPrice;
    const told = { type: 'ExitTriggered', reason, triggerPrice, level, detail } as const;
    this.out.push(held.fact<'ExitTriggered'>(told, this.#clock.nowUs));
    if (running === null) this.attempt(book, held, held.exit);
    this.#replan();
  }

  /** Makes the next attempt at an exit, or sets aside what no venue would buy. */
  attempt(book: InstrumentBook, held: PositionGuard, exit: ExitFollower): void {
    if (held.isUnsellable(book.markPrice)) {
      this.setAside(book, held);
      this.mark();
      return;
    }
    exit.begin(this.#clock.nowUs);
    this.out.push(held.closeCommand(exit, this.#clock.nowUs));
  }
}
