import { type Bus, type InboundMessage, recall, StreamLanes } from '@algo/bus';
import { fenceFilter } from '@algo/contracts';
import {
  type AccountId,
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
import type { LocalBooks } from '../domain/index.ts';

/**
 * Fills are compared from this long before our newest one; orders that ended so long before that are
 * forgotten.
 */
const LOOK_BACK_US = US_PER_HOUR;

/** What we believe, and from when on its fills are listed. */
export interface OwnReading {
  readonly books: LocalBooks;
  readonly fillsSinceUs: TimeUs;
}

/**
 * What we believe of an account: its order events, each once and in its order, folded as far as they were
 * read.
 */
export class OwnBooks {
  readonly #bus: Bus;
  readonly #account: AccountId;
  readonly #instruments: ReadonlyMap<InstrumentId, Instrument>;
  readonly #undecided = new Map<ClientOrderId, Order>();
  readonly #ended = new Map<ClientOrderId, Order>();
  readonly #quantities = new Map<InstrumentId, Decimal>();
  readonly #lanes = new StreamLanes('ORDERS', false);
  /** Fills that are recent, in the order in which they were told. */
  #fills: Fill[] = [];
  #newestUs: TimeUs = 0;
  #keptSinceUs: TimeUs = 0;
  #epoch = 0;
  #after = 0;

  constructor(bus: Bus, account: AccountId, instruments: ReadonlyMap<InstrumentId, Instrument>) {
    this.#bus = bus;
    this.#account = account;
    this.#instruments = instruments;
  }

  /** Reads what has been said since the last time, and calls back with all, or with what went wrong. */
  read(done: (reading: OwnReading | Error) => void): void {
    const subjects = [`ord.evt.${this.#account}.>`, fenceFilter('ORDERS')];
    recall(
      this.#bus,
      { stream: 'ORDERS', subjects, after: this.#after },
      (message) => {
        this.#after = message.sequence;
        this.#lanes.admit(message, (next) => this.#take(next));
      },
      (error) => done(error ?? this.#reading()),
    );
  }

  #take({ fact }: InboundMessage): void {
    switch (fact.name) {
      case 'OrderSubmitted':
        this.#epoch = Math.max(this.#epoch, fact.body.epoch);
        break;
      case 'OrderFilled':
        this.#count(fact.body.fill);
        break;
      case 'OrderDenied':
      case 'OrderAccepted':
      case 'OrderRejected':
      case 'OrderUnknown':
      case 'OrderCanceled':
      case 'OrderExpired':
      case 'OrderQuarantined':
        break;
      default:
        return; // not an order's event
    }
    const { clientOrderId } = fact.body;
    const before = this.#undecided.get(clientOrderId) ?? this.#ended.get(clientOrderId);
    const order = orderAfter(before, fact.body);
    if (order === undefined) return;
    const isOver = isEnded(order.status);
    (isOver ? this.#ended : this.#undecided).set(clientOrderId, order);
    (isOver ? this.#undecided : this.#ended).delete(clientOrderId);
  }

  #count(fill: Fill): void {
    const { instrument, timeUs } = fill;
    this.#fills.push(fill);
    this.#newestUs = Math.max(this.#newestUs, timeUs);
    const { baseChange } = fillEffect(fill, this.#instruments.get(instrument));
    const before = this.#quantities.get(instrument) ?? Decimal.zero;
    this.#quantities.set(instrument, before.plus(baseChange));
  }

  /** The average price is position-risk's to know; fills explain quantities. */
  #reading(): OwnReading {
    const fillsSinceUs = Math.max(0, this.#newestUs - LOOK_BACK_US);
    if (fillsSinceUs > this.#keptSinceUs) {
      this.#keptSinceUs = fillsSinceUs;
      this.#fills = this.#fills.filter(({ timeUs }) => timeUs >= fillsSinceUs);
      for (const [id, order] of this.#ended)
        if ('endedUs' in order && order.endedUs < fillsSinceUs - LOOK_BACK_US) this.#ended.delete(id);
    }
    const positions = [...this.#quantities]
      .filter(([, quantity]) => !quantity.isZero())
      .map(([instrument, quantity]) => ({
        instrument,
        quantity,
        averagePrice: null,
        ownership: 'own' as const,
      }));
    const [undecided, ended] = [this.#undecided, this.#ended];
    return { books: { undecided, ended, fills: this.#fills, positions, epoch: this.#epoch }, fillsSinceUs };
  }
}
