import type { AccountId, InstrumentId, StrategyName } from './ids.ts';
import { instrumentParts } from './instrument.ts';
import { type HaltScope, haltScopeKey, type RiskEvent, type TradingMode } from './risk.ts';

/** Parts of the engine that limit trading sign with this prefix; a person's name never starts with it. */
export const ENGINE_ACTOR = 'engine:';

/** Says whether a person signed, and no part of the engine. */
export function isPerson(by: string): boolean {
  return by.trim() !== '' && !by.startsWith(ENGINE_ACTOR);
}

/** So many scopes can be limited one by one; a further limit binds the whole account instead. */
export const LIMITED_SCOPES_MAX = 1_024;

const STRICTNESS = { active: 0, reducing: 1, halted: 2 } as const satisfies Record<TradingMode, number>;

/** What is said when the mode of a scope changes. */
export type ModeChange = Omit<
  Extract<RiskEvent, { readonly type: 'TradingModeChanged' }>,
  'type' | 'commandId'
>;

/** A scope whose trading is limited, by whom and why. *Shape*: `latched` is lifted by a person alone. */
export interface StandingMode extends ModeChange {
  readonly mode: Exclude<TradingMode, 'active'>;
}

/** What an order touches. *Shape*: `strategy` null for an exit, which no halt of a strategy binds. */
export interface Reach {
  readonly account: AccountId;
  readonly instrument: InstrumentId;
  readonly strategy: StrategyName | null;
}

/** Returns true when the first mode allows less than the second. */
export function isStricter(mode: TradingMode, than: TradingMode): boolean {
  return STRICTNESS[mode] > STRICTNESS[than];
}

/**
 * Which limits stand in one account, by scope. *Shape*: the last word about a scope counts, whatever time it
 * carries, since a person's clock stamps some of them: changes must be given in the order of their lane, each
 * once. At most LIMITED_SCOPES_MAX scopes, and the account's own: a limit that finds no place binds the
 * account, which costs entries and no money.
 */
export class TradingModes {
  readonly #account: HaltScope;
  readonly #standing: Map<string, StandingMode>;

  constructor(account: AccountId, standing: readonly StandingMode[] = []) {
    this.#account = { kind: 'account', account };
    this.#standing = new Map(standing.map((mode) => [haltScopeKey(mode.scope), mode]));
  }

  /**
   * Takes the last word about a scope, looser or stricter; the engine's own `active` lifts nothing that is
   * latched. Returns what stands by it: null when that is nothing, or nothing that did not stand before.
   */
  set(change: ModeChange): StandingMode | null {
    const { scope, mode, by } = change;
    if (mode !== 'active') return this.#store({ ...change, mode });
    if (isPerson(by) || this.at(scope)?.latched !== true) this.#standing.delete(haltScopeKey(scope));
    return null;
  }

  /** Limits a scope at least as much as asked, never less than before. Returns as `set`. */
  tighten(limit: StandingMode): StandingMode | null {
    const now = this.at(limit.scope);
    if (now === null) return this.#store(limit);
    if (isStricter(now.mode, limit.mode)) return null;
    if (now.mode === limit.mode && (now.latched || !limit.latched)) return null;
    return this.#store({ ...limit, latched: now.latched || limit.latched });
  }

  /** Returns the limit of exactly this scope; null where none stands. */
  at(scope: HaltScope): StandingMode | null {
    return this.#standing.get(haltScopeKey(scope)) ?? null;
  }

  /** Returns the strictest limit that binds an order, the widest of equally strict ones; null for none. */
  binding(reach: Reach): StandingMode | null {
    let strictest: StandingMode | null = null;
    for (const scope of scopesOf(reach)) {
      const standing = this.at(scope);
      if (standing !== null && isStricter(standing.mode, strictest?.mode ?? 'active')) strictest = standing;
    }
    return strictest;
  }

  /** Returns all limits that stand, as plain values. */
  entries(): StandingMode[] {
    return [...this.#standing.values()];
  }

  #store({ scope, mode, reason, by, latched, timeUs }: StandingMode): StandingMode | null {
    const key = haltScopeKey(scope);
    const hasPlace = this.#standing.has(key) || this.#standing.size < LIMITED_SCOPES_MAX;
    if (hasPlace || key === haltScopeKey(this.#account)) {
      const standing = { scope, mode, reason, by, latched, timeUs };
      this.#standing.set(key, standing);
      return standing;
    }
    const why = `${key} and ${LIMITED_SCOPES_MAX} other scopes are limited: ${reason}`;
    return this.tighten({ scope: this.#account, mode, reason: why, by, latched, timeUs });
  }
}

/** Returns true when a limit of this scope binds an order. */
export function binds(scope: HaltScope, reach: Reach): boolean {
  const key = haltScopeKey(scope);
  return scopesOf(reach).some((one) => haltScopeKey(one) === key);
}

/** Widest first. */
function scopesOf({ account, instrument, strategy }: Reach): readonly HaltScope[] {
  const scopes: readonly HaltScope[] = [
    { kind: 'account', account },
    { kind: 'venue', venue: instrumentParts(instrument).venue },
    { kind: 'instrument', instrument },
  ];
  return strategy === null ? scopes : [...scopes, { kind: 'strategy', strategy }];
}
