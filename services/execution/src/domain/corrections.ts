import {
  type AccountId,
  type AssetAside,
  afterOthersFill,
  type BookDifference,
  type ControlCommand,
  type CorrectionMade,
  Decimal,
  type FeedTimes,
  type Fill,
  InputError,
  type Instrument,
  type InstrumentId,
  laidBeside,
  MARKET_TRAITS,
  type Order,
  type OrderIntent,
  sightingOf,
  type TimeUs,
  US_PER_MS,
  venueOf,
} from '@algo/model';
import { repairedBook } from './book-repair.ts';
import { type BookChange, curedBook } from './cured-book.ts';
import type { ExecutionInput, ExecutionOutput, VenueDescribed } from './execution-io.ts';
import type { OrderAudit } from './order-audit.ts';
import type { OrderLedger } from './order-ledger.ts';
import type { PositionBook } from './position-book.ts';
import type { ReferencePrices } from './reference-price.ts';
import type { SetupWatch } from './setup-watch.ts';

/** A person's command about a book that differs. */
export type CorrectBooks = Extract<ControlCommand, { type: 'CorrectBooks' }>;

/** A difference that waits to be found again. *Units*: µs, of the venue's clock, as of when it was shown. */
interface Proposal extends BookDifference {
  readonly shownUs: TimeUs;
}

/**
 * Corrections as they are kept. *Shape*: `aside` each asset once; `differences` of the last comparison, to
 * which the venue showed its books as of `shownUs`, null unsaid; `proposed` of those that wait. All bounded
 * by the number of instruments.
 */
export interface CorrectionsState {
  readonly aside: readonly AssetAside[];
  readonly differences: readonly BookDifference[];
  readonly shownUs: TimeUs | null;
  readonly proposed: readonly Proposal[];
}

type Compared = Extract<ExecutionInput, { type: 'ReconciliationCompleted' | 'ReconciliationFailed' }>;
const DONE = {
  adopt: 'adopted',
  forget: 'forgotten',
  acknowledge: 'acknowledged',
} as const satisfies Record<CorrectBooks['how'], CorrectionMade['reason']>;
const BY_ENGINE = { by: null, commandId: null } as const;

/**
 * Brings our book of positions to what is so: by what a comparison found, by what our orders paid out of a
 * position, and by what a person says. Each correction is one fact, which all who keep such a book follow.
 */
export class Corrections {
  readonly #account: AccountId;
  readonly #instruments: ReadonlyMap<InstrumentId, Instrument>;
  readonly #positions: PositionBook;
  readonly #ledger: Pick<OrderLedger, 'orders'>;
  readonly #prices: Pick<ReferencePrices, 'get'>;
  readonly #times: FeedTimes;
  readonly #venue: () => VenueDescribed;
  readonly #isUnseen: (instrument: InstrumentId) => boolean;
  readonly #setup: Pick<SetupWatch, 'shortSpot' | 'shut' | 'changeOf' | 'agree'>;
  readonly #aside: Map<string, Decimal>;
  #differences: readonly BookDifference[];
  #shownUs: TimeUs | null;
  #proposed: readonly Proposal[];

  constructor(
    parts: {
      readonly account: AccountId;
      readonly instruments: ReadonlyMap<InstrumentId, Instrument>;
      readonly positions: PositionBook;
      readonly ledger: Pick<OrderLedger, 'orders'>;
      readonly prices: Pick<ReferencePrices, 'get'>;
      readonly times: FeedTimes;
      readonly venue: () => VenueDescribed;
      /** Whether somebody else's order was filled there behind the last comparison. */
      readonly isUnseen: (instrument: InstrumentId) => boolean;
      readonly setup: Pick<SetupWatch, 'shortSpot' | 'shut' | 'changeOf' | 'agree'>;
    },
    state: CorrectionsState = { aside: [], differences: [], shownUs: null, proposed: [] },
  ) {
    this.#account = parts.account;
    this.#instruments = parts.instruments;
    this.#positions = parts.positions;
    this.#ledger = parts.ledger;
    this.#prices = parts.prices;
    this.#times = parts.times;
    this.#venue = parts.venue;
    this.#isUnseen = parts.isUnseen;
    this.#setup = parts.setup;
    this.#aside = new Map(state.aside.map(({ asset, quantity }) => [asset, quantity]));
    this.#differences = state.differences;
    this.#shownUs = state.shownUs;
    this.#proposed = state.proposed;
  }

  state(): CorrectionsState {
    const aside = [...this.#aside].map(([asset, quantity]) => ({ asset, quantity }));
    return { aside, differences: this.#differences, shownUs: this.#shownUs, proposed: this.#proposed };
  }

  /** Hears of fills: what they paid in an asset that we hold as a position is taken from there. */
  hear(said: readonly ExecutionOutput[], out: ExecutionOutput[]): void {
    for (const one of said) if (one.type === 'OrderFilled') this.#pay(one.fill, out);
  }

  /**
   * Somebody else's order took more than is ours, in one fill: first what lies beside by the last comparison.
   * While an order of ours, or others' fills since then, may have put more there, only the next one tells.
   */
  took({ instrument, quantity, ...fill }: Fill, out: ExecutionOutput[]): void {
    const own = this.#positions.quantity(instrument);
    const before = { own, beside: this.heldThere(instrument).minus(own) };
    const after = afterOthersFill(before, fill.side === 'buy' ? quantity : quantity.negated());
    if (after.own.equals(own) || this.#isMoving(instrument, ['protection']) || this.#isUnseen(instrument))
      return;
    const evidence = [`trade ${fill.venueTradeId} of ${fill.clientOrderId}: ${fill.side} ${quantity}`];
    const beside = laidBeside(after.beside, { own, beside: this.#positions.beside(instrument) });
    this.#correct(instrument, { own: after.own, beside, reason: 'gone', evidence }, BY_ENGINE, out);
  }

  /**
   * Takes what a comparison found: what can be mended is, once fills of the venue explain it or two moments
   * of its clock have shown it; fills that are ours to book are fetched. From a comparison that failed
   * nothing follows, and one whose venue tells no time leaves what differs to a person.
   */
  compared(report: Compared, audit: Pick<OrderAudit, 'fetchMissed'>, out: ExecutionOutput[]): void {
    if (report.type === 'ReconciliationFailed') return;
    const { differences, aside, shownUs } = report;
    this.#aside.clear();
    for (const { asset, quantity } of aside) this.#aside.set(asset, quantity);
    this.#differences = differences;
    this.#shownUs = shownUs;
    const staleUs = this.#venue().readsSettleMs * US_PER_MS * this.#times.speed;
    const waiting: Proposal[] = [];
    for (const found of differences) {
      const rules = this.#instruments.get(found.instrument);
      const change = curedBook(found, rules, this.#positions.markOf(found.instrument, this.#prices));
      if (change === null || !this.#isAsFound(found) || this.#isMoving(found.instrument)) continue;
      const before = this.#proposed.find((one) => isSame(one, found));
      const changedUs = this.#positions.changedUs(found.instrument);
      const sighting = sightingOf(shownUs, before?.shownUs ?? null, { changedUs, staleUs });
      const isShown = sighting === 'again' || (sighting === 'first' && found.isExplained);
      if (isShown) this.#correct(found.instrument, change, BY_ENGINE, out, shownUs);
      else if (sighting === 'first') waiting.push({ ...found, shownUs: shownUs! });
      else if (before !== undefined) waiting.push(before);
    }
    this.#proposed = waiting;
    if (differences.some(({ cure }) => cure === 'fetch')) audit.fetchMissed(out);
  }

  /**
   * Does what a person says; to acknowledge is to let a changed setup of a contract be as well. *Errors*:
   * InputError where it can't be so; nothing has changed then.
   */
  repair({ instrument, how, by, reason, commandId }: CorrectBooks, out: ExecutionOutput[]): void {
    const refused = (because: string, remedy: string) =>
      new InputError({ field: 'instrument', value: instrument, because, remedy });
    if (!this.#instruments.has(instrument))
      throw refused(
        'not an instrument of this account',
        `There are ${[...this.#instruments.keys()].join(', ')}.`,
      );
    const found = this.#differences.find((one) => one.instrument === instrument);
    if (found !== undefined && !this.#isAsFound(found))
      throw refused('its book has changed since it was compared', 'Run `algo reconcile`, then ask again.');
    // Booked behind his word, they would count twice.
    if (found?.cure === 'fetch' && how !== 'acknowledge')
      throw refused('fills that the venue lists are still to be booked', 'Ask again in a moment.');
    if (this.#isMoving(instrument))
      throw refused(
        'an order of it is on its way',
        'Wait until it has ended, or withdraw it by `algo cancel`.',
      );
    const [own, beside] = [this.#positions.quantity(instrument), this.#positions.beside(instrument)];
    const held = found?.held ?? own.plus(beside);
    const isLetBe = how === 'acknowledge';
    const setup = isLetBe ? this.#setup.changeOf(instrument) : null;
    const terms = { setup, shut: this.#setup.shut.get(instrument), isLent: this.#setup.shortSpot !== false };
    const change = { ...repairedBook(how, instrument, { own, beside, held }, terms), reason: DONE[how] };
    if (how === 'adopt' && this.#positions.markOf(instrument, this.#prices) === null)
      throw refused('no price of it is known, so it could not be guarded', 'Wait for its next trade.');
    if (setup !== null) this.#setup.agree(instrument);
    const evidence = setup === null ? [reason] : [reason, setup];
    // Who lets be what lies beside goes by what was compared: what others did since he did not know of.
    const settledUs = (isLetBe ? this.#shownUs : null) ?? this.#times.nowUs(venueOf(instrument));
    this.#correct(instrument, { ...change, evidence }, { by, commandId }, out, settledUs);
  }

  /**
   * What a fill pays in other assets than its own comes out of what lies aside, then out of positions. Where
   * an account may be short, coins are lent and no position is touched. So it is before anything was read of
   * the account: what is taken from a position by guess has no guard, and what is left too much is compared
   * before any of it may be sold.
   */
  #pay(fill: Fill, out: ExecutionOutput[]): void {
    if (this.#setup.shortSpot !== false) return;
    const instrument = this.#instruments.get(fill.instrument);
    if (instrument === undefined || !MARKET_TRAITS[instrument.market].deliversBase) return;
    const { quote, base } = instrument;
    const cost = fill.quantity.times(fill.price);
    this.#move(fill, quote, fill.side === 'buy' ? cost.negated() : cost, out);
    if (fill.feeAsset !== base) this.#move(fill, fill.feeAsset, fill.fee.negated(), out);
  }

  #move(fill: Fill, asset: string, change: Decimal, out: ExecutionOutput[]): void {
    const venue = venueOf(fill.instrument);
    const positions = [...this.#instruments.values()].filter(
      ({ base, market, venue: at }) => base === asset && at === venue && MARKET_TRAITS[market].deliversBase,
    );
    if (positions.length === 0) return;
    const aside = (this.#aside.get(asset) ?? Decimal.zero).plus(change);
    this.#aside.set(asset, aside.isNegative() ? Decimal.zero : aside);
    let owed = aside.isNegative() ? aside.negated() : Decimal.zero;
    for (const { id } of positions) {
      const own = this.#positions.quantity(id);
      if (!owed.isPositive() || !own.isPositive()) continue;
      const taken = own.lessThan(owed) ? own : owed;
      owed = owed.minus(taken);
      const evidence = [`fill ${fill.venueTradeId} of ${fill.instrument} took ${taken} ${asset}`];
      const beside = this.#positions.beside(id);
      this.#correct(id, { own: own.minus(taken), beside, reason: 'spent', evidence }, BY_ENGINE, out);
    }
  }

  /**
   * Returns what the venue holds of an instrument, as far as we know: by the last comparison where it found
   * another size, and by our book, where it named none as well. *Units*: base, signed.
   */
  heldThere(instrument: InstrumentId): Decimal {
    const own = this.#positions.quantity(instrument);
    const found = this.#differences.find((one) => one.instrument === instrument);
    if (found === undefined || found.isUnnamed) return own.plus(this.#positions.beside(instrument));
    return found.held.plus(own).minus(found.own);
  }

  /** Whether our book still is what was compared. */
  #isAsFound({ instrument, own, beside }: BookDifference): boolean {
    const book = this.#positions;
    return own.equals(book.quantity(instrument)) && beside.equals(book.beside(instrument));
  }

  /** Whether an order of it may be filling just now: none that rests, where it is meant to. */
  #isMoving(id: InstrumentId, resting: readonly OrderIntent[] = ['entry', 'exit', 'protection']): boolean {
    const rests = ({ intent, status }: Order) => status === 'accepted' && resting.includes(intent);
    return this.#ledger.orders().some((order) => order.request.instrument === id && !rests(order));
  }

  #correct(
    instrument: InstrumentId,
    change: BookChange,
    who: Pick<CorrectionMade, 'by' | 'commandId'>,
    out: ExecutionOutput[],
    settledUs: TimeUs | null = null,
  ): void {
    const before = this.#positions.quantity(instrument);
    const price = this.#positions.markOf(instrument, this.#prices) ?? Decimal.zero;
    const timeUs = this.#times.nowUs(venueOf(instrument));
    this.#positions.correct(instrument, change, timeUs, settledUs ?? undefined);
    this.#differences = this.#differences.filter((one) => one.instrument !== instrument);
    const of = { account: this.#account, instrument, before, price, timeUs, settledUs };
    out.push({ type: 'CorrectionMade', ...of, ...change, ...who });
  }
}

function isSame(one: BookDifference, other: BookDifference): boolean {
  const { own, held, beside } = one;
  const isAlike = one.instrument === other.instrument && one.cure === other.cure;
  return isAlike && own.equals(other.own) && held.equals(other.held) && beside.equals(other.beside);
}
