import { type BinanceDialect, BinanceStandIn, SPOT_DIALECT, type TapeTrade } from '@algo/testkit/venues';
import { BINANCE_SPOT } from '../../binance-spot/spot-market.ts';
import { BINANCE_USDM } from '../../binance-usdm/usdm-market.ts';
import { BINANCE_USDM_RAW } from '../../binance-usdm/usdm-raw-market.ts';
import type { ConnectionTimings } from '../connection.ts';
import { BinanceFeed, type BinanceOptions } from '../market-data.ts';
import { RequestBudget } from '../request-budget.ts';

/** Waits short enough for a test, but for those after which a silent connection is given up or replaced. */
const QUICK: ConnectionTimings = {
  silenceMs: 30_000,
  rotateMs: 3_600_000,
  overlapMs: 60,
  retryFirstMs: 5,
  retryMaxMs: 20,
  lookMs: 2,
};

/** Time of trade number 0. *Units*: µs. */
export const TRADES_FROM_US = 1_750_507_467_000_000;

/** Returns trade number `id`, which comes `id` ms after TRADES_FROM_US. */
export function plainTrade(id: number): TapeTrade {
  const timeUs = TRADES_FROM_US + id * 1_000;
  return { id, timeUs, price: '83.50', quantity: '0.10', isBuyerMaker: id % 2 === 0 };
}

/** Returns a budget that is never used up, for what takes seconds instead of hours. */
export function unboundedBudget(): RequestBudget {
  return new RequestBudget(Number.POSITIVE_INFINITY);
}

/** Starts a stand-in of one of Binance's markets that nobody asks too much. */
export function startStandIn(
  symbols = ['LTCUSDT'],
  dialect: BinanceDialect = SPOT_DIALECT,
  nowMs: () => number = Date.now,
) {
  return BinanceStandIn.start({ dialect, symbols, nowMs, weightMax: Number.POSITIVE_INFINITY });
}

/** How a feed differs from the ordinary one. */
export type FeedSettings = Partial<Omit<BinanceOptions, 'timings'>> & {
  readonly timings?: Partial<ConnectionTimings>;
};

/** Returns a feed that is connected to a stand-in for spot, with short waits. */
export function spotFeedOn(standIn: BinanceStandIn, settings: FeedSettings = {}): BinanceFeed {
  return new BinanceFeed(BINANCE_SPOT, optionsOn(standIn, settings));
}

/** Returns the same for USD-M futures. */
export function usdmFeedOn(standIn: BinanceStandIn, settings: FeedSettings = {}): BinanceFeed {
  return new BinanceFeed(BINANCE_USDM, optionsOn(standIn, settings));
}

/** Returns the same for USD-M futures trade by trade. */
export function usdmRawFeedOn(standIn: BinanceStandIn, settings: FeedSettings = {}): BinanceFeed {
  return new BinanceFeed(BINANCE_USDM_RAW, optionsOn(standIn, settings));
}

/** Without bars where a test doesn't ask for them: a connection is then one of trades. */
function optionsOn({ url, restUrl }: BinanceStandIn, settings: FeedSettings): BinanceOptions {
  return {
    ...{ url, restUrl, monotonicMs: () => performance.now(), random: () => 0.5 },
    hearsBars: false,
    ...settings,
    timings: { ...QUICK, ...settings.timings },
  };
}
