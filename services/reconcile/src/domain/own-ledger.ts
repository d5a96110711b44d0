import type { Fact } from '@algo/contracts';
import {
  type ClientOrderId,
  Decimal,
  type Fill,
  fillEffect,
  type Instrument,
  type InstrumentId,
  isEnded,
  type Order,
  orderAfter,
  type TimeUs,
  US_PER_HOUR,
} from '@algo/model';
import type { BooksBefore, BooksSince, VenueBooks } from './books.ts';
import { CashBook, type CashBookState, type ReadingTime } from './cash-book.ts';
import { fillsDifference } from './fills-difference.ts';

/** Fills are compared from this long before our newest one. */
const LOOK_BACK_US = US_PER_HOUR;
/** Orders that ended so long before the newest word are forgotten. */
const ENDED_KEPT_US = 2 * LOOK_BACK_US;
/** So many orders end or fill before what is too old is looked for. */
const FORGET_EVERY = 1_000;

/**
 * What our events come to in one instrument. *Units*: base, signed; `open` and `dust` are position-risk's;
 * `settledUs` up to when its last correction settles what others did, 0 where there was none.
 */
interface Held {
  readonly quantity: Decimal;
  readonly beside: Decimal;
  readonly open: Decimal | null;
  readonly dust: Decimal | null;
  readonly settledUs: TimeUs;
}
const NOTHING: Held = {
  ...{ quantity: Decimal.zero, beside: Decimal.zero, open: null, dust: null, settledUs: 0 },
};

/**
 * A ledger as it is kept. *Shape*: bounded by the open orders, the instruments, and what filled or ended in
 * the last hours. *Units*: times µs, of the newest fill and of the newest end or fill.
 */
export interface OwnLedgerState {
  readonly undecided: ReadonlyMap<ClientOrderId, Order>;
  readonly ended: ReadonlyMap<ClientOrderId, Order>;
  readonly held: ReadonlyMap<InstrumentId, Held>;
  readonly fills: readonly Fill[];
  readonly cash: CashBookState | undefined;
  readonly filledUs: TimeUs;
  readonly newestUs: TimeUs;
  readonly epoch: number;
}

const EMPTY: OwnLedgerState = {
  ...{ undecided: new Map(), ended: new Map(), held: new Map(), fills: [] },
  ...{ cash: undefined, filledUs: 0, newestUs: 0, epoch: 0 },
};

/** What we believed at a moment, and from when on its fills are listed. *Units*: µs. */
export interface OwnReading extends BooksBefore {
  readonly fillsSinceUs: TimeUs;
}

/** What our own events, taken in their order, come to: those of orders, of positions and of dust. */
export class OwnLedger {
  readonly #instruments: ReadonlyMap<InstrumentId, Instrument>;
  readonly #undecided: Map<ClientOrderId, Order>;
  readonly #ended: Map<ClientOrderId, Order>;
  readonly #held: Map<InstrumentId, Held>;
  readonly #cash: CashBook;
  readonly #sentSince = new Set<ClientOrderId>();
  /** Fills that are recent, in the order in which they were told. */
  #fills: Fill[];
  #filledUs: TimeUs;
  #newestUs: TimeUs;
  #epoch: number;
  #untilForget = FORGET_EVERY;
  /** What was returned last, as long as it is so. */
  #before: OwnReading | undefined;
  #since: BooksSince | undefined;

  constructor(instruments: ReadonlyMap<InstrumentId, Instrument>, state: OwnLedgerState = EMPTY) {
    this.#instruments = instruments;
    this.#undecided = new Map(state.undecided);
    this.#ended = new Map(state.ended);
    this.#held = new Map(state.held);
    this.#fills = [...state.fills];
    this.#cash = new CashBook(instruments.values(), state.cash);
    this.#filledUs = state.filledUs;
    this.#newestUs = state.newestUs;
    this.#epoch = state.epoch;
  }

  state(): OwnLedgerState {
    const [undecided, ended, held] = [this.#undecided, this.#ended, this.#held];
    const [fills, cash] = [this.#fills, this.#cash.state()];
    const [filledUs, newestUs, epoch] = [this.#filledUs, this.#newestUs, this.#epoch];
    return { undecided, ended, held, fills, cash, filledUs, newestUs, epoch };
  }

  /** Takes the next event. */
  take(fact: Fact): void {
    this.#before = undefined;
    this.#since = undefined;
    switch (fact.name) {
      case 'OrderSubmitted':
        this.#epoch = Math.max(this.#epoch, fact.body.epoch);
        this.#sentSince.add(fact.body.request.clientOrderId);
        break;
      case 'OrderFilled':
        this.#count(fact.body.fill);
        break;
      case 'CorrectionMade': {
        const { instrument, own: quantity, beside, settledUs, timeUs } = fact.body;
        this.#hold(instrument, { quantity, beside, settledUs: settledUs ?? timeUs });
        return;
      }
      case 'CashMoved':
        this.#cash.moved(fact.body);
        return;
      case 'DustChanged':
        this.#hold(fact.body.instrument, { dust: fact.body.quantity });
        return;
      case 'PositionOpened':
      case 'PositionIncreased':
      case 'PositionReduced':
      case 'PositionClosed': {
        const { instrument, direction, quantity } = fact.body.position;
        this.#hold(instrument, { open: direction === 'long' ? quantity : quantity.negated() });
        return;
      }
      case 'OrderDenied':
      case 'OrderAccepted':
      case 'OrderRejected':
      case 'OrderUnknown':
      case 'OrderCanceled':
      case 'OrderExpired':
      case 'OrderQuarantined':
        break;
      default:
        return; // says nothing of what is held
    }
    const { clientOrderId } = fact.body;
    const before = this.#undecided.get(clientOrderId) ?? this.#ended.get(clientOrderId);
    const order = orderAfter(before, fact.body);
    if (order === undefined) return;
    const isOver = isEnded(order.status);
    (isOver ? this.#ended : this.#undecided).set(clientOrderId, order);
    (isOver ? this.#undecided : this.#ended).delete(clientOrderId);
    if ('endedUs' in order) this.#grew(order.endedUs);
  }

  /**
   * Returns what we believe now, and remembers from here on what is sent. The average price is
   * position-risk's to know; fills explain quantities. *Shape*: nothing of it changes later; the same object
   * while nothing is taken.
   */
  before(): OwnReading {
    if (this.#sentSince.size > 0) this.#since = undefined;
    this.#sentSince.clear();
    this.#before ??= this.#read();
    return this.#before;
  }

  /**
   * Returns what is known beside what `before` returned last. *Shape*: good until the next event; the same
   * object while there is nothing new.
   */
  since(): BooksSince {
    this.#since ??= { ended: this.#ended, sentSince: this.#sentSince, epoch: this.#epoch };
    return this.#since;
  }

  /** Takes the venue's cash as it was shown to a reading of ours, unless something has happened since. */
  settleCash(reading: OwnReading, { balances, fills }: VenueBooks, at: ReadingTime): void {
    if (this.#before !== reading) return;
    const missed = fillsDifference({ ...reading, ...this.since() }, { fills }, reading.fillsSinceUs);
    const rulesOf = ({ instrument }: Pick<Fill, 'instrument'>) => this.#instruments.get(instrument);
    if (this.#cash.settle({ balances, missed, ...at }, rulesOf)) this.#before = undefined;
  }

  #read(): OwnReading {
    this.#forget();
    const fillsSinceUs = this.#fillsSinceUs;
    const positions = [...this.#held].map(([instrument, { quantity, beside, settledUs, open, dust }]) => ({
      ...{ instrument, quantity, beside, settledUs, averagePrice: null },
      guarded: open === null && dust === null ? null : (open ?? Decimal.zero).plus(dust ?? Decimal.zero),
    }));
    const cash = this.#cash.expected();
    return { undecided: new Map(this.#undecided), fills: [...this.#fills], positions, cash, fillsSinceUs };
  }

  get #fillsSinceUs(): TimeUs {
    return Math.max(0, this.#filledUs - LOOK_BACK_US);
  }

  #count(fill: Fill): void {
    const { instrument, timeUs } = fill;
    this.#fills.push(fill);
    this.#filledUs = Math.max(this.#filledUs, timeUs);
    this.#cash.filled(fill, this.#instruments.get(instrument));
    const { baseChange } = fillEffect(fill, this.#instruments.get(instrument));
    const { quantity } = this.#held.get(instrument) ?? NOTHING;
    this.#hold(instrument, { quantity: quantity.plus(baseChange) });
    this.#grew(timeUs);
  }

  #hold(id: InstrumentId, change: Partial<Held>): void {
    this.#held.set(id, { ...(this.#held.get(id) ?? NOTHING), ...change });
  }

  #grew(timeUs: TimeUs): void {
    this.#newestUs = Math.max(this.#newestUs, timeUs);
    if (--this.#untilForget <= 0) this.#forget();
  }

  #forget(): void {
    this.#untilForget = FORGET_EVERY;
    // Both stand about in the order of their times: what is too old stands in front.
    const sinceUs = this.#fillsSinceUs;
    const young = this.#fills.findIndex(({ timeUs }) => timeUs >= sinceUs);
    if (young > 0) this.#fills = this.#fills.slice(young);
    for (const [id, order] of this.#ended) {
      if ('endedUs' in order && order.endedUs >= this.#newestUs - ENDED_KEPT_US) return;
      this.#ended.delete(id);
    }
  }
}
