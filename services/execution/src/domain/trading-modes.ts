import {
  type AccountId,
  type HaltScope,
  haltScopeKey,
  type InstrumentId,
  instrumentParts,
  type StrategyName,
  type TradingMode,
} from '@algo/model';

const SEVERITY: Readonly<Record<TradingMode, number>> = { active: 0, reducing: 1, halted: 2 };
/** More restrictions than this are one restriction of the whole account: bounded, and on the safe side. */
export const RESTRICTIONS_MAX = 1_000;

/** What a command touches, for looking up which halts bind it. */
export interface Reach {
  readonly account: AccountId;
  readonly instrument: InstrumentId;
  readonly strategy: StrategyName | null;
}

/** Which halts are in force. *Shape*: only what isn't `active` is kept; the strictest that applies wins. */
export class TradingModes {
  readonly #account: AccountId;
  readonly #restrictions: Map<string, TradingMode>;

  constructor(account: AccountId, restrictions: readonly (readonly [string, TradingMode])[] = []) {
    this.#account = account;
    this.#restrictions = new Map(restrictions);
  }

  /** Sets the mode of a scope; only this lifts what was set before. */
  set(scope: HaltScope, mode: TradingMode): void {
    const key = haltScopeKey(scope);
    if (mode === 'active') this.#restrictions.delete(key);
    else if (this.#restrictions.has(key) || this.#restrictions.size < RESTRICTIONS_MAX)
      this.#restrictions.set(key, mode);
    else this.tighten({ kind: 'account', account: this.#account }, mode);
  }

  /** Sets the mode of a scope unless it is stricter already. */
  tighten(scope: HaltScope, mode: TradingMode): void {
    const key = haltScopeKey(scope);
    const now = this.#restrictions.get(key) ?? 'active';
    if (SEVERITY[mode] > SEVERITY[now]) this.#restrictions.set(key, mode);
  }

  /** Returns the strictest mode that binds a command, and the scope that says so. */
  of(reach: Reach): { readonly mode: TradingMode; readonly scope: string } {
    let strictest: { mode: TradingMode; scope: string } = { mode: 'active', scope: 'none' };
    for (const scope of scopesOf(reach)) {
      const mode = this.#restrictions.get(scope) ?? 'active';
      if (SEVERITY[mode] > SEVERITY[strictest.mode]) strictest = { mode, scope };
    }
    return strictest;
  }

  entries(): readonly (readonly [string, TradingMode])[] {
    return [...this.#restrictions];
  }
}

/** Says whether a halt of this scope binds a command. */
export function binds(scope: HaltScope, reach: Reach): boolean {
  return scopesOf(reach).includes(haltScopeKey(scope));
}

function scopesOf(reach: Reach): readonly string[] {
  const { account, instrument, strategy } = reach;
  const { venue } = instrumentParts(instrument);
  const scopes: HaltScope[] = [
    { kind: 'account', account },
    { kind: 'venue', venue },
    { kind: 'instrument', instrument },
  ];
  if (strategy !== null) scopes.push({ kind: 'strategy', strategy });
  return scopes.map(haltScopeKey);
}
