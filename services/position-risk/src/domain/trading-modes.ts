import {
  type HaltScope,
  haltScopeKey,
  InputError,
  type RiskEvent,
  type TimeUs,
  type TradingMode,
} from '@algo/model';

/** Actors inside the engine sign with this prefix; a person's name never starts with it. */
export const ENGINE_ACTOR = 'engine:';

/** A scope whose trading is limited, and by whom and why. */
export interface ScopedMode {
  readonly scope: HaltScope;
  readonly mode: TradingMode;
  readonly reason: string;
  readonly by: string;
  readonly latched: boolean;
  readonly timeUs: TimeUs;
}

/** More scopes than anyone halts by hand; a flood of made-up ones must not grow memory. */
const SCOPES_MAX = 1_024;
const STRICTNESS = { active: 0, reducing: 1, halted: 2 } as const satisfies Record<TradingMode, number>;

/** The halts that stand, by scope. A latched one yields only to a person who sets the scope active. */
export class TradingModes {
  readonly #modes: Map<string, ScopedMode>;

  constructor(modes: readonly ScopedMode[] = []) {
    this.#modes = new Map(modes.map((mode) => [haltScopeKey(mode.scope), mode]));
  }

  /**
   * Does what a person asked and returns the change, null when nothing changes.
   * *Errors*: InputError when a scope is set active by nobody, or there are too many scopes.
   */
  set(change: ScopedMode): RiskEvent | null {
    const key = haltScopeKey(change.scope);
    const standing = this.#modes.get(key);
    if (change.mode === 'active') {
      checkPerson(change.by);
      if (standing === undefined) return null;
      this.#modes.delete(key);
      return changed(change);
    }
    const loosens = STRICTNESS[change.mode] < STRICTNESS[standing?.mode ?? 'active'];
    if (standing?.mode === change.mode || (standing?.latched && loosens)) return null;
    this.#store(key, { ...change, latched: change.latched || (standing?.latched ?? false) });
    return changed(this.#modes.get(key)!);
  }

  /**
   * Makes a scope at least as strict as asked and latches
   * it; returns the change, null when it is that already.
   */
  latch(limit: Omit<ScopedMode, 'latched'>): RiskEvent | null {
    const key = haltScopeKey(limit.scope);
    const standing = this.#modes.get(key);
    if (standing !== undefined && STRICTNESS[standing.mode] > STRICTNESS[limit.mode]) return null;
    if (standing?.mode === limit.mode && standing.latched) return null;
    this.#store(key, { ...limit, latched: true });
    return changed(this.#modes.get(key)!);
  }

  /** Returns all that isn't plainly active. */
  entries(): ScopedMode[] {
    return [...this.#modes.values()];
  }

  #store(key: string, mode: ScopedMode): void {
    if (!this.#modes.has(key) && this.#modes.size >= SCOPES_MAX)
      throw new InputError({
        field: 'scope',
        value: key,
        because: `already ${SCOPES_MAX} scopes are limited`,
        remedy: 'Set scopes active that are no longer needed, or halt the account.',
      });
    this.#modes.set(key, mode);
  }
}

function changed(mode: ScopedMode): RiskEvent {
  return { type: 'TradingModeChanged', ...mode };
}

/** Refuses a name that no person goes by. *Errors*: InputError. */
export function checkPerson(by: string): void {
  if (by.trim() === '' || by.startsWith(ENGINE_ACTOR))
    throw new InputError({
      field: 'by',
      value: by,
      because: 'not a person, and only a person may set trading active',
      remedy: 'Give the name of whoever takes the responsibility.',
    });
}
