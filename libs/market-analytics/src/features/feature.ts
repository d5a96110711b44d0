import type { BarSeries } from '../bar-series.ts';

/** The values of a bar that has just closed. *Units*: quote; base. */
export interface BarValues {
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
}

/** What is remembered from bar to bar. */
export interface BarState {
  update(bar: BarValues): void;
  snapshot(): readonly number[];
  restore(state: readonly number[]): void;
}

/** The closed bars as a feature looks at them. *Shape*: columns in whole steps, lists oldest first. */
export interface BarView {
  readonly series: BarSeries;
  /** The price of one step. *Units*: quote. */
  readonly priceStep: number;
}

/**
 * A number that each timeframe's closed bars say. *Shape*: `inputs` are columns of the bars, or other
 * features by name, which are then computed too; `warmUpBars` is how many bars it takes to be available.
 * `running`: `key` names the state, so that features which read the same one share it. `looking`: worked out
 * anew from the bars that are remembered, when somebody reads it; `inputs` come in the order declared, those
 * that are features only.
 */
export type Feature = {
  readonly inputs: readonly string[];
  readonly warmUpBars: number;
} & (
  | {
      readonly kind: 'running';
      readonly key: string;
      readonly start: () => BarState;
      readonly read: (state: BarState) => number | null;
    }
  | {
      readonly kind: 'looking';
      readonly read: (bars: BarView, inputs: readonly (number | null)[]) => number | null;
    }
);

/** A whole number that a feature's name carries: the 20 of `ema_20`. */
export interface FeatureParameter {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** What it is where the name carries none. */
  readonly usual: number;
}

/** One file's worth of features: all that differ by their parameters only. */
export interface FeatureFamily {
  readonly name: string;
  readonly parameters: readonly FeatureParameter[];
  make(...parameters: readonly number[]): Feature;
}

/** Returns a running feature whose state is of one class. */
export function running<State extends BarState>(
  about: Pick<Feature, 'inputs' | 'warmUpBars'>,
  key: string,
  start: () => State,
  read: (state: State) => number | null,
): Feature {
  // A state is only ever read by the features that started it: both go by its key.
  return { ...about, kind: 'running', key, start, read: (state) => read(state as State) };
}
