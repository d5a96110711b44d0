/** One price of a footprint. *Units*: quote; base. */
export interface FootprintRow {
  readonly price: number;
  readonly buy: number;
  readonly sell: number;
}

/** Where one side was far stronger than the other a row away. *Units*: prices quote. */
export interface Footprint {
  /** Prices that had trades, lowest first. */
  readonly rows: readonly FootprintRow[];
  /** Prices at which takers bought 3 times what was sold a row below, and those where they sold so. */
  readonly buyImbalances: readonly number[];
  readonly sellImbalances: readonly number[];
  /** Three such rows or more on top of each other: from the first price to the last. */
  readonly stackedBuys: readonly (readonly [low: number, high: number])[];
  readonly stackedSells: readonly (readonly [low: number, high: number])[];
}

const IMBALANCE = 3;
const STACK = 3;

/**
 * Returns the footprint of the trades of a bar: volumes by step of price. A row counts as imbalanced only
 * with the median volume of all rows or more. *Units*: `traded` whole steps of price → [bought, sold] lots;
 * `price` and `volume` make values of them. *Source*: reference analytics §2.5.
 */
export function footprintOf(
  traded: ReadonlyMap<number, readonly [buy: number, sell: number]>,
  price: (steps: number) => number,
  volume: (lots: number) => number,
): Footprint {
  const steps = [...traded.keys()].sort((a, b) => a - b);
  const volumes = [...traded.values()].map(([buy, sell]) => buy + sell).sort((a, b) => a - b);
  const least = volumes[volumes.length >> 1] ?? 0;
  const isFar = (larger: number, other: number) =>
    larger >= least && larger >= IMBALANCE * other && larger > 0;
  const buys = steps.filter((step) => isFar(traded.get(step)![0], traded.get(step - 1)?.[1] ?? 0));
  const sells = steps.filter((step) => isFar(traded.get(step)![1], traded.get(step + 1)?.[0] ?? 0));
  return {
    rows: steps.map((step) => {
      const [buy, sell] = traded.get(step)!;
      return { price: price(step), buy: volume(buy), sell: volume(sell) };
    }),
    buyImbalances: buys.map(price),
    sellImbalances: sells.map(price),
    stackedBuys: stacks(buys).map(([low, high]) => [price(low), price(high)]),
    stackedSells: stacks(sells).map(([low, high]) => [price(low), price(high)]),
  };
}

/** Returns the runs of rows right on top of each other that are long enough. */
function stacks(steps: readonly number[]): [number, number][] {
  const found: [number, number][] = [];
  let from = 0;
  for (let i = 1; i <= steps.length; i++) {
    if (i < steps.length && steps[i] === steps[i - 1]! + 1) continue;
    if (i - from >= STACK) found.push([steps[from]!, steps[i - 1]!]);
    from = i;
  }
  return found;
}
