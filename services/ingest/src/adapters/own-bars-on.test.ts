// Which candles of the stream are bars of our own to warm up by.
import { MemoryBus, MemoryServer, VirtualClock } from '@algo/bus';
import { encodeFact, type FactName, type MessageOf, subjects, typeOf } from '@algo/contracts';
import { type Candle, instrumentId, US_PER_MINUTE, US_PER_MS } from '@algo/model';
import { expect, test } from 'vitest';
import { ownBarsOn } from './own-bars-on.ts';

const LTC = instrumentId('binance.spot.LTCUSDT');
const T0_US = 29_175_120 * US_PER_MINUTE;
const at = (minute: number) => T0_US + minute * US_PER_MINUTE;

function candle(minute: number, complete = true): Candle {
  const volumes = { volume: 2, buyVolume: 1, sellVolume: 1, trades: 2, buyTrades: 1, sellTrades: 1 };
  const prices = { open: 80, high: 81, low: 79, close: 80 };
  return { instrument: LTC, timeframe: '1m', openTimeUs: at(minute), ...prices, ...volumes, complete };
}

test('a candle that is incomplete, or is doubted later, is asked of the venue instead', async () => {
  const bus = new MemoryBus(new MemoryServer(new VirtualClock(T0_US / US_PER_MS)), 'analytics-0');
  const subject = subjects.candles(LTC, '1m');
  let id = 0;
  const publish = async <Name extends FactName>(name: Name, body: MessageOf<Name>) => {
    const data = encodeFact(name, body);
    await bus.publish({ subject, type: typeOf(name), id: `${++id}`, timeUs: at(0), data });
  };
  for (const each of [candle(0), candle(1, false), candle(2), candle(3)]) await publish('CandleClosed', each);
  const doubted = { instrument: LTC, timeframe: '1m', openTimeUs: at(2), timeUs: at(4) } as const;
  await publish('CandleDoubted', doubted);
  const own = await ownBarsOn(bus, LTC, '1m', at(0));
  expect(own.map(({ source, bar }) => [source, (bar.openTimeUs - T0_US) / US_PER_MINUTE])).toEqual([
    ['own candles', 0],
    ['own candles', 3],
  ]);
});
