import { Ema } from '@algo/indicators';
import {
  type Candle,
  type InstrumentId,
  TIMEFRAME_US,
  type Timeframe,
  type TimeUs,
  US_PER_HOUR,
} from '@algo/model';
import type { Flow } from './dump.ts';
import { correlationOf } from './leaders.ts';
import type { PortfolioRules } from './portfolio-rules.ts';

/** Bars of no other length are looked back at. */
export const BARS_READ: readonly Timeframe[] = ['1m', '5m'];

/** Of the closes of 5m: as the owner's rule of momentum has it. */
const AVERAGE_OF = 20;

/** Bars of one length without a hole, oldest first. *Units*: `lastUs` when the last one opened. */
interface Run<Item> {
  readonly lastUs: TimeUs;
  readonly items: readonly Item[];
}

/** One instrument's past as it is kept. *Shape*: what no rule in force reads is empty. */
export interface RememberedState {
  readonly minutes: Run<{ readonly close: number; readonly flow: Flow | null }>;
  readonly closes: Run<number>;
  readonly average: readonly number[];
}

/** What the rules look back at. *Shape*: of each instrument a day's closes of 5m and some minutes at most. */
export class MarketMemory {
  readonly #known: Map<InstrumentId, RememberedState>;

  constructor(state: readonly (readonly [InstrumentId, RememberedState])[] = []) {
    this.#known = new Map(state);
  }

  state(): [InstrumentId, RememberedState][] {
    return [...this.#known];
  }

  /** Takes a closed bar; returns false for one that is no news, or that no rule reads. */
  take(candle: Candle, { leaders, dump }: PortfolioRules): boolean {
    const { instrument, timeframe, openTimeUs, close, complete, buyVolume, sellVolume } = candle;
    const before = this.#known.get(instrument) ?? NOTHING;
    if (timeframe === '1m' && (leaders.enabled || dump.enabled)) {
      const flow = complete ? { buy: buyVolume, sell: sellVolume } : null;
      const most = Math.max(leaders.withinMinutes + 1, dump.bars);
      const minutes = extended(before.minutes, { close, flow }, openTimeUs, TIMEFRAME_US['1m'], most);
      if (minutes === null) return false;
      this.#known.set(instrument, { ...before, minutes });
      return true;
    }
    if (timeframe !== '5m' || !(leaders.enabled || dump.enabled)) return false;
    const most = Math.round((leaders.windowHours * US_PER_HOUR) / TIMEFRAME_US['5m']) + 1;
    const closes = extended(before.closes, close, openTimeUs, TIMEFRAME_US['5m'], most);
    if (closes === null) return false;
    const average = averageFrom(before.average);
    average.update(close);
    const kept = leaders.enabled ? closes : { ...closes, items: [] };
    this.#known.set(instrument, { ...before, closes: kept, average: average.snapshot() });
    return true;
  }

  /** Returns what takers did in the last minutes, oldest first; null for one that is not whole. */
  flows(instrument: InstrumentId, bars: number): (Flow | null)[] {
    const { items } = (this.#known.get(instrument) ?? NOTHING).minutes;
    return Array.from({ length: bars }, (_, i) => items[items.length - bars + i]?.flow ?? null);
  }

  /** Returns the average of the closes of 5m; null before there were enough. *Units*: quote. */
  average(instrument: InstrumentId): number | null {
    return averageFrom((this.#known.get(instrument) ?? NOTHING).average).value;
  }

  /** Returns how far the price went within the last minutes; null where that is not known. *Units*: share. */
  change(instrument: InstrumentId, minutes: number): number | null {
    const { items } = (this.#known.get(instrument) ?? NOTHING).minutes;
    const [from, to] = [items.at(-1 - minutes), items.at(-1)];
    return from === undefined || to === undefined ? null : (to.close - from.close) / from.close;
  }

  /** Returns how alike two instruments moved where both are known; null for less than so many returns. */
  correlation(a: InstrumentId, b: InstrumentId, returnsMin: number): number | null {
    const [x, y] = [a, b].map((id) => (this.#known.get(id) ?? NOTHING).closes) as [Run<number>, Run<number>];
    const endUs = Math.min(x.lastUs, y.lastUs);
    const until = ({ items, lastUs }: Run<number>) =>
      items.slice(0, Math.max(0, items.length - (lastUs - endUs) / TIMEFRAME_US['5m']));
    const [left, right] = [until(x), until(y)];
    const count = Math.min(left.length, right.length);
    if (count <= returnsMin) return null;
    return correlationOf(left.slice(-count), right.slice(-count));
  }
}

const NOTHING: RememberedState = {
  minutes: { lastUs: 0, items: [] },
  closes: { lastUs: 0, items: [] },
  average: [],
};

/** Returns a run with one more; null for an item that is not newer. Behind a hole a run begins anew. */
function extended<Item>(
  { lastUs, items }: Run<Item>,
  item: Item,
  openUs: TimeUs,
  lengthUs: number,
  most: number,
): Run<Item> | null {
  if (openUs <= lastUs) return null;
  const before = openUs === lastUs + lengthUs ? items.slice(Math.max(0, items.length - most + 1)) : [];
  return { lastUs: openUs, items: [...before, item] };
}

function averageFrom(state: readonly number[]): Ema {
  const average = new Ema(AVERAGE_OF);
  if (state.length > 0) average.restore(state);
  return average;
}
