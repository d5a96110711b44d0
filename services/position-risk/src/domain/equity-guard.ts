import {
  type AccountId,
  type CashMove,
  Decimal,
  type DrawdownLevel,
  type DrawdownMeasure,
  InputError,
  isTransfer,
  type Position,
  type RiskEvent,
  type TimeUs,
  type UnvaluedFee,
  US_PER_DAY,
} from '@algo/model';
import { type DrawdownLimits, drawdownShare, nextDrawdownLevel } from './drawdown.ts';
import type { HoldingEvent } from './instrument-book.ts';

interface Sum {
  readonly realized: Decimal;
  readonly fees: Decimal;
}

/** A fee without a price, and in which quote one is looked for. */
type Unvalued = Pick<UnvaluedFee, 'amount'> & { readonly quote: string };

/** What an account has made. *Units*: account currency; `unvaluedFees` in each asset's own units. */
export interface AccountTotals extends Sum {
  readonly byStrategy: ReadonlyMap<string, Sum>;
  /** Fees charged in assets whose price we have not seen yet; missing from `fees`. */
  readonly unvaluedFees: ReadonlyMap<string, Unvalued>;
}

/** A drawdown: what it is measured from, and how far it is. *Units*: account currency. */
interface Drawdown {
  readonly from: Decimal;
  readonly level: DrawdownLevel;
}
type Drawdowns = Readonly<Record<DrawdownMeasure, Drawdown>>;

/**
 * Equity as it is kept. *Units*: account currency; `transfers` deposits less withdrawals; `carried` what
 * holding earned less what it cost.
 */
export interface EquityGuardState extends AccountTotals {
  readonly starting: Decimal;
  readonly transfers: Decimal;
  readonly carried: Decimal;
  readonly drawdowns: Drawdowns;
  readonly dayEndsUs: TimeUs;
  readonly markedUs: TimeUs;
}

const MEASURES = ['daily', 'peak'] as const satisfies readonly DrawdownMeasure[];

/** Digits of what drawdowns are measured from, after cash moved. */
const BASE_PLACES = 8;

/** Names kept apart in the totals; what comes beyond them is summed under `other`. */
const NAMES_MAX = 256;

type Booked = Pick<Position, 'id' | 'realized' | 'fees'>;

/** Adds up what an account made and says how far its equity fell: within its day, and from its height. */
export class EquityGuard {
  readonly #account: AccountId;
  readonly #limits: DrawdownLimits;
  readonly #starting: Decimal;
  #drawdowns: Drawdowns;
  #dayEndsUs: TimeUs = 0;
  #transfers = Decimal.zero;
  #carried = Decimal.zero;
  #realized = Decimal.zero;
  #fees = Decimal.zero;
  #byStrategy = new Map<string, Sum>();
  #unvalued = new Map<string, Unvalued>();
  #markedUs: TimeUs = 0;

  constructor(account: AccountId, starting: Decimal, limits: DrawdownLimits) {
    this.#account = account;
    this.#limits = limits;
    this.#starting = starting;
    const none: Drawdown = { from: starting, level: 'none' };
    this.#drawdowns = { daily: none, peak: none };
  }

  static restore(account: AccountId, limits: DrawdownLimits, state: EquityGuardState): EquityGuard {
    const guard = new EquityGuard(account, state.starting, limits);
    guard.#drawdowns = state.drawdowns;
    guard.#dayEndsUs = state.dayEndsUs;
    guard.#transfers = state.transfers;
    guard.#carried = state.carried;
    guard.#realized = state.realized;
    guard.#fees = state.fees;
    guard.#byStrategy = new Map(state.byStrategy);
    guard.#unvalued = new Map(state.unvaluedFees);
    guard.#markedUs = state.markedUs;
    return guard;
  }

  /** Which drawdowns reached the breaker and wait for a person. */
  get tripped(): readonly DrawdownMeasure[] {
    return MEASURES.filter((measure) => this.#drawdowns[measure].level === 'breaker');
  }

  /** When the account's day ends; 0 before there was any. */
  get dayEndsUs(): TimeUs {
    return this.#dayEndsUs;
  }

  /** When equity was last marked. */
  get markedUs(): TimeUs {
    return this.#markedUs;
  }

  /**
   * Books what a position gained and paid by these events;
   * `before` is the position as it was, null when there was none.
   */
  bookEvents(before: Booked | null, events: readonly HoldingEvent[]): void {
    let last = before;
    for (const event of events) {
      if (event.type === 'DustChanged') {
        this.#book(event.strategy, event.realized, event.fees);
        continue;
      }
      const { position } = event;
      const same = last?.id === position.id ? last : null;
      const realized = position.realized.minus(same?.realized ?? Decimal.zero);
      this.#book(position.strategy, realized, position.fees.minus(same?.fees ?? Decimal.zero));
      last = position;
    }
  }

  /**
   * Books cash that no trade moved; `quote` is the currency that its asset is, or is valued in. What people
   * put there or take is no profit or loss: what drawdowns are measured from grows or shrinks by the same
   * share as equity, so that none gets deeper or shallower by it. Funding and the like is a gain or a loss.
   * Coins that are put there or taken lie beside what is traded, as those did at the start: they are no part
   * of equity.
   */
  bookCash(move: Pick<CashMove, 'asset' | 'amount' | 'reason'>, quote: string, unrealized: Decimal): void {
    const { asset, amount } = move;
    if (!isTransfer(move)) {
      if (asset === quote) this.#carried = this.#carried.plus(amount);
      else this.bookUnvalued(asset, quote, amount.negated());
    } else if (asset === quote) {
      const before = this.#equity(unrealized);
      this.#transfers = this.#transfers.plus(amount);
      const after = this.#equity(unrealized);
      const { daily, peak } = this.#drawdowns;
      this.#drawdowns = {
        daily: { ...daily, from: grown(daily.from, before, after) },
        peak: { ...peak, from: grown(peak.from, before, after) },
      };
    }
  }

  /**
   * Returns how far the account has fallen; null when nothing is left to measure by. *Units*: `daily` and
   * `peak` shares of the losses at which the breaker trips, `drawdown` the day's share, money quote.
   */
  losses(unrealized: Decimal) {
    const equity = this.#equity(unrealized);
    const { daily, peak } = this.#drawdowns;
    const [dayMax, peakMax] = MEASURES.map((measure) => this.#limits.levels[measure][3].toNumber());
    const dayMayLose = daily.from.toNumber() * dayMax!;
    if (!equity.isPositive() || !(dayMayLose > 0)) return null;
    const drawdown = drawdownShare(daily.from, equity);
    const fromHeight = drawdownShare(peak.from, equity).toNumber() / peakMax!;
    const shares = { daily: drawdown.toNumber() / dayMax!, peak: fromHeight };
    return { ...shares, drawdown, equity: equity.toNumber(), dayMayLose };
  }

  /** Notes a fee that can't be valued yet. *Units*: the asset's own. */
  bookUnvalued(asset: string, quote: string, fee: Decimal): void {
    const name = roomFor(this.#unvalued, asset);
    const amount = (this.#unvalued.get(name)?.amount ?? Decimal.zero).plus(fee);
    this.#unvalued.set(name, { amount, quote });
  }

  /** Books fees whose asset has a price by now. */
  valueFees(priceOf: (asset: string, quote: string) => Decimal | null): void {
    for (const [asset, { amount, quote }] of this.#unvalued) {
      const price = priceOf(asset, quote);
      if (price === null) continue;
      this.#fees = this.#fees.plus(amount.times(price));
      this.#unvalued.delete(asset);
    }
  }

  /**
   * Returns the mark of equity at this moment and the changes of drawdown level, if any. The first mark of a
   * day is stamped with the day's start, and what it finds is what the day began with.
   */
  mark(unrealized: Decimal, nowUs: TimeUs): RiskEvent[] {
    const equity = this.#equity(unrealized);
    const timeUs = this.#beginDay(equity, nowUs);
    const { daily, peak } = this.#drawdowns;
    if (equity.greaterThan(peak.from)) this.#drawdowns = { daily, peak: { ...peak, from: equity } };
    this.#markedUs = timeUs;
    const [account, realized, drawdown] = [this.#account, this.#realized, drawdownShare(daily.from, equity)];
    const unvalued = [...this.#unvalued].map(([asset, { amount }]) => ({ asset, amount }));
    return [
      { type: 'EquityMarked', account, equity, realized, unrealized, drawdown, unvalued, timeUs },
      ...MEASURES.flatMap((measure) => {
        const { from, level } = this.#drawdowns[measure];
        const next = nextDrawdownLevel(level, from, equity, this.#limits.levels[measure]);
        return this.#setLevel(measure, next, equity, timeUs);
      }),
    ];
  }

  /**
   * Measures what tripped anew, from the present equity: whoever lifts the breaker takes the loss as it is.
   * *Errors*: InputError when nothing is left, because shares of nothing would guard nothing.
   */
  rebase(unrealized: Decimal, nowUs: TimeUs): RiskEvent[] {
    const equity = this.#equity(unrealized);
    if (!equity.isPositive())
      throw new InputError({
        field: 'equity',
        value: equity,
        because: 'nothing is left to measure a loss from',
        remedy: 'Fund the account and start it anew with its starting equity.',
      });
    const { tripped } = this;
    for (const measure of tripped)
      this.#drawdowns = { ...this.#drawdowns, [measure]: { from: equity, level: 'breaker' } };
    const marked = this.mark(unrealized, nowUs);
    return [...marked, ...tripped.flatMap((measure) => this.#setLevel(measure, 'none', equity, nowUs))];
  }

  totals(): AccountTotals {
    return {
      realized: this.#realized,
      fees: this.#fees,
      byStrategy: new Map(this.#byStrategy),
      unvaluedFees: new Map(this.#unvalued),
    };
  }

  snapshot(): EquityGuardState {
    const [drawdowns, dayEndsUs, markedUs] = [this.#drawdowns, this.#dayEndsUs, this.#markedUs];
    const cash = { starting: this.#starting, transfers: this.#transfers, carried: this.#carried };
    return { ...this.totals(), ...cash, drawdowns, dayEndsUs, markedUs };
  }

  /**
   * Begins the account's day when it has come; returns the time to stamp. A breaker stays, and an account
   * with nothing left is measured from what it had.
   */
  #beginDay(equity: Decimal, nowUs: TimeUs): TimeUs {
    if (nowUs < this.#dayEndsUs) return nowUs;
    const isFirst = this.#dayEndsUs === 0;
    const startUs = Math.floor((nowUs + this.#limits.utcOffsetUs) / US_PER_DAY) * US_PER_DAY;
    this.#dayEndsUs = startUs - this.#limits.utcOffsetUs + US_PER_DAY;
    if (isFirst) return nowUs;
    const { level } = this.#drawdowns.daily;
    const from = equity.isPositive() ? equity : this.#drawdowns.daily.from;
    this.#drawdowns = { ...this.#drawdowns, daily: { from, level } };
    return startUs - this.#limits.utcOffsetUs;
  }

  #setLevel(measure: DrawdownMeasure, to: DrawdownLevel, equity: Decimal, timeUs: TimeUs): RiskEvent[] {
    const { from: base, level: from } = this.#drawdowns[measure];
    if (to === from) return [];
    this.#drawdowns = { ...this.#drawdowns, [measure]: { from: base, level: to } };
    const [account, drawdown] = [this.#account, drawdownShare(base, equity)];
    return [{ type: 'DrawdownLevelChanged', account, measure, from, to, drawdown, timeUs }];
  }

  #book(strategy: string, realized: Decimal, fee: Decimal): void {
    this.#realized = this.#realized.plus(realized);
    this.#fees = this.#fees.plus(fee);
    const name = roomFor(this.#byStrategy, strategy);
    const sum = this.#byStrategy.get(name) ?? { realized: Decimal.zero, fees: Decimal.zero };
    this.#byStrategy.set(name, { realized: sum.realized.plus(realized), fees: sum.fees.plus(fee) });
  }

  #equity(unrealized: Decimal): Decimal {
    const cash = this.#starting.plus(this.#transfers).plus(this.#carried);
    return cash.plus(this.#realized).minus(this.#fees).plus(unrealized);
  }
}

/** Returns what a drawdown is measured from after cash moved; where nothing is left, as it was. */
function grown(from: Decimal, before: Decimal, after: Decimal): Decimal {
  if (!after.isPositive()) return from;
  return before.isPositive() ? from.times(after).dividedBy(before, BASE_PLACES, 'down') : after;
}

function roomFor(map: ReadonlyMap<string, unknown>, name: string): string {
  return map.has(name) || map.size < NAMES_MAX ? name : 'other';
}
