import {
  type CashMove,
  Decimal,
  type Fill,
  type Instrument,
  MARKET_TRAITS,
  sightingOf,
  type TimeUs,
  type VenueBalance,
} from '@algo/model';
import type { FillsDifference } from './fills-difference.ts';

/** A balance may be off by this share of itself before it counts as off: 0.1 %. */
export const BALANCE_TOLERANCE = Decimal.of('0.001');

/**
 * One asset. *Units*: `total` of the asset, what there should be; `changedUs` when that changed last;
 * `differs` another total that the venue has shown, and as of when by its own clock.
 */
interface Cash {
  readonly total: Decimal;
  readonly changedUs: TimeUs;
  readonly differs: { readonly held: Decimal; readonly shownUs: TimeUs } | null;
}

/**
 * A cash book as it is kept. *Shape*: bounded by the assets of the account; `unfollowed` are moved by more
 * than fills and transfers.
 */
export interface CashBookState {
  readonly assets: ReadonlyMap<string, Cash>;
  readonly unfollowed: ReadonlySet<string>;
}

/**
 * As of when the venue shows its books, by its own clock, null where it does not say; and how old that may
 * be. *Units*: µs.
 */
export interface ReadingTime {
  readonly shownUs: TimeUs | null;
  readonly staleUs: number;
}

/** What the venue shows of an account's cash, and the fills that our books have not got yet. */
export interface CashShown extends ReadingTime {
  readonly balances: readonly VenueBalance[];
  readonly missed: Pick<FillsDifference, 'own' | 'foreign' | 'behind'>;
}

/**
 * Cash of an account by asset: what the venue showed when an asset was first looked at, and behind that our
 * fills, fees and what moved without a trade. Coins that we hold as positions are compared there, and are no
 * cash.
 */
export class CashBook {
  readonly #coins: ReadonlySet<string>;
  readonly #assets: Map<string, Cash>;
  readonly #unfollowed: Set<string>;

  constructor(instruments: Iterable<Instrument>, state?: CashBookState) {
    const delivered = [...instruments].filter(({ market }) => MARKET_TRAITS[market].deliversBase);
    this.#coins = new Set(delivered.map(({ base }) => base));
    this.#assets = new Map(state?.assets);
    this.#unfollowed = new Set(state?.unfollowed);
  }

  state(): CashBookState {
    return { assets: new Map(this.#assets), unfollowed: new Set(this.#unfollowed) };
  }

  /** Returns what there should be of each asset whose opening is written down. */
  expected(): ReadonlyMap<string, Decimal> {
    return new Map([...this.#assets].map(([asset, { total }]) => [asset, total]));
  }

  /** Books what a fill of the account paid and brought. */
  filled(fill: Fill, instrument: Instrument | undefined): void {
    if (instrument === undefined) return;
    for (const [asset, change] of cashOf(fill, instrument))
      if (MARKET_TRAITS[instrument.market].balancesFollowFills) this.#add(asset, change, fill.timeUs);
      else this.#forget(asset);
  }

  /** Books what moved without a trade. */
  moved({ asset, amount, timeUs }: CashMove): void {
    this.#add(asset, amount, timeUs);
  }

  /**
   * Takes what the venue shows: it opens an asset that was not looked at before, and what two moments of its
   * clock show is so from then on. Others' trades leave their assets to be opened anew. Returns whether
   * anything has changed.
   */
  settle({ balances, missed, shownUs, staleUs }: CashShown, instrumentOf: InstrumentOf): boolean {
    let isOther = false;
    for (const fill of missed.foreign)
      for (const [asset] of cashOf(fill, instrumentOf(fill))) isOther = this.#assets.delete(asset) || isOther;
    if (shownUs === null || missed.own.length + missed.foreign.length + missed.behind.size > 0)
      return isOther;
    for (const { asset, total: held } of balances) {
      if (this.#coins.has(asset) || this.#unfollowed.has(asset)) continue;
      const before = this.#assets.get(asset);
      const after = before === undefined ? opened(held, shownUs) : seen(before, held, shownUs, staleUs);
      isOther ||= after.total !== before?.total;
      this.#assets.set(asset, after);
    }
    return isOther;
  }

  #add(asset: string, change: Decimal, timeUs: TimeUs): void {
    const cash = this.#assets.get(asset);
    if (cash === undefined) return;
    const changedUs = Math.max(cash.changedUs, timeUs);
    this.#assets.set(asset, { total: cash.total.plus(change), changedUs, differs: null });
  }

  /** From now on more than fills moves it: profit of contracts, funding, interest. */
  #forget(asset: string): void {
    this.#unfollowed.add(asset);
    this.#assets.delete(asset);
  }
}

/** Finds the rules of what a fill traded. */
export type InstrumentOf = (fill: Pick<Fill, 'instrument'>) => Instrument | undefined;

/** Returns what a fill moved that is no coin of its own instrument: what was paid or earned, and the fee. */
export function cashOf(fill: Fill, instrument: Instrument | undefined): readonly [string, Decimal][] {
  if (instrument === undefined) return [];
  const cost = fill.quantity.times(fill.price);
  const paid: [string, Decimal] = [instrument.quote, fill.side === 'buy' ? cost.negated() : cost];
  return fill.feeAsset === instrument.base ? [paid] : [paid, [fill.feeAsset, fill.fee.negated()]];
}

/** Says whether what the venue holds is other than what there should be. */
export function isOff(expected: Decimal, held: Decimal): boolean {
  return held.minus(expected).abs().greaterThan(expected.abs().times(BALANCE_TOLERANCE));
}

function opened(total: Decimal, shownUs: TimeUs): Cash {
  return { total, changedUs: shownUs, differs: null };
}

function seen(cash: Cash, held: Decimal, shownUs: TimeUs, staleUs: number): Cash {
  if (!isOff(cash.total, held)) return cash.differs === null ? cash : { ...cash, differs: null };
  const { changedUs, differs } = cash;
  const first = differs?.held.equals(held) ? differs.shownUs : null;
  switch (sightingOf(shownUs, first, { changedUs, staleUs })) {
    case 'again':
      return opened(held, shownUs);
    case 'first':
      return { ...cash, differs: { held, shownUs } };
    case 'nothing':
      return first === null ? { ...cash, differs: null } : cash;
  }
}
