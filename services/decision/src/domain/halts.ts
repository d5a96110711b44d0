import type { AccountId, HaltScope, Instrument, RiskEvent, StrategyName, TradingMode } from '@algo/model';

/** How many scopes can be halted one by one; a further halt binds the whole account, the cautious side to fail on. */
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
    const scope = scopeKey(event.scope);
    if (event.mode === 'active') {
      this.#halts.delete(scope);
      return;
    }
    const full = this.#halts.size >= HALTS_MAX && !this.#halts.has(scope);
    const key = full ? `account:${this.#account}` : scope;
    this.#halts.set(key, { scope: key, mode: event.mode, reason: event.reason });
  }

  /** Returns the widest halt that binds an entry, or null. */
  binding(instrument: Instrument, strategy: StrategyName): Halt | null {
    const keys = [
      `account:${this.#account}`,
      `venue:${instrument.venue}`,
      `instrument:${instrument.id}`,
      `strategy:${strategy}`,
    ];
    for (const key of keys) {
      const halt = this.#halts.get(key);
      if (halt !== undefined) return halt;
    }
    return null;
  }

  snapshot(): Halt[] {
    return [...this.#halts.values()];
  }
}

function scopeKey(scope: HaltScope): string {
  switch (scope.kind) {
    case 'account':
      return `account:${scope.account}`;
    case 'venue':
      return `venue:${scope.venue}`;
    case 'instrument':
      return `instrument:${scope.instrument}`;
    case 'strategy':
      return `strategy:${scope.strategy}`;
    default:
      return scope satisfies never;
  }
}
