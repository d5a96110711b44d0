import { type AccountId, type CashMove, CommandIds, type TimeUs, US_PER_DAY } from '@algo/model';
import type { CashAnswer, ExecutionInput, ExecutionOutput } from './execution-io.ts';

/** So long before its last answer the venue is asked about again: its reads may be old, or cut short. */
const OVERLAP_US = US_PER_DAY;
/** Movements that are known when they are told again; a day has far fewer. */
const IDS_MAX = 10_000;

/**
 * Cash as it is kept. *Shape*: `fromUs` the first time that was told, null before any: what moved before it
 * is in what the account began with; `readUs` as of when the venue's last answer holds.
 */
export interface CashWatchState {
  readonly fromUs: TimeUs | null;
  readonly readUs: TimeUs;
  readonly ids: readonly string[];
}

/**
 * Says what cash no trade moved, once for each movement: the account stream tells of it, perhaps twice,
 * perhaps never, so that the venue is also asked for all since, at each comparison of the books.
 */
export class CashWatch {
  readonly #account: AccountId;
  readonly #ids: CommandIds;
  #fromUs: TimeUs | null;
  #readUs: TimeUs;

  constructor(account: AccountId, state: CashWatchState = { fromUs: null, readUs: 0, ids: [] }) {
    this.#account = account;
    this.#ids = new CommandIds(IDS_MAX, state.ids);
    this.#fromUs = state.fromUs;
    this.#readUs = state.readUs;
  }

  state(): CashWatchState {
    return { fromUs: this.#fromUs, readUs: this.#readUs, ids: this.#ids.all() };
  }

  /** Hears of everything; most of it moves no cash. */
  hear(input: ExecutionInput, out: ExecutionOutput[]): void {
    switch (input.type) {
      case 'TimeAdvanced':
        // At first a feed is sure of nothing: since then would be since ever.
        if (!input.warm && input.sureUs > 0) this.#fromUs ??= input.sureUs;
        return;
      case 'VenueCashMoved':
        this.#moved(input, out);
        return;
      case 'CashFetched':
        this.#fetched(input.answer, out);
        return;
      case 'ReconciliationCompleted':
        this.#ask(out);
        return;
      default:
    }
  }

  #ask(out: ExecutionOutput[]): void {
    if (this.#fromUs === null) return;
    const sinceUs = Math.max(this.#fromUs, this.#readUs - OVERLAP_US);
    out.push({ type: 'FetchCash', account: this.#account, sinceUs });
  }

  #fetched(answer: CashAnswer, out: ExecutionOutput[]): void {
    if (answer.type === 'failed') return;
    for (const move of answer.moves) this.#moved(move, out);
    this.#readUs = Math.max(this.#readUs, answer.asOfUs);
  }

  #moved(move: CashMove, out: ExecutionOutput[]): void {
    if (move.account === this.#account && this.#ids.isNew(move.venueMoveId))
      out.push({ ...move, type: 'CashMoved' });
  }
}
