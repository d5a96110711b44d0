import type { AssetClass, Direction } from '@algo/model';

/** What of the market speaks against a position, in the order in which it is looked at. */
export const DUMP_SIGNALS = ['volume', 'flow', 'momentum', 'liquidity'] as const;
/** One of DUMP_SIGNALS. */
export type DumpSignal = (typeof DUMP_SIGNALS)[number];

/** Volume of takers within some time. *Units*: base. */
export interface Flow {
  readonly buy: number;
  readonly sell: number;
}

/** Where a dump begins. *Units*: ratios of volumes; `slippageMax` a share of price. */
export interface DumpLevels {
  readonly volumeRatio: number;
  readonly flowRatio: number;
  readonly slippageMax: number;
}

/**
 * What is known of an instrument that is held. *Units*: prices quote; `slippage` a share of price.
 * *Shape*: `bars` the last closed minutes, oldest first, null where one is not whole; `flow` of 60 s;
 * `average` the EMA of 20 closes of 5m; `slippage` null where nobody was asked, `failed` where no answer
 * came, which counts as the worst.
 */
export interface DumpEvidence {
  readonly direction: Direction;
  readonly assetClass: AssetClass;
  readonly bars: readonly (Flow | null)[];
  readonly flow: Flow | null;
  readonly price: number;
  readonly average: number | null;
  readonly slippage: number | 'failed' | null;
}

/**
 * Returns what speaks against a position. *Source*: spec 6, `classic`; table dump of the owner's oracle.
 */
export function dumpSignals(evidence: DumpEvidence, levels: DumpLevels): DumpSignal[] {
  return DUMP_SIGNALS.filter((signal) => speaks(signal, evidence, levels));
}

function speaks(signal: DumpSignal, evidence: DumpEvidence, levels: DumpLevels): boolean {
  const { direction, assetClass, bars, flow, price, average, slippage } = evidence;
  // Whoever goes against a long sells.
  const sides = ({ buy, sell }: Flow) =>
    direction === 'long' ? { against: sell, along: buy } : { against: buy, along: sell };
  const exceeds = (of: Flow | null, ratio: number) => {
    if (of === null) return false;
    const { against, along } = sides(of);
    return against > ratio * along;
  };
  switch (signal) {
    case 'volume':
      return bars.length > 0 && bars.every((bar) => exceeds(bar, levels.volumeRatio));
    case 'flow':
      return exceeds(flow, levels.flowRatio);
    case 'momentum':
      if (average === null) return false;
      return direction === 'long' ? price < average : price > average;
    case 'liquidity':
      if (assetClass !== 'meme' || slippage === null) return false;
      return slippage === 'failed' || slippage > levels.slippageMax;
    default:
      return signal satisfies never;
  }
}
