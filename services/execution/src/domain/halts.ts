import { type AccountId, RecentMap, type StandingMode, TradingModes } from '@algo/model';
import type { ExecutionInput } from './execution-io.ts';

/** Limits of persons that wait for position-risk's word; more than persons give while it is away. */
const UNANSWERED_MAX = 256;

/** The halts that stand, as they are kept. *Shape*: `unanswered` by command. */
export interface HaltsState {
  readonly modes: readonly StandingMode[];
  readonly unanswered: readonly (readonly [commandId: string, limit: StandingMode])[];
}

/** Who may trade, by position-risk's words and by what persons ask while it hasn't answered. */
export class Halts {
  readonly modes: TradingModes;
  readonly #account: AccountId;
  readonly #unanswered: RecentMap<StandingMode>;

  constructor(account: AccountId, state?: HaltsState) {
    this.#account = account;
    this.modes = new TradingModes(account, state?.modes);
    this.#unanswered = new RecentMap(UNANSWERED_MAX, state?.unanswered);
  }

  /**
   * A person limits trading: it holds at once, also while position-risk is away. Only position-risk's word
   * loosens; a command that it has answered already must not come here, for the answer is newer. Returns
   * what stands newly by it, or null.
   */
  asked(input: Extract<ExecutionInput, { type: 'SetTradingMode' }>): StandingMode | null {
    const { commandId, scope, mode, reason, by, timeUs } = input;
    if (mode === 'active' || (scope.kind === 'account' && scope.account !== this.#account)) return null;
    const limit = { scope, mode, reason, by, latched: false, timeUs };
    this.#unanswered.set(commandId, limit);
    return this.modes.tighten(limit);
  }

  /** Position-risk says what holds. Returns what stands newly by it, or null. */
  changed(input: Extract<ExecutionInput, { type: 'TradingModeChanged' }>): StandingMode | null {
    if (input.commandId !== null) this.#unanswered.delete(input.commandId);
    const standing = this.modes.set(input);
    // What a person has limited since must not be loosened by an answer to somebody before.
    for (const [, limit] of this.#unanswered.entries()) this.modes.tighten(limit);
    return standing;
  }

  state(): HaltsState {
    return { modes: this.modes.entries(), unanswered: this.#unanswered.entries() };
  }
}
