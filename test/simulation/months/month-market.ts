import { BUY, type InstrumentId, SELL, type TimeUs, type TradeColumns, US_PER_SECOND } from '@algo/model';
import type { SeededRandom } from '@algo/simulation';

/** Feed time between two words of the market. *Units*: seconds. */
export const TICK_SECONDS = 60;
/** Every instrument trades once in so many ticks, three trades at a time. */
const QUIET_TICKS = 5;
const QUIET_TRADES = 3;
/** And in one-sided bursts, each so many hours, which strategies enter on. *Units*: ticks. */
const BURST_EVERY_TICKS = (3 * 3_600) / TICK_SECONDS;
const BURST_TICKS = 3;
const BURST_TRADES = 60;
/** How often a taker in a burst goes the burst's way. */
const BURST_SHARE = 0.85;
const HOME_PRICE = 100;
const STEP = 0.0005;
const BURST_STEP = 0.00004;

/** A market of many instruments that trade seldom, and now and then all one way. */
export class MonthMarket {
  readonly #instruments: readonly InstrumentId[];
  readonly #random: SeededRandom;
  readonly #prices: Float64Array;
  readonly #trades: Float64Array;

  constructor(instruments: readonly InstrumentId[], random: SeededRandom) {
    this.#instruments = instruments;
    this.#random = random;
    this.#prices = new Float64Array(instruments.length).fill(HOME_PRICE);
    this.#trades = new Float64Array(instruments.length);
  }

  /** Returns what is traded within one tick that begins at a time. */
  tick(tick: number, fromUs: TimeUs): TradeColumns[] {
    return this.#instruments.flatMap((instrument, i) => {
      const { into, way } = burstOf(tick, i);
      if (into < BURST_TICKS) return this.#burst(instrument, i, fromUs, way);
      if ((tick + i) % QUIET_TICKS === 0) return this.#quiet(instrument, i, fromUs);
      return [];
    });
  }

  /** Returns in which instruments a burst of buys has just begun, and their prices. */
  rising(tick: number): { readonly instrument: InstrumentId; readonly price: number }[] {
    return this.#instruments.flatMap((instrument, i) => {
      const { into, way } = burstOf(tick, i);
      return into === 1 && way === BUY ? [{ instrument, price: this.#rounded(i) }] : [];
    });
  }

  #rounded(i: number): number {
    return Math.round(this.#prices[i]! * 100) / 100;
  }

  #quiet(instrument: InstrumentId, i: number, fromUs: TimeUs): TradeColumns {
    return this.#columns(instrument, i, fromUs, QUIET_TRADES, () => {
      const side = this.#random.below(2);
      // A price that has wandered off comes back, or a month would take it out of all bounds.
      const back = Math.log(HOME_PRICE / this.#prices[i]!) / 200;
      return { side, move: back + this.#random.between(-STEP, STEP) };
    });
  }

  #burst(instrument: InstrumentId, i: number, fromUs: TimeUs, way: number): TradeColumns {
    return this.#columns(instrument, i, fromUs, BURST_TRADES, () => {
      const side = this.#random.chance(BURST_SHARE) ? way : BUY + SELL - way;
      return { side, move: (side === BUY ? 1 : -1) * BURST_STEP };
    });
  }

  #columns(
    instrument: InstrumentId,
    i: number,
    fromUs: TimeUs,
    count: number,
    next: () => { readonly side: number; readonly move: number },
  ): TradeColumns {
    const gapUs = Math.floor((TICK_SECONDS * US_PER_SECOND) / (count + 1));
    const timeUs = new Float64Array(count);
    const price = new Float64Array(count);
    const quantity = new Float64Array(count);
    const side = new Uint8Array(count);
    const values = new Float64Array(count);
    for (let k = 0; k < count; k++) {
      const { side: taker, move } = next();
      this.#prices[i] = this.#prices[i]! * (1 + move);
      timeUs[k] = fromUs + (k + 1) * gapUs;
      price[k] = this.#rounded(i);
      quantity[k] = 5 + this.#random.below(50);
      side[k] = taker;
      values[k] = ++this.#trades[i]!;
    }
    return { instrument, count, timeUs, price, quantity, side, ids: { kind: 'counted', values } };
  }
}

/** Returns how far an instrument is into its burst, and which way takers go. *Units*: ticks. */
function burstOf(tick: number, i: number): { readonly into: number; readonly way: number } {
  // Each at another time, or all would enter at once.
  const at = tick + i * 13;
  return {
    into: at % BURST_EVERY_TICKS,
    way: (Math.floor(at / BURST_EVERY_TICKS) + i) % 2 === 0 ? BUY : SELL,
  };
}
