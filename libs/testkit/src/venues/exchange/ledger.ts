import { Decimal } from '@algo/model';
import { Versions } from './versions.ts';

/** What an account holds of an asset. */
export interface Holding {
  readonly free: Decimal;
  readonly locked: Decimal;
}

const NOTHING: Holding = { free: Decimal.zero, locked: Decimal.zero };

/** Coins by account and asset. Nothing comes from nowhere: what one gives another takes. */
export class Ledger {
  readonly #holdings = new Map<string, Map<string, Versions<Holding>>>();
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  get accounts(): readonly string[] {
    return [...this.#holdings.keys()];
  }

  open(account: string): void {
    this.#holdings.set(account, new Map());
  }

  /** Returns the assets that an account has ever held, in the order of their names. */
  assets(account: string): readonly string[] {
    return [...(this.#holdings.get(account)?.keys() ?? [])].toSorted();
  }

  holding(account: string, asset: string): Holding {
    return this.#holdings.get(account)?.get(asset)?.now ?? NOTHING;
  }

  /** Returns what it was at a time. */
  holdingAt(account: string, asset: string, ms: number): Holding {
    return this.#holdings.get(account)?.get(asset)?.at(ms) ?? NOTHING;
  }

  /** Adds what comes from outside or goes there; below nothing it can't go. */
  move(account: string, asset: string, amount: Decimal): void {
    const { free, locked } = this.holding(account, asset);
    this.#set(account, asset, { free: free.plus(amount), locked });
  }

  /** Sets aside what an order may take. Returns false, and does nothing, where there is less. */
  lock(account: string, asset: string, amount: Decimal): boolean {
    const { free, locked } = this.holding(account, asset);
    if (free.lessThan(amount)) return false;
    if (!amount.isZero())
      this.#set(account, asset, { free: free.minus(amount), locked: locked.plus(amount) });
    return true;
  }

  unlock(account: string, asset: string, amount: Decimal): void {
    const { free, locked } = this.holding(account, asset);
    if (!amount.isZero())
      this.#set(account, asset, { free: free.plus(amount), locked: locked.minus(amount) });
  }

  #set(account: string, asset: string, holding: Holding): void {
    if (holding.free.isNegative() || holding.locked.isNegative())
      throw new Error(
        `${account} would hold ${holding.free} free and ${holding.locked} locked ${asset}: books are broken`,
      );
    const assets = this.#holdings.get(account);
    if (assets === undefined) throw new Error(`the stand-in has no account ${account}`);
    const known = assets.get(asset);
    if (known === undefined) assets.set(asset, new Versions(this.#nowMs(), holding));
    else known.set(this.#nowMs(), holding);
  }
}
