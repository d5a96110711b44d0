import { RecentMap, US_PER_MINUTE, US_PER_MS } from '@algo/model';
import { type Row, textOf, wholeOf } from '../binance/rows.ts';
import type { AccountHearer, AccountStream } from '../port.ts';
import { spotCashSince } from './spot-cash.ts';
import { orderEventOf } from './spot-events.ts';
import type { SpotLink } from './spot-link.ts';
import { type SessionHearer, SpotSession } from './spot-session.ts';

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

export const SPOT_STREAM_TIMINGS: StreamTimings = {
  ...{ rotateMs: 23 * 3_600_000, overlapMs: 5_000, retryFirstMs: 500, retryMaxMs: 60_000, lookMs: 250 },
};

/** Cash that moved is asked for so often: the histories are behind the stream. */
const CASH_TRIES = 5;
const CASH_FIRST_MS = 2_000;
const CASH_KEPT = 1_000;

/**
 * The account stream of spot. Two connections may tell at once while one takes over from the other, so that
 * nothing is missed by it; what both tell comes twice.
 */
export class SpotAccountStream implements AccountStream {
  readonly #link: SpotLink;
  readonly #timings: StreamTimings;
  readonly #told = new RecentMap<true>(CASH_KEPT);
  #hear: AccountHearer | undefined;
  #timer: NodeJS.Timeout | undefined;
  #active: SpotSession | undefined;
  /** The one that takes over. */
  #next: SpotSession | undefined;
  #isLeaving = false;
  #tries = 0;
  #nextTryMs = 0;
  /** Why nothing is told, as was said last. */
  #downBecause: string | undefined;

  constructor(link: SpotLink, timings: StreamTimings = SPOT_STREAM_TIMINGS) {
    this.#link = link;
    this.#timings = timings;
  }

  open(hear: AccountHearer): void {
    this.#hear = hear;
    this.#link.isHeard = false;
    this.#timer = setInterval(() => this.#look(), this.#timings.lookMs);
    this.#look();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
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

  #dial(nowMs: number): SpotSession | undefined {
    if (nowMs < this.#nextTryMs) return undefined;
    return SpotSession.dial(this.#link, this.#hearer);
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

  #event(session: SpotSession, event: Row): void {
    switch (textOf(event, 'e')) {
      case 'executionReport': {
        const told = orderEventOf(event, this.#link);
        if (told !== undefined) this.#hear?.event(told);
        return;
      }
      case 'balanceUpdate':
        void this.#tellCash(wholeOf(event, 'T') * US_PER_MS - US_PER_MINUTE);
        return;
      case 'serverShutdown':
        this.#isLeaving ||= session === this.#active;
        return;
      case 'eventStreamTerminated':
        session.abandon();
        this.#ended(session, 'the venue ended the subscription');
        return;
      default:
        // Balances, outside locks and lists of orders are read where they matter, never summed up.
        return;
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
        const { value: moves } = await spotCashSince(this.#link, sinceUs);
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

  #ended(session: SpotSession, reason: string): void {
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

  #takeOver(next: SpotSession): void {
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
