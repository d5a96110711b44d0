import type { Timeframe } from './candle.ts';
import type { InstrumentId, SignalId } from './ids.ts';
import type { Direction } from './side.ts';
import type { TimeUs } from './time.ts';
import type { FairValueGap, Zone } from './zone.ts';

/** The order-flow windows, shortest first. */
export const FLOW_WINDOWS = ['15s', '1m', '5m', '15m'] as const;
export type FlowWindow = (typeof FLOW_WINDOWS)[number];

/**
 * Taker flow over one sliding window `(t − window, t]`. *Units*:
 * volumes base; `imbalance` buy ÷ sell, 99 at most, 1 when both are 0.
 */
export interface OrderFlow {
  readonly window: FlowWindow;
  readonly buyVolume: number;
  readonly sellVolume: number;
  readonly buyTrades: number;
  readonly sellTrades: number;
  readonly delta: number;
  readonly imbalance: number;
  /** (buy − sell) ÷ (buy + sell), −1 to 1. */
  readonly boundedImbalance: number;
}

/**
 * What one timeframe's closed bars say. A field is null until
 * enough bars have closed: *not available*, never a guess.
 * *Units*: EMAs and ATR quote, `atrPercent` % of close, ADX 0–100, `persistence` Hurst by R/S over 100
 * returns, `meanReversion` 0–1, `autocorrelation` −1–1, `deviation` (close − EMA20) in standard deviations.
 */
export interface Regime {
  readonly timeframe: Timeframe;
  readonly bars: number;
  readonly close: number;
  readonly ema20: number | null;
  readonly ema50: number | null;
  readonly ema200: number | null;
  readonly adx14: number | null;
  readonly atr14: number | null;
  readonly atrPercent: number | null;
  readonly persistence: number | null;
  readonly meanReversion: number | null;
  readonly autocorrelation: number | null;
  readonly deviation: number | null;
}

/** The directional reading of the tape. *Source*: reference analytics §3.7. */
export interface Microstructure {
  readonly signal: 'bullish' | 'bearish' | 'neutral';
  readonly fastZ: number;
  readonly slowZ: number;
  /** Proxy mid from the last taker buy and sell prices; null before both were seen. */
  readonly mid: number | null;
  /** Median jump between successive opposite orders; null before enough were seen. */
  readonly flipSpread: number | null;
}

/** Where volume traded. *Units*: prices quote, volume base. */
export interface MarketProfile {
  readonly scope: 'session' | 'previous-session';
  readonly poc: number;
  /** Runner-up peak's volume ÷ POC volume; above 0.9 the POC is ambiguous. */
  readonly pocRunnerUp: number;
  readonly valueAreaLow: number;
  readonly valueAreaHigh: number;
  readonly volume: number;
}

/**
 * How a rejection from a zone looks on the fastest timeframe.
 * `strength` 0–1; `volumeRatio` last bar ÷ mean of the 19 before.
 */
export interface Bounce {
  readonly strength: number | null;
  readonly volumeRatio: number | null;
}

/**
 * Everything a strategy may read of one instrument at one moment. Null is *not available*.
 * *Shape*: `flow` in order of FLOW_WINDOWS, `regimes` one for
 * each timeframe, `zones` and `gaps` the living ones only.
 */
export interface MarketState {
  readonly instrument: InstrumentId;
  readonly timeUs: TimeUs;
  readonly price: number;
  /** False while the feed has an open gap that touches the windows below. */
  readonly complete: boolean;
  readonly trades: number;
  readonly cvd: number;
  readonly flow: readonly OrderFlow[];
  readonly regimes: readonly Regime[];
  readonly microstructure: Microstructure | null;
  readonly session: MarketProfile | null;
  readonly previousSession: MarketProfile | null;
  readonly bounce: Bounce;
  readonly zones: readonly Zone[];
  readonly gaps: readonly FairValueGap[];
  /**
   * From when on trades were seen, where bars of somebody else warmed the indicators up: `cvd`, profiles,
   * zones and gaps know nothing from before. Null: all is made of the same trades. *Units*: event time.
   */
  readonly sinceUs: TimeUs | null;
}

/** Both primary analysers (order flow and microstructure) agree; carries the state that they read. */
export interface Signal {
  readonly id: SignalId;
  readonly direction: Direction;
  readonly state: MarketState;
}
