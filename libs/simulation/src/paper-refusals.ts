import { type AccountId, type ClientOrderId, RecentMap, type SubmitOutcome, type TimeUs } from '@algo/model';
import type { PaperRefusal, Refusal } from './paper-filters.ts';
import { REFUSED_MAX } from './paper-settings.ts';
import type { PaperVices } from './paper-vices.ts';

/** What the gate turns away, before the books have seen it. */
const AT_THE_GATE: ReadonlySet<PaperRefusal> = new Set([
  ...(['rate_limited', 'banned', 'cancel_only', 'closed'] as const),
]);

/** What each account was refused last, oldest first. */
export type RefusalsState = ReadonlyMap<AccountId, readonly (readonly [ClientOrderId, Refusal])[]>;

/**
 * Makes a refusal final, where it is: the id of a refused order is spent, so that a second copy of it is
 * refused in the same words, whenever it comes. What `gateForgets` turns away it doesn't remember.
 */
export class PaperRefusals {
  readonly #gateForgets: boolean;
  readonly #spent = new Map<AccountId, RecentMap<Refusal>>();

  constructor({ gateForgets }: Pick<PaperVices, 'gateForgets'>, state: RefusalsState = new Map()) {
    this.#gateForgets = gateForgets === 1;
    for (const [account, refusals] of state) this.#spent.set(account, new RecentMap(REFUSED_MAX, refusals));
  }

  /** Returns why an order was refused before. */
  of(account: AccountId, id: ClientOrderId): Refusal | undefined {
    return this.#spent.get(account)?.get(id);
  }

  /** Refuses an order, and says whether that is for good. */
  refuse(account: AccountId, id: ClientOrderId, refusal: Refusal, timeUs: TimeUs): SubmitOutcome {
    return refused(id, refusal, this.#evidence(account, id, refusal), timeUs);
  }

  snapshot(): RefusalsState {
    return new Map(
      [...this.#spent].map(([account, refusals]) => [
        account,
        refusals.entries().map(([id, refusal]) => [id as ClientOrderId, refusal] as const),
      ]),
    );
  }

  #evidence(account: AccountId, id: ClientOrderId, refusal: Refusal): readonly string[] {
    const { code, detail } = refusal;
    if (code === 'duplicate' || (this.#gateForgets && AT_THE_GATE.has(code))) return [];
    if (code === 'epoch_over' || code === 'unknown_account') return [detail];
    const spent = this.#spent.get(account) ?? new RecentMap(REFUSED_MAX);
    this.#spent.set(account, spent);
    spent.set(id, refusal);
    return ['the exchange spends the id of an order that it refuses'];
  }
}

/** Returns a refusal as it is told; `evidence` says why it is for good. */
export function refused(
  clientOrderId: ClientOrderId,
  refusal: Refusal,
  evidence: readonly string[],
  timeUs: TimeUs,
): SubmitOutcome {
  const { code, detail, retryAfterMs = null } = refusal;
  return { type: 'refused', clientOrderId, reason: `${code}: ${detail}`, retryAfterMs, evidence, timeUs };
}
