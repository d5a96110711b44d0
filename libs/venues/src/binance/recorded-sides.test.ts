// Whether the side that we read of Binance's frames is the taker's: an order that takes several prices in one
// instant pushes the price its way. Over recorded trades, where they lie beside this checkout.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { BUY } from '@algo/model';
import { describeRecorded } from '@algo/testkit/owner-oracle';
import { expect, test } from 'vitest';
import { BINANCE_SPOT } from '../binance-spot/spot-market.ts';
import { BINANCE_USDM } from '../binance-usdm/usdm-market.ts';
import { BINANCE_USDM_RAW } from '../binance-usdm/usdm-raw-market.ts';
import type { BinanceMarket } from './binance-market.ts';
import { binanceFrameIn } from './frames.ts';
import type { BinanceTrade } from './trade.ts';

const SHARE_LEAST = 0.95;

function linesOf(folder: string, file: string): string[] {
  return gunzipSync(readFileSync(join(folder, file)))
    .toString()
    .trim()
    .split('\n');
}

/** Returns a row of a recording as the frame that it was. */
function frameOf(row: string, symbol: string, isSpot: boolean): string {
  const [ms, , t, p, q, side] = row.split(',');
  const T = isSpot ? Number(ms) * 1_000 : Number(ms);
  const data = {
    e: 'trade',
    E: T,
    s: symbol,
    t: Number(t),
    p,
    q,
    T,
    m: side === 'sell',
    M: true,
    X: 'MARKET',
  };
  return JSON.stringify({ stream: `${symbol.toLowerCase()}@trade`, data });
}

function tradesIn(frames: readonly string[], market: BinanceMarket): BinanceTrade[] {
  return frames.flatMap((frame) => {
    const read = binanceFrameIn(frame, market.trades);
    return typeof read === 'object' ? [read] : [];
  });
}

/** Returns how many runs of one side in one instant moved the price, and how many of them their own way. */
function sweepsIn(trades: readonly BinanceTrade[]): { readonly all: number; readonly withSide: number } {
  let [all, withSide] = [0, 0];
  for (let from = 0, to = 0; from < trades.length; from = to) {
    const { price, side, timeUs } = trades[from]!;
    while (trades[to]?.timeUs === timeUs && trades[to]?.side === side) to++;
    const moved = trades[to - 1]!.price - price;
    if (moved === 0) continue;
    all++;
    if (moved > 0 === (side === BUY)) withSide++;
  }
  return { all, withSide };
}

describeRecorded('recorded sides', (folder) => {
  const trades = join(folder, 'hftbacktest-binance');
  const files = folder === '' ? ['none'] : readdirSync(trades).filter((file) => file.endsWith('.csv.gz'));

  test.each(files)('%s: at least 95 of 100 sweeps of one instant move with the side', (file) => {
    const isSpot = file.startsWith('spot');
    const symbol = file.split('_')[1]!.toUpperCase();
    const [, ...rows] = linesOf(trades, file);
    const frames = rows.map((row) => frameOf(row, symbol, isSpot));
    const heard = tradesIn(frames, isSpot ? BINANCE_SPOT : BINANCE_USDM_RAW);
    expect(heard).toHaveLength(rows.length);
    const { all, withSide } = sweepsIn(heard);
    expect(all).toBeGreaterThan(300);
    expect(withSide / all).toBeGreaterThanOrEqual(SHARE_LEAST);
    // The other way round it is as wrong as it could be: the test tells the two apart.
    expect((all - withSide) / all).toBeLessThan(1 - SHARE_LEAST);
  });

  test('frames as they were recorded in 2021 are read, each with a side', () => {
    const frames = linesOf(join(folder, 'cryptofeed-ws'), 'BINANCE_FUTURES.ws.1.0.trades.txt.gz').flatMap(
      (line) => {
        const text = line.slice(line.indexOf('{'));
        return text.includes('"aggTrade"') ? [text] : [];
      },
    );
    const heard = tradesIn(frames, BINANCE_USDM);
    expect(frames.length).toBeGreaterThan(0);
    expect(heard).toHaveLength(frames.length);
    expect(heard.map(({ side }) => side === BUY)).toEqual(frames.map((frame) => frame.includes('"m":false')));
  });
});
