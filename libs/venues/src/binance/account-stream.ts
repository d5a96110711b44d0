import { type CashMove, RecentMap, type TimeUs, type VenueEvent } from '@algo/model';
import type { AccountHearer, AccountStream } from '../port.ts';
import { repeat } from '../transport.ts';
import type { AccountLink, Rows } from './account-link.ts';
import type { Row } from './rows.ts';

/** One connection that tells what happens in an account. *Units*: monotonic ms. */
export interface AccountSession {
  /** When it began to tell; undefined before. */
  readonly subscribedMs: number | undefined;
  /** Looks whether it still lives. */
  look(nowMs: number): void;
  /** Ends it from our side, without a word. */
  abandon(): void;
}

export interface SessionHearer {
  readonly subscribed: (session: AccountSession) => void;
  readonly event: (session: AccountSession, event: Row) => void;
  readonly ended: (session: AccountSession, reason: string) => void;
}

/** What an event says. `cash`: some moved, at about that time. `leaving`: the server goes soon. */
export type StreamWord =
  | { readonly type: 'event'; readonly event: VenueEvent }
  | { readonly type: 'cash'; readonly sinceUs: TimeUs }
  | { readonly type: 'leaving' }
  | { readonly type: 'over'; readonly reason: string };

/** How the account stream of a market is dialled and read. */
export interface StreamDialect {
  /** Dials. Returns undefined while the venue wants to be left alone, or the budget is used up. */
  readonly dial: (link: AccountLink, on: SessionHearer) => AccountSession | undefined;
  /** Returns undefined for what changes nothing. *Errors*: throws for what can't be read. */
  readonly wordOf: (event: Row, link: AccountLink) => StreamWord | undefined;
  readonly cashSince: (link: AccountLink, sinceUs: TimeUs) => Promise<Rows<readonly CashMove[]>>;
}

/** *Units*: ms. */
export interface StreamTimings {
  /** Age at which a connection is replaced; the venue cuts it at 24 h. */
  readonly rotateMs: number;
  /** How long the old and the new one both tell. */
  readonly overlapMs: number;
  /** First and longest wait before another try; it doubles from one to the other. */
  readonly retryFirstMs: number;
  readonly retryMaxMs: number;
  /** How often it looks after all this. */
  readonly lookMs: number;
}

export const STREAM_TIMINGS: StreamTimings = {
  ...{ rotateMs: 23 * 3_600_000, overlapMs: 5_000, retryFirstMs: 500, retryMaxMs: 60_000, lookMs: 250 },
};

/** A look so late means that this process stood still. */
const HELD_UP_MS = 1_000;
/** Cash that moved is asked for so often: the histories are behind the stream. */
const CASH_TRIES = 5;
const CASH_FIRST_MS = 2_000;
const CASH_KEPT = 1_000;

/**
 * The account stream of one of Binance's markets. Two connections may tell at once while one takes over from
 * the other, so that nothing is missed by it; what both tell comes twice.
 */
export class BinanceAccountStream implements AccountStream {
  readonly #link: AccountLink;
  readonly #dialect: StreamDialect;
  readonly #timings: StreamTimings;
  readonly #told = new RecentMap<true>(CASH_KEPT);
  #hear: AccountHearer | undefined;
  #stop: (() => void) | undefined;
  #active: AccountSession | undefined;
  /** The one that takes over. */
  #next: AccountSession | undefined;
  #isLeaving = false;
  #tries = 0;
  #lookedMs = Number.NEGATIVE_INFINITY;
  #nextTryMs = 0;
  /** Why nothing is told, as was said last. */
  #downBecause: string | undefined;

  constructor(link: AccountLink, dialect: StreamDialect, timings: StreamTimings = STREAM_TIMINGS) {
    this.#link = link;
    this.#dialect = dialect;
    this.#timings = timings;
  }

  open(hear: AccountHearer): void {
    this.#hear = hear;
    this.#link.isHeard = false;
    this.#stop = repeat(this.#link.transport, this.#timings.lookMs, () => this.#look());
    this.#look();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop?.();
    this.#active?.abandon();
    this.#next?.abandon();
  }

  get #nowMs(): number {
    return this.#link.parts.clock.monotonicMs();
  }

  #look(): void {
    const nowMs = this.#nowMs;
    const { rotateMs, overlapMs } = this.#timings;
    this.#active?.look(nowMs);
    this.#next?.look(nowMs);
    this.#endDeaf(nowMs);
    if (this.#active === undefined) this.#active = this.#dial(nowMs);
    else if (this.#next === undefined) {
      const sinceMs = this.#active.subscribedMs;
      if (sinceMs !== undefined && (this.#isLeaving || nowMs - sinceMs >= rotateMs))
        this.#next = this.#dial(nowMs);
    } else if (this.#next.subscribedMs !== undefined && nowMs - this.#next.subscribedMs >= overlapMs) {
      this.#active.abandon();
      this.#takeOver(this.#next);
    }
  }

  /** Ends a connection that stands and did not tell what the venue did with an order of ours. */
  #endDeaf(nowMs: number): void {
    // Behind a pause of this process what was told meanwhile is read first.
    const wasHeldUp = nowMs - this.#lookedMs > HELD_UP_MS;
    this.#lookedMs = nowMs;
    const session = this.#active;
    if (wasHeldUp || session?.subscribedMs === undefined) return;
    const untold = this.#link.told.overdue(session.subscribedMs, nowMs);
    if (untold === undefined) return;
    session.abandon();
    this.#ended(session, `deaf: it told nothing of the order ${untold}, which the venue took`);
  }

  #dial(nowMs: number): AccountSession | undefined {
    if (nowMs < this.#nextTryMs) return undefined;
    return this.#dialect.dial(this.#link, this.#hearer);
  }

  readonly #hearer: SessionHearer = {
    subscribed: (session) => {
      if (session !== this.#active) return;
      this.#downBecause = undefined;
      this.#link.isHeard = true;
      this.#hear?.connected();
    },
    event: (session, event) => this.#event(session, event),
    ended: (session, reason) => this.#ended(session, reason),
  };

  #event(session: AccountSession, event: Row): void {
    const word = this.#dialect.wordOf(event, this.#link);
    switch (word?.type) {
      case 'event':
        this.#hear?.event(word.event);
        return;
      case 'cash':
        void this.#tellCash(word.sinceUs);
        return;
      case 'leaving':
        this.#isLeaving ||= session === this.#active;
        return;
      case 'over':
        session.abandon();
        this.#ended(session, word.reason);
        return;
      case undefined:
        return;
      default:
        word satisfies never;
    }
  }

  /**
   * The stream tells that coins came or went, and not which move it was: that is looked up, so that each has
   * one name. One that is in no history is found by the next comparison of balances.
   */
  async #tellCash(sinceUs: number): Promise<void> {
    for (let tries = 0; tries < CASH_TRIES; tries++) {
      await this.#link.parts.clock.sleep(CASH_FIRST_MS * 2 ** tries);
      try {
        const { value: moves } = await this.#dialect.cashSince(this.#link, sinceUs);
        const fresh = moves.filter(({ venueMoveId }) => this.#told.get(venueMoveId) === undefined);
        for (const move of fresh) {
          this.#told.set(move.venueMoveId, true);
          this.#hear?.event({ type: 'VenueCashMoved', ...move });
        }
        if (fresh.length > 0) return;
      } catch {
        // Asked again, and in the end compared.
      }
    }
  }

  #ended(session: AccountSession, reason: string): void {
    if (session === this.#next) {
      this.#next = undefined;
      this.#waitBeforeNextTry();
    } else if (session === this.#active) {
      if (this.#next?.subscribedMs !== undefined) {
        this.#takeOver(this.#next);
        return;
      }
      this.#next?.abandon();
      this.#next = undefined;
      this.#active = undefined;
      this.#isLeaving = false;
      if (session.subscribedMs !== undefined && this.#nowMs - session.subscribedMs > this.#timings.retryMaxMs)
        this.#tries = 0;
      this.#waitBeforeNextTry();
      this.#link.isHeard = false;
      // Each reason is told once, however often it is tried.
      if (this.#downBecause !== reason) this.#hear?.disconnected(reason);
      this.#downBecause = reason;
    }
  }

  #takeOver(next: AccountSession): void {
    this.#active = next;
    this.#next = undefined;
    this.#isLeaving = false;
  }

  #waitBeforeNextTry(): void {
    const { retryFirstMs, retryMaxMs } = this.#timings;
    const wholeMs = Math.min(retryMaxMs, retryFirstMs * 2 ** Math.min(this.#tries++, 20));
    this.#nextTryMs = this.#nowMs + wholeMs * (0.5 + 0.5 * this.#link.parts.random());
  }
}
