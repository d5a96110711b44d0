import {
  type AccountId,
  Decimal,
  type DrawdownLevel,
  InputError,
  type Position,
  type PositionEvent,
  type RiskEvent,
  type TimeUs,
} from '@algo/model';
import { type DrawdownLevels, drawdownShare, nextDrawdownLevel } from './drawdown.ts';

interface Sum {
  readonly realized: Decimal;
  readonly fees: Decimal;
}

/** What an account has made. *Units*: account currency; `unvaluedFees` in each asset's own units. */
export interface AccountTotals extends Sum {
  readonly byStrategy: ReadonlyMap<string, Sum>;
  /** Fees charged in assets whose price we have never seen; missing from `fees`. */
  readonly unvaluedFees: ReadonlyMap<string, Decimal>;
}

/** Equity as it is kept. *Units*: account currency. */
export interface EquityGuardState extends AccountTotals {
  readonly starting: Decimal;
  readonly session: Decimal;
  readonly level: DrawdownLevel;
  readonly markedUs: TimeUs;
}

/** Names kept apart in the totals; what comes beyond them is summed under `other`. */
const NAMES_MAX = 256;

type Booked = Pick<Position, 'id' | 'realized' | 'fees'>;

/** Adds up what an account made and says how far its equity is below where the session began. */
export class EquityGuard {
  readonly #account: AccountId;
  readonly #levels: DrawdownLevels;
  readonly #starting: Decimal;
  #session: Decimal;
  #realized = Decimal.zero;
  #fees = Decimal.zero;
  #byStrategy = new Map<string, Sum>();
  #unvalued = new Map<string, Decimal>();
  #level: DrawdownLevel = 'none';
  #markedUs: TimeUs = 0;

  constructor(account: AccountId, starting: Decimal, levels: DrawdownLevels) {
    this.#account = account;
    this.#levels = levels;
    this.#starting = starting;
    this.#session = starting;
  }

  static restore(account: AccountId, levels: DrawdownLevels, state: EquityGuardState): EquityGuard {
    const guard = new EquityGuard(account, state.starting, levels);
    guard.#session = state.session;
    guard.#realized = state.realized;
    guard.#fees = state.fees;
    guard.#byStrategy = new Map(state.byStrategy);
    guard.#unvalued = new Map(state.unvaluedFees);
    guard.#level = state.level;
    guard.#markedUs = state.markedUs;
    return guard;
  }

  get level(): DrawdownLevel {
    return this.#level;
  }

  /** When equity was last marked. */
  get markedUs(): TimeUs {
    return this.#markedUs;
  }

  /**
   * Books what a position gained and paid by these events;
   * `before` is the position as it was, null when there was none.
   */
  bookEvents(before: Booked | null, events: readonly PositionEvent[]): void {
    let last = before;
    for (const { position } of events) {
      const same = last?.id === position.id ? last : null;
      const realized = position.realized.minus(same?.realized ?? Decimal.zero);
      this.#book(position.strategy, realized, position.fees.minus(same?.fees ?? Decimal.zero));
      last = position;
    }
  }

  /** Notes a fee that can't be valued. *Units*: the asset's own. */
  bookUnvalued(asset: string, fee: Decimal): void {
    const name = roomFor(this.#unvalued, asset);
    this.#unvalued.set(name, (this.#unvalued.get(name) ?? Decimal.zero).plus(fee));
  }

  /** Returns the mark of equity at this moment and the change of drawdown level, if any. */
  mark(unrealized: Decimal, nowUs: TimeUs): RiskEvent[] {
    const equity = this.#equity(unrealized);
    const account = this.#account;
    const drawdown = drawdownShare(this.#session, equity);
    this.#markedUs = nowUs;
    const events: RiskEvent[] = [
      {
        type: 'EquityMarked',
        account,
        equity,
        realized: this.#realized,
        unrealized,
        drawdown,
        timeUs: nowUs,
      },
    ];
    const from = this.#level;
    const to = nextDrawdownLevel(from, this.#session, equity, this.#levels);
    if (to !== from) {
      this.#level = to;
      events.push({ type: 'DrawdownLevelChanged', account, from, to, drawdown, timeUs: nowUs });
    }
    return events;
  }

  /**
   * Begins a new session at the present equity: whoever lifts the breaker takes the loss as it is.
   * *Errors*: InputError when nothing is left, because shares of nothing would guard nothing.
   */
  rebase(unrealized: Decimal, nowUs: TimeUs): RiskEvent[] {
    const equity = this.#equity(unrealized);
    if (!equity.isPositive())
      throw new InputError({
        field: 'equity',
        value: equity,
        because: 'nothing is left to begin a session with',
        remedy: 'Fund the account and start it anew with its starting equity.',
      });
    this.#session = equity;
    const from = this.#level;
    this.#level = 'none';
    const events = this.mark(unrealized, nowUs);
    if (from === 'none') return events;
    const drawdown = Decimal.zero;
    return [
      ...events,
      { type: 'DrawdownLevelChanged', account: this.#account, from, to: 'none', drawdown, timeUs: nowUs },
    ];
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
    const [starting, session, level, markedUs] = [this.#starting, this.#session, this.#level, this.#markedUs];
    return { ...this.totals(), starting, session, level, markedUs };
  }

  #book(strategy: string, realized: Decimal, fee: Decimal): void {
    this.#realized = this.#realized.plus(realized);
    this.#fees = this.#fees.plus(fee);
    const name = roomFor(this.#byStrategy, strategy);
    const sum = this.#byStrategy.get(name) ?? { realized: Decimal.zero, fees: Decimal.zero };
    this.#byStrategy.set(name, { realized: sum.realized.plus(realized), fees: sum.fees.plus(fee) });
  }

  #equity(unrealized: Decimal): Decimal {
    return this.#starting.plus(this.#realized).minus(this.#fees).plus(unrealized);
  }
}

function roomFor(map: ReadonlyMap<string, unknown>, name: string): string {
  return map.has(name) || map.size < NAMES_MAX ? name : 'other';
}
