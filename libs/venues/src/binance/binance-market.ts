import type { FeedTraits, InstrumentId, Market } from '@algo/model';
import type { BinanceStream } from './binance-stream.ts';
import type { MinuteBar } from './minute-bar.ts';
import type { BinanceTrade } from './trade.ts';

/** A read of REST. *Units*: `weight` as Binance counts. */
export interface BinanceRead {
  readonly path: string;
  readonly weight: number;
}

/** Bars as one of Binance's markets has them. */
export interface BinanceKlineRules extends BinanceRead {
  /** Its names of the lengths. *Units*: µs. */
  readonly intervals: readonly (readonly [lengthUs: number, name: string])[];
}

/** One of Binance's markets: all in which it differs from the others. */
export interface BinanceMarket {
  /** The feed's name. */
  readonly name: string;
  readonly market: Market;
  readonly traits: FeedTraits;
  readonly trades: BinanceStream<BinanceTrade>;
  readonly bars: BinanceStream<MinuteBar>;
  /** Trades from an id on where it is by id, else only the newest. *Shape*: at most `most` rows. */
  readonly history: BinanceRead & {
    readonly isById: boolean;
    readonly most: number;
    readonly tradeOf: (row: Readonly<Record<string, unknown>>, symbol: string) => BinanceTrade;
  };
  readonly exchangeInfo: BinanceRead;
  readonly klines: BinanceKlineRules;
  /** What one address may use in a minute. */
  readonly weightPerMinute: number;
  /** What is fed when nobody says. */
  readonly standardInstruments: readonly InstrumentId[];
}
