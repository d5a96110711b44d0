import type { OnBandChange } from '../kept-nearest.ts';
import { EdgeOrder } from './edge-order.ts';
import { HIGH, LOW, STRENGTH } from './zone-parts.ts';

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

  /**
   * Writes into a list, from a place on, those of its zones that an entry, a level or a target can mean at a
   * price, each once: what `NearestZones` would choose of all. Returns the place behind the last.
   * *Units*: `price` as the edges.
   */
  findNearest(to: number[], from: number, price: number, zones: Float64Array): number {
    const { near } = this;
    const at = near.from(price);
    // The first of those whose edge is next below.
    let first = at - 1;
    while (first > 0 && near.edge(first - 1) === near.edge(at - 1)) first--;
    const target = at === 0 ? -1 : near.band(first);
    const entry = at < near.count && near.edge(at) === price ? near.band(at) : target;
    let level = this.#strongest(zones, at, near.count, price);
    if (level < 0 && at > 0) level = this.#strongest(zones, first, at, price);
    let end = from;
    if (entry >= 0) to[end++] = entry;
    if (level >= 0 && level !== entry) to[end++] = level;
    if (target >= 0 && target !== entry && target !== level) to[end++] = target;
    return end;
  }

  /** Returns the strongest of some zones that a price is not beyond, of equals the newest; −1 for none. */
  #strongest(zones: Float64Array, from: number, to: number, price: number): number {
    let best = -1;
    let strength = 0;
    for (let i = from; i < to; i++) {
      const band = this.near.band(i);
      const far = this.side === 1 ? zones[band + LOW]! : -zones[band + HIGH]!;
      const its = zones[band + STRENGTH]!;
      if (far > price || its < strength || (its === strength && band < best)) continue;
      best = band;
      strength = its;
    }
    return best;
  }

  /** Tells where answers change as a zone does: it is chosen from its far edge to the next near one only. */
  tell(onChange: OnBandChange, far: number, near: number): void {
    const next = this.near.next(near);
    if (this.side === 1) onChange(far, next);
    else onChange(-next, -far);
  }

  clear(): void {
    for (const order of [this.touchable, this.near, this.far]) order.clear();
  }
}
