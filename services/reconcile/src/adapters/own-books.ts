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
 * What our events come to in one instrument. *Units*: base, signed; `open` and `dust` are
 * position-risk's.
 */
interface Held {
  quantity: Decimal;
  beside: Decimal;
  open: Decimal | null;
  dust: Decimal | null;
}

/**
 * What we believe of an account: its order events and those of its positions, each once and in its order,
 * folded as far as they were read.
 */
export class OwnBooks {
  readonly #bus: Bus;
  readonly #account: AccountId;
  readonly #instruments: ReadonlyMap<InstrumentId, Instrument>;
  readonly #undecided = new Map<ClientOrderId, Order>();
  readonly #ended = new Map<ClientOrderId, Order>();
  readonly #held = new Map<InstrumentId, Held>();
  readonly #orders = new StreamLanes('ORDERS', false);
  readonly #positions = new StreamLanes('POSITIONS', false);
  /** Fills that are recent, in the order in which they were told. */
  #fills: Fill[] = [];
  #newestUs: TimeUs = 0;
  #keptSinceUs: TimeUs = 0;
  #epoch = 0;
  readonly #after = { ORDERS: 0, POSITIONS: 0 };

  constructor(bus: Bus, account: AccountId, instruments: ReadonlyMap<InstrumentId, Instrument>) {
    this.#bus = bus;
    this.#account = account;
    this.#instruments = instruments;
  }

  /** Reads what has been said since the last time, and calls back with all, or with what went wrong. */
  read(done: (reading: OwnReading | Error) => void): void {
    const account = this.#account;
    this.#recall('ORDERS', this.#orders, [`ord.evt.${account}.>`], (failed) => {
      if (failed) return done(failed);
      this.#recall('POSITIONS', this.#positions, [`pos.evt.${account}.>`, `pos.dust.${account}.>`], (error) =>
        done(error ?? this.#reading()),
      );
    });
  }

  #recall(
    stream: 'ORDERS' | 'POSITIONS',
    lanes: StreamLanes,
    own: readonly string[],
    done: (error?: Error) => void,
  ): void {
    recall(
      this.#bus,
      { stream, subjects: [...own, fenceFilter(stream)], after: this.#after[stream] },
      (message) => {
        this.#after[stream] = message.sequence;
        lanes.admit(message, (next) => this.#take(next));
      },
      done,
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
      case 'CorrectionMade': {
        const { instrument, own: quantity, beside } = fact.body;
        Object.assign(this.#heldIn(instrument), { quantity, beside });
        return;
      }
      case 'DustChanged':
        this.#heldIn(fact.body.instrument).dust = fact.body.quantity;
        return;
      case 'PositionOpened':
      case 'PositionIncreased':
      case 'PositionReduced':
      case 'PositionClosed': {
        const { instrument, direction, quantity } = fact.body.position;
        this.#heldIn(instrument).open = direction === 'long' ? quantity : quantity.negated();
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
  }

  #count(fill: Fill): void {
    const { instrument, timeUs } = fill;
    this.#fills.push(fill);
    this.#newestUs = Math.max(this.#newestUs, timeUs);
    const { baseChange } = fillEffect(fill, this.#instruments.get(instrument));
    const held = this.#heldIn(instrument);
    held.quantity = held.quantity.plus(baseChange);
  }

  #heldIn(id: InstrumentId): Held {
    const held = this.#held.get(id) ?? {
      quantity: Decimal.zero,
      beside: Decimal.zero,
      open: null,
      dust: null,
    };
    this.#held.set(id, held);
    return held;
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
    const positions = [...this.#held].map(([instrument, { quantity, beside, open, dust }]) => ({
      ...{ instrument, quantity, beside, averagePrice: null },
      guarded: open === null && dust === null ? null : (open ?? Decimal.zero).plus(dust ?? Decimal.zero),
    }));
    const [undecided, ended] = [this.#undecided, this.#ended];
    return { books: { undecided, ended, fills: this.#fills, positions, epoch: this.#epoch }, fillsSinceUs };
  }
}
