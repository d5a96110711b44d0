import { type CashReason, Decimal, type TimeUs, type VenueEvent } from '@algo/model';
import type { PaperBooks } from './paper-books.ts';
import type { PaperSettings } from './paper-settings.ts';
import { passes } from './passes.ts';
import { SeededRandom } from './seeded-random.ts';

/** Digits of an amount, and of the share of cash or the rate of funding that it comes from. */
const AMOUNT_PLACES = 8;
const SHARE_PLACES = 4;
const RATE_PLACES = 6;
const SHARE_MAX = 0.05;
const RATE_MAX = 0.003;
const KINDS = ['deposit', 'withdrawal', 'other', null] as const satisfies readonly (CashReason | null)[];

/** Moves cash that no trade moves, as the seed says: people's deposits and withdrawals, interest, funding. */
export class PaperCash {
  private readonly books: PaperBooks;
  private readonly settings: PaperSettings;
  private readonly random: SeededRandom;

  constructor(settings: PaperSettings, books: PaperBooks) {
    this.settings = settings;
    this.books = books;
    this.random = SeededRandom.seeded(settings.seed).stream('cash');
  }

  /** Tells `events` what moves as the exchange's clock goes on: once, however many times have passed by. */
  advance(fromUs: TimeUs, toUs: TimeUs, events: VenueEvent[]): void {
    const { cashEveryS, fundingEveryS } = this.settings.vices;
    if (passes(cashEveryS, fromUs, toUs)) this.transfer(toUs, events);
    if (passes(fundingEveryS, fromUs, toUs)) this.fund(toUs, events);
  }

  private transfer(timeUs: TimeUs, events: VenueEvent[]): void {
    for (const account of this.books.ledger.accounts) {
      const draw = this.random.stream(`transfer/${account}/${timeUs}`);
      const reason = KINDS[draw.below(KINDS.length)]!;
      const assets = this.books.funds.balances(account);
      const chosen = assets[draw.below(assets.length)];
      if (reason === null || chosen === undefined) continue;
      const share = Decimal.fromNumber(draw.between(0, SHARE_MAX), SHARE_PLACES);
      const amount = chosen.free.times(share).rounded(AMOUNT_PLACES, 'down');
      const isOut = reason === 'withdrawal' || (reason === 'other' && draw.chance(0.5));
      if (!amount.isPositive()) continue;
      const signed = isOut ? amount.negated() : amount;
      events.push(this.books.moveCash(account, chosen.asset, signed, reason, timeUs));
    }
  }

  /** Who is long pays who is short, or the other way. */
  private fund(timeUs: TimeUs, events: VenueEvent[]): void {
    for (const account of this.books.ledger.accounts)
      for (const market of this.books.markets.values()) {
        const { id, market: kind, quote } = market.rules.instrument;
        const last = market.tape.last;
        const held = this.books.ledger.quantity(account, id);
        if (kind !== 'perp' || last === null || held.isZero()) continue;
        const draw = this.random.stream(`funding/${account}/${id}/${timeUs}`);
        const rate = Decimal.fromNumber(draw.between(-RATE_MAX, RATE_MAX), RATE_PLACES);
        const worth = held.times(market.price(last.ticks));
        const amount = worth.times(rate).rounded(AMOUNT_PLACES, 'half-even');
        if (!amount.isZero()) events.push(this.books.moveCash(account, quote, amount, 'funding', timeUs));
      }
  }
}
