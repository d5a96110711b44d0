import type { ControlCommand, Decimal, HaltScope, InstrumentId, RiskEvent, TimeUs } from '@algo/model';
import { EquityGuard, type EquityGuardState } from './equity-guard.ts';
import type { PositionRiskSettings } from './position-risk-settings.ts';
import { checkPerson, ENGINE_ACTOR, type ScopedMode, TradingModes } from './trading-modes.ts';

/** An account's equity and limits as they are kept. */
export interface AccountGuardState {
  readonly equity: EquityGuardState;
  readonly modes: readonly ScopedMode[];
}

/** Watches one account's equity and says how much trading is allowed, and where. */
export class AccountGuard {
  readonly #scope: Extract<HaltScope, { kind: 'account' }>;
  readonly equity: EquityGuard;
  readonly #modes: TradingModes;

  constructor(settings: PositionRiskSettings, stored: AccountGuardState | null = null) {
    const { account, startingEquity, drawdownLevels } = settings;
    this.#scope = { kind: 'account', account };
    this.equity =
      stored === null
        ? new EquityGuard(account, startingEquity, drawdownLevels)
        : EquityGuard.restore(account, drawdownLevels, stored.equity);
    this.#modes = new TradingModes(stored?.modes);
  }

  /** True from the moment the circuit breaker trips until a person lifts it. */
  get hasTripped(): boolean {
    return this.equity.level === 'breaker';
  }

  /** Returns every scope whose trading is limited. */
  modes(): ScopedMode[] {
    return this.#modes.entries();
  }

  /** Halts the account after the breaker tripped; stands until a person lifts it, whatever restarts. */
  halt(nowUs: TimeUs): RiskEvent[] {
    return this.#latch(
      this.#scope,
      'halted',
      'drawdown reached the circuit breaker',
      'circuit-breaker',
      nowUs,
    );
  }

  /** Allows exits only in an instrument, until a person says otherwise. */
  restrict(instrument: InstrumentId, reason: string, actor: 'exits' | 'books', nowUs: TimeUs): RiskEvent[] {
    return this.#latch({ kind: 'instrument', instrument }, 'reducing', reason, actor, nowUs);
  }

  /**
   * Does what a person asked. Setting the account active
   * after the breaker begins a new session at present equity.
   * *Errors*: InputError when nobody signs for `active`, or nothing is left to begin a session with.
   */
  setMode(
    command: Extract<ControlCommand, { type: 'SetTradingMode' }>,
    unrealized: Decimal,
    timeUs: TimeUs,
  ): RiskEvent[] {
    const { scope, mode, reason, by } = command;
    const whole = scope.kind === 'account';
    if (whole && scope.account !== this.#scope.account) return [];
    if (mode === 'active') checkPerson(by);
    const lifts = whole && mode === 'active' && this.hasTripped;
    const rebased = lifts ? this.equity.rebase(unrealized, timeUs) : [];
    const change = this.#modes.set({ scope, mode, reason, by, latched: false, timeUs });
    return change === null ? rebased : [...rebased, change];
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
    const change = this.#modes.latch({ scope, mode, reason, by: `${ENGINE_ACTOR}${actor}`, timeUs });
    return change === null ? [] : [change];
  }
}
