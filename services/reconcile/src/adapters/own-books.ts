import type { Bus } from '@algo/bus';
import {
  type AccountId,
  type ClientOrderId,
  Decimal,
  type Fill,
  fillEffect,
  type Instrument,
  type InstrumentId,
  type Order,
  orderAfter,
} from '@algo/model';
import type { LocalBooks } from '../domain/index.ts';

/** What we believe of an account: its order events, folded as far as they were read. */
export class OwnBooks {
  readonly #bus: Bus;
  readonly #account: AccountId;
  readonly #instruments: ReadonlyMap<InstrumentId, Instrument>;
  readonly #orders = new Map<ClientOrderId, Order>();
  readonly #fills = new Map<string, Fill>();
  #epoch = 0;
  #after = 0;

  constructor(bus: Bus, account: AccountId, instruments: ReadonlyMap<InstrumentId, Instrument>) {
    this.#bus = bus;
    this.#account = account;
    this.#instruments = instruments;
  }

  /** Reads what has been said since the last time, and returns all. */
  async read(): Promise<LocalBooks> {
    const subjects = [`ord.evt.${this.#account}.>`];
    for await (const message of this.#bus.read({ stream: 'ORDERS', subjects, after: this.#after })) {
      this.#after = message.sequence;
      const { fact } = message;
      switch (fact.name) {
        case 'OrderSubmitted':
          this.#epoch = Math.max(this.#epoch, fact.body.epoch);
          break;
        case 'OrderFilled':
          this.#fills.set(fact.body.fill.venueTradeId, fact.body.fill);
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
          continue; // not an order's event
      }
      const order = orderAfter(this.#orders.get(fact.body.clientOrderId), fact.body);
      if (order !== undefined) this.#orders.set(fact.body.clientOrderId, order);
    }
    const fills = [...this.#fills.values()];
    return { orders: [...this.#orders.values()], fills, positions: this.#positions(), epoch: this.#epoch };
  }

  /** What our fills add up to. The average price is position-risk's to know; fills explain quantities. */
  #positions(): LocalBooks['positions'] {
    const quantities = new Map<InstrumentId, Decimal>();
    for (const fill of this.#fills.values()) {
      const { baseChange } = fillEffect(fill, this.#instruments.get(fill.instrument));
      quantities.set(fill.instrument, (quantities.get(fill.instrument) ?? Decimal.zero).plus(baseChange));
    }
    return [...quantities]
      .filter(([, quantity]) => !quantity.isZero())
      .map(([instrument, quantity]) => ({ instrument, quantity, averagePrice: null, ownership: 'own' }));
  }
}
