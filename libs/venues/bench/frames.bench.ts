// Frames of Binance as text into trades of ours, beside JSON.parse alone over the same frames; they take
// turns. Prints its figures as one line of JSON.
// usage: node libs/venues/bench/frames.bench.ts FRAMES
import { instrumentId } from '@algo/model';
import type { BinanceMarket } from '../src/binance/binance-market.ts';
import { binanceFrameIn } from '../src/binance/frames.ts';
import { columnsOf } from '../src/binance/trade.ts';
import { BINANCE_SPOT } from '../src/binance-spot/spot-market.ts';
import { BINANCE_USDM } from '../src/binance-usdm/usdm-market.ts';

const LTC = instrumentId('binance.spot.LTCUSDT');
const T0_MS = 1_750_507_467_000;
/** Rounds of each side; the first is cold and left out. */
const ROUNDS = 8;

const frames = Number(process.argv[2]);

const spot = Array.from({ length: frames }, (_, i) => {
  const T = T0_MS * 1_000 + i * 137;
  const price = (83 + (i % 997) / 100).toFixed(8);
  const trade = { T, price, quantity: (1 + (i % 89) / 10).toFixed(8), i };
  return frameOf('trade', `"t":${1_234_567_890 + i}`, trade, '"M":true');
});
const usdm = Array.from({ length: frames }, (_, i) => {
  const [T, first] = [T0_MS + i, 7_000_000 + 2 * i];
  const price = (83 + (i % 997) / 100).toFixed(2);
  const trade = { T, price, quantity: (1 + (i % 89) / 10).toFixed(3), i };
  return frameOf('aggTrade', `"a":${1_234_567 + i},"f":${first},"l":${first + 1}`, trade, '"nq":"1.000"');
});

/** As Binance writes them, in its order of fields or nearly so. */
function frameOf(
  stream: string,
  ids: string,
  { T, price, quantity, i }: { T: number; price: string; quantity: string; i: number },
  last: string,
): string {
  const head = `"e":"${stream}","E":${T + 9},"s":"LTCUSDT",${ids}`;
  const body = `"p":"${price}","q":"${quantity}","T":${T},"m":${i % 3 === 0},${last}`;
  return `{"stream":"ltcusdt@${stream}","data":{${head},${body}}}`;
}

/** Returns frames a second. */
function timed(texts: readonly string[], read: (text: string) => number): number {
  let sum = 0;
  const fromMs = performance.now();
  for (const text of texts) sum += read(text);
  const seconds = (performance.now() - fromMs) / 1_000;
  if (!(sum > 0)) throw new Error('a frame was not read');
  return texts.length / seconds;
}

const parsed = (text: string) => (JSON.parse(text) as { data: { T: number } }).data.T;

function read(market: BinanceMarket): (text: string) => number {
  return (text) => {
    const trade = binanceFrameIn(text, market.trades);
    return typeof trade === 'object' ? columnsOf(LTC, [trade], 'counted').price[0]! : Number.NaN;
  };
}

function tradeOnly(market: BinanceMarket): (text: string) => number {
  return (text) => {
    const trade = binanceFrameIn(text, market.trades);
    return typeof trade === 'object' ? trade.price : Number.NaN;
  };
}

const rounds = Array.from({ length: ROUNDS }, () => ({
  spotTrade: { ours: timed(spot, tradeOnly(BINANCE_SPOT)), floor: timed(spot, parsed) },
  spot: { ours: timed(spot, read(BINANCE_SPOT)), floor: timed(spot, parsed) },
  usdmTrade: { ours: timed(usdm, tradeOnly(BINANCE_USDM)), floor: timed(usdm, parsed) },
  usdm: { ours: timed(usdm, read(BINANCE_USDM)), floor: timed(usdm, parsed) },
}));
console.log(JSON.stringify({ frames, pairs: rounds.slice(1) }));
