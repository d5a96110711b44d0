import {
  type AccountId,
  type HaltScope,
  haltScopeKey,
  type Instrument,
  type RiskEvent,
  type StrategyName,
  type TradingMode,
} from '@algo/model';

/**
 * How many scopes can be halted one by one; a further halt
 * binds the whole account, the cautious side to fail on.
 */
export const HALTS_MAX = 10_000;

/** A scope in which no entries are allowed. `scope` is `kind:name`. */
export interface Halt {
  readonly scope: string;
  readonly mode: Exclude<TradingMode, 'active'>;
  readonly reason: string;
}

/** Remembers who may not open positions. Both reducing and halted forbid entries. */
export class Halts {
  readonly #account: AccountId;
  readonly #halts: Map<string, Halt>;

  constructor(account: AccountId, halts: readonly Halt[]) {
    this.#account = account;
    this.#halts = new Map(halts.map((halt) => [halt.scope, halt]));
  }

  apply(event: Extract<RiskEvent, { type: 'TradingModeChanged' }>): void {
    const scope = haltScopeKey(event.scope);
    if (event.mode === 'active') {
      this.#halts.delete(scope);
      return;
    }
    const full = this.#halts.size >= HALTS_MAX && !this.#halts.has(scope);
    const key = full ? haltScopeKey({ kind: 'account', account: this.#account }) : scope;
    this.#halts.set(key, { scope: key, mode: event.mode, reason: event.reason });
  }

  /** Returns the widest halt that binds an entry, or null. */
  binding(instrument: Instrument, strategy: StrategyName): Halt | null {
    const scopes: readonly HaltScope[] = [
      { kind: 'account', account: this.#account },
      { kind: 'venue', venue: instrument.venue },
      { kind: 'instrument', instrument: instrument.id },
      { kind: 'strategy', strategy },
    ];
    for (const scope of scopes) {
      const halt = this.#halts.get(haltScopeKey(scope));
      if (halt !== undefined) return halt;
    }
    return null;
  }

  snapshot(): Halt[] {
    return [...this.#halts.values()];
  }
}
