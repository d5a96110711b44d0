import { Grid } from '@algo/model';
import type { SnapshotReader, SnapshotWriter } from './snapshot.ts';

/** What is kept in whole steps, and must follow when the steps become finer. */
export interface InSteps {
  /** Multiplies all prices and all quantities that it keeps by whole numbers. */
  rescale(priceFactor: number, quantityFactor: number): void;
}

/**
 * The steps that an instrument's prices and quantities are counted in. They begin as its order rules say and
 * become finer when finer data comes: trades may print where no order may rest. *Units*: quote, base.
 */
export class Resolution {
  price: Grid;
  quantity: Grid;
  /** The smallest change of price that an order may have: rules that ask for so many ticks mean it. */
  readonly tick: number;

  constructor(priceTick: number, quantityStep: number) {
    this.tick = priceTick;
    this.price = new Grid(priceTick, 'priceTick');
    this.quantity = new Grid(quantityStep, 'quantityStep');
  }

  /** `tick` in steps of price as they are now. */
  get tickSteps(): number {
    return this.price.toSteps(this.tick);
  }

  /** Makes the steps fine enough for both, and has every part follow; returns whether they were not. */
  fit(price: number, quantity: number, parts: () => Iterable<InSteps>): boolean {
    const finerPrice = this.price.finerFor(price);
    const finerQuantity = this.quantity.finerFor(quantity);
    if (finerPrice === null && finerQuantity === null) return false;
    const priceFactor = finerPrice === null ? 1 : Math.round(this.price.step / finerPrice.step);
    const quantityFactor = finerQuantity === null ? 1 : Math.round(this.quantity.step / finerQuantity.step);
    for (const part of parts()) part.rescale(priceFactor, quantityFactor);
    this.price = finerPrice ?? this.price;
    this.quantity = finerQuantity ?? this.quantity;
    return true;
  }

  save(to: SnapshotWriter): void {
    to.numbers([this.price.step, this.quantity.step]);
  }

  load(from: SnapshotReader): void {
    const [price, quantity] = from.numbers();
    this.price = new Grid(price!, 'priceTick');
    this.quantity = new Grid(quantity!, 'quantityStep');
  }
}
