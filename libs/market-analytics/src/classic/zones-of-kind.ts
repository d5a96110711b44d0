import { EdgeOrder } from './edge-order.ts';

/**
 * The zones of one kind in the order of their edges, seen from price: a supply zone looks like one of demand
 * where all prices are negative. *Units*: steps of price, `near` and `far` as `side` times them.
 */
export class ZonesOfKind {
  /** 1 demand, −1 supply. */
  readonly side: 1 | -1;
  /** Those that may still be touched, by their near edge. */
  readonly touchable = new EdgeOrder();
  /** Those that are not broken, by either edge. */
  readonly near = new EdgeOrder();
  readonly far = new EdgeOrder();

  constructor(side: 1 | -1) {
    this.side = side;
  }

  /** Adds to a list those that a bar reaches behind one that did not. *Units*: how far either bar went. */
  addReached(to: number[], extreme: number, before: number): void {
    const { touchable } = this;
    for (let i = touchable.from(extreme); i < touchable.count && touchable.edge(i) < before; i++)
      to.push(touchable.band(i));
  }

  /** Adds to a list those that a bar breaks which closes at a price. */
  addBroken(to: number[], close: number): void {
    const { far } = this;
    for (let i = far.count - 1; i >= 0 && far.edge(i) > close; i--) to.push(far.band(i));
  }

  /** Adds to a list those that a choice at a price is among: all that it is in, and the nearest before it. */
  addNearest(to: number[], price: number): void {
    const { near } = this;
    const from = near.from(price);
    for (let i = from; i < near.count; i++) to.push(near.band(i));
    for (let i = from - 1; i >= 0 && near.edge(i) === near.edge(from - 1); i--) to.push(near.band(i));
  }

  clear(): void {
    for (const order of [this.touchable, this.near, this.far]) order.clear();
  }
}
