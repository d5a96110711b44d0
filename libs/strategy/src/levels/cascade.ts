import { type Check, compareRatios, type Direction, type FlowWindow, type MarketState } from '@algo/model';
import { judged, NOT_AVAILABLE } from '../check.ts';
import { type FlowLots, flowLots, flowSide, lotsRatio } from '../order-flow.ts';

/**
 * The fastest window's imbalance that a long must exceed; a
 * short must be under its inverse. *Source*: spec 4, level 3.
 */
export const CLASSIC_CASCADE_IMBALANCE = 2.0;

/** The windows that are compared, whatever the timeframes of the configuration. *Source*: spec 4, level 3. */
const WINDOWS: readonly FlowWindow[] = ['1m', '5m', '15m'];

/** `imbalance` is that of the fastest window, infinite without sells; null when not available. */
export interface CascadeVerdict {
  readonly passed: boolean;
  readonly imbalance: number | null;
  readonly checks: () => readonly Check[];
}

/**
 * Level 3: the pressure grows toward the present. Long: imbalance falls strictly from the last minute over 5
 * to 15 minutes, and that of the minute exceeds 2.0; short: it rises strictly and the minute's is under 0.5.
 * Example: 3.0, 2.0, 1.5 → long; 3.0, 2.0, 2.0 → no; 2.0, 1.5, 1.2 → no, 2.0 is not beyond 2.0; 0.4, 0.6, 0.8
 * → short. Only buys in two windows are equal, not one above the other.
 */
export function cascadeLevel(
  state: MarketState,
  direction: Direction,
  imbalanceMin: number = CLASSIC_CASCADE_IMBALANCE,
): CascadeVerdict {
  const windows = WINDOWS.map((window) => flowLots(state, window));
  const [fastest] = windows;
  const isBeyond = fastest !== null && fastest !== undefined && flowSide(fastest, imbalanceMin) === direction;
  const steps = windows.map((lots, i) => i === 0 || isWeaker(lots, windows[i - 1], direction));
  return {
    passed: isBeyond && steps.every(Boolean),
    imbalance: ratioOf(fastest),
    checks: () =>
      windows.map((lots, i) => {
        const name = `cascade.${WINDOWS[i]}`;
        const order = `must be ${direction === 'long' ? 'below' : 'above'} the next faster one`;
        const what = `buy ÷ sell volume, ${i === 0 ? 'of the fastest window' : order}`;
        const note = lots === null ? NOT_AVAILABLE : lots.sell === 0 ? `${what}; no sells` : what;
        if (i > 0) return judged(name, ratioOf(lots), finiteOrNull(ratioOf(windows[i - 1])), steps[i]!, note);
        return judged(
          name,
          ratioOf(lots),
          direction === 'long' ? imbalanceMin : 1 / imbalanceMin,
          isBeyond,
          note,
        );
      }),
  };
}

function isWeaker(lots: FlowLots | null, faster: FlowLots | null | undefined, direction: Direction): boolean {
  if (lots === null || faster === null || faster === undefined) return false;
  const sign = compareRatios(lots.buy, lots.sell, faster.buy, faster.sell);
  return direction === 'long' ? sign < 0 : sign > 0;
}

function ratioOf(lots: FlowLots | null | undefined): number | null {
  return lots === null || lots === undefined ? null : lotsRatio(lots);
}

function finiteOrNull(value: number | null): number | null {
  return value !== null && Number.isFinite(value) ? value : null;
}
