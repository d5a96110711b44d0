import {
  type Decimal,
  ENGINE_ACTOR,
  type HaltScope,
  InputError,
  type InstrumentId,
  isPerson,
  isStricter,
  type ModeChange,
  type RiskEvent,
  type StandingMode,
  type TimeUs,
  TradingModes,
} from '@algo/model';
import { EquityGuard, type EquityGuardState } from './equity-guard.ts';
import type { HoldingEvent } from './instrument-book.ts';
import type { SetTradingMode } from './person-commands.ts';
import type { PositionRiskSettings } from './position-risk-settings.ts';

/** Who limits an instrument while an exit of it waits. */
const EXITS = `${ENGINE_ACTOR}exits`;

/** Who limits the account while it is not well. */
const HEALTH = `${ENGINE_ACTOR}health`;

/** A drawdown in words. */
const FALLEN = { daily: 'of the day', peak: 'from the highest equity' } as const;

/** An account's equity and limits as they are kept. */
export interface AccountGuardState {
  readonly equity: EquityGuardState;
  readonly modes: readonly StandingMode[];
}

/** Watches one account's equity and says how much trading is allowed, and where. */
export class AccountGuard {
  readonly #scope: Extract<HaltScope, { kind: 'account' }>;
  readonly equity: EquityGuard;
  readonly #modes: TradingModes;

  constructor(settings: PositionRiskSettings, stored: AccountGuardState | null = null) {
    const { account, startingEquity, drawdown } = settings;
    this.#scope = { kind: 'account', account };
    this.equity =
      stored === null
        ? new EquityGuard(account, startingEquity, drawdown)
        : EquityGuard.restore(account, drawdown, stored.equity);
    this.#modes = new TradingModes(account, stored?.modes);
  }

  /** True from the moment the circuit breaker trips until a person lifts it. */
  get hasTripped(): boolean {
    return this.equity.tripped.length > 0;
  }

  /** Returns every scope whose trading is limited. */
  modes(): StandingMode[] {
    return this.#modes.entries();
  }

  /** Halts the account after the breaker tripped; stands until a person lifts it, whatever restarts. */
  halt(nowUs: TimeUs): RiskEvent[] {
    const fallen = this.equity.tripped.map((measure) => FALLEN[measure]).join(' and ');
    const reason = `the loss ${fallen} reached the circuit breaker`;
    return this.#latch(this.#scope, 'halted', reason, 'circuit-breaker', nowUs);
  }

  /** Allows exits only in an instrument whose books are wrong, until a person says otherwise. */
  restrict(instrument: InstrumentId, reason: string, nowUs: TimeUs): RiskEvent[] {
    return this.#latch({ kind: 'instrument', instrument }, 'reducing', reason, 'books', nowUs);
  }

  /** Calls a person over a position in trouble; until it has gone nothing is entered beside it. */
  callPerson(instrument: InstrumentId, reason: string, timeUs: TimeUs): RiskEvent[] {
    const scope = { kind: 'instrument', instrument } as const;
    const limit = { scope, mode: 'reducing', reason, by: EXITS, latched: false, timeUs } as const;
    return said(this.#modes.tighten(limit), null);
  }

  /** Hears of positions: with one that is closed ends the limit that only waited for its exit. */
  gone(events: readonly HoldingEvent[], timeUs: TimeUs): RiskEvent[] {
    const closed = events.find((event) => event.type === 'PositionClosed');
    if (closed === undefined) return [];
    const scope = { kind: 'instrument', instrument: closed.position.instrument } as const;
    if (this.#modes.at(scope)?.by !== EXITS) return [];
    const reason = 'the exit that was waited for has gone';
    const change = { scope, mode: 'active', reason, by: EXITS, latched: false, timeUs } as const;
    this.#modes.set(change);
    return said(change, null);
  }

  /** Stops entries while the account is not well, for this reason; null lets them pass again. */
  limitByHealth(reason: string | null, timeUs: TimeUs): RiskEvent[] {
    const about = { scope: this.#scope, by: HEALTH, latched: false, timeUs } as const;
    if (reason !== null) return said(this.#modes.tighten({ ...about, mode: 'reducing', reason }), null);
    if (this.#modes.at(this.#scope)?.by !== HEALTH) return [];
    const change = { ...about, mode: 'active', reason: 'the account is well again' } as const;
    this.#modes.set(change);
    return said(change, null);
  }

  /** Says whether a person's command allows more than what stands. */
  loosens({ scope, mode }: SetTradingMode): boolean {
    const now = this.#modes.at(scope);
    return mode === 'active' || (now !== null && isStricter(now.mode, mode));
  }

  /**
   * Does what a person asked and says what stands by it, so that each command has its answer; a latched limit
   * yields to `active` alone. Setting the account active after the breaker measures losses from present
   * equity. *Errors*: InputError when nobody signs for `active`, or nothing is left to measure from.
   */
  setMode(
    { scope, mode, reason, by, commandId }: SetTradingMode,
    unrealized: Decimal,
    timeUs: TimeUs,
  ): RiskEvent[] {
    const whole = scope.kind === 'account';
    if (whole && scope.account !== this.#scope.account) return [];
    const now = this.#modes.at(scope);
    const change = { scope, mode, reason, by, latched: false, timeUs };
    if (mode === 'active') {
      checkPerson(by);
      const rebased = whole && this.hasTripped ? this.equity.rebase(unrealized, timeUs) : [];
      this.#modes.set(change);
      return [...rebased, ...said(change, commandId)];
    }
    const latched = now?.latched ?? false;
    // What the engine limits for a while becomes the person's, so that it doesn't end by itself.
    const stands =
      now !== null && (latched ? !isStricter(mode, now.mode) : now.mode === mode && isPerson(now.by));
    // A limit that found no place binds the account.
    const limit = stands ? now : (this.#modes.set({ ...change, latched }) ?? this.#modes.at(this.#scope));
    return said(limit, commandId);
  }

  snapshot(): AccountGuardState {
    return { equity: this.equity.snapshot(), modes: this.#modes.entries() };
  }

  #latch(
    scope: HaltScope,
    mode: 'reducing' | 'halted',
    reason: string,
    actor: string,
    timeUs: TimeUs,
  ): RiskEvent[] {
    const by = `${ENGINE_ACTOR}${actor}`;
    return said(this.#modes.tighten({ scope, mode, reason, by, latched: true, timeUs }), null);
  }
}

function said(change: ModeChange | null, commandId: string | null): RiskEvent[] {
  return change === null ? [] : [{ type: 'TradingModeChanged', ...change, commandId }];
}

/** Refuses a name that no person goes by. *Errors*: InputError. */
function checkPerson(by: string): void {
  if (!isPerson(by))
    throw new InputError({
      field: 'by',
      value: by,
      because: 'not a person, and only a person may set trading active',
      remedy: 'Give the name of whoever takes the responsibility.',
    });
}
