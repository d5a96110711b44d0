// What the stand-in answers is what Binance documents, with sums by hand.
import { expect, test } from 'vitest';
import { BinanceStandIn } from './binance-stand-in.ts';
import { type BinanceDialect, SPOT_DIALECT, USDM_DIALECT } from './dialect.ts';

const MINUTE_MS = 60_000;
const T0_MS = 1_750_507_440_000;

function trade(id: number, atMs: number, price: string, quantity: string, isBuyerMaker = false) {
  return { id, timeUs: (T0_MS + atMs) * 1_000, price, quantity, isBuyerMaker };
}

async function started(dialect: BinanceDialect, nowMs = () => T0_MS + 3 * MINUTE_MS + 1) {
  const standIn = await BinanceStandIn.start({ dialect, symbols: ['LTCUSDT'], nowMs });
  const get = async (path: string, headers: Record<string, string> = {}) => {
    const response = await fetch(`${standIn.restUrl}${dialect.prefix}/${path}`, { headers });
    return { status: response.status, headers: response.headers, body: JSON.parse(await response.text()) };
  };
  return Object.assign(standIn, { get });
}

const MARKET = [
  trade(1, 1_000, '83.50', '0.1'),
  trade(2, 1_050, '83.50', '0.2'),
  trade(3, 59_999, '83.10', '1.5', true),
  // Nothing in the second minute.
  trade(4, 130_000, '84', '0.30000001'),
];

const FIRST = [
  ...[T0_MS, '83.50000000', '83.50000000', '83.10000000', '83.10000000', '1.80000000', T0_MS + 59_999],
  ...['149.70000000', 3, '0.30000000', '25.05000000', '0'],
];

test.each([SPOT_DIALECT, USDM_DIALECT])(
  'bars are the sums of the trades, and empty ones stand',
  async (of) => {
    await using standIn = await started(of);
    standIn.happen('LTCUSDT', MARKET);
    const { body } = await standIn.get('klines?symbol=LTCUSDT&interval=1m');
    expect(body).toHaveLength(4);
    expect(body[0]).toEqual(FIRST);
    const still = ['83.10000000', '83.10000000', '83.10000000', '83.10000000', '0.00000000'];
    expect(body[1].slice(1, 6)).toEqual(still);
    expect(body[1][8]).toBe(0);
    expect(body[2].slice(5, 9)).toEqual(['0.30000001', T0_MS + 179_999, '25.20000084', 1]);
    const from = await standIn.get(`klines?symbol=LTCUSDT&interval=1m&startTime=${T0_MS + 1}&limit=2`);
    expect(from.body.map(([open]: [number]) => open)).toEqual([T0_MS + MINUTE_MS, T0_MS + 2 * MINUTE_MS]);
    const until = await standIn.get(`klines?symbol=LTCUSDT&interval=1m&endTime=${T0_MS + MINUTE_MS}&limit=1`);
    expect(until.body.map(([open]: [number]) => open)).toEqual([T0_MS + MINUTE_MS]);
  },
);

test('spot tells times in microseconds where they are wished for, futures never do', async () => {
  await using spot = await started(SPOT_DIALECT);
  await using futures = await started(USDM_DIALECT);
  for (const standIn of [spot, futures]) standIn.happen('LTCUSDT', MARKET);
  const wish = { 'X-MBX-TIME-UNIT': 'MICROSECOND' };
  const first = async (of: typeof spot) =>
    (await of.get('klines?symbol=LTCUSDT&interval=1m&limit=4', wish)).body[0];
  expect((await first(spot)).filter((_: unknown, i: number) => i === 0 || i === 6)).toEqual([
    T0_MS * 1_000,
    (T0_MS + MINUTE_MS) * 1_000 - 1,
  ]);
  expect((await first(futures))[0]).toBe(T0_MS);
});

test.each([
  ['klines?symbol=LTCUSDT', 400, -1102],
  ['klines?symbol=LTCUSDT&interval=7m', 400, -1120],
  ['klines?symbol=NOBODY&interval=1m', 400, -1121],
  ['klines?symbol=LTCUSDT&interval=1m&limit=x', 400, -1100],
  ['aggTrades?symbol=LTCUSDT&startTime=0&endTime=9999999', 400, -1127],
  ['historicalTrades?symbol=LTCUSDT', 401, -2014],
])('%s is answered with HTTP %i and code %i', async (path, status, code) => {
  await using standIn = await started(USDM_DIALECT);
  expect(await standIn.get(path)).toMatchObject({ status, body: { code } });
});

test('futures have no bars of a second, spot has', async () => {
  await using spot = await started(SPOT_DIALECT);
  await using futures = await started(USDM_DIALECT);
  expect((await spot.get('klines?symbol=LTCUSDT&interval=1s')).status).toBe(200);
  expect((await futures.get('klines?symbol=LTCUSDT&interval=1s')).body.code).toBe(-1120);
});

test('trades of one price and side within 100 ms are one on futures, and keep their ids', async () => {
  await using futures = await started(USDM_DIALECT);
  futures.happen('LTCUSDT', [...MARKET, { ...trade(6, 130_500, '80', '9'), kind: 'INSURANCE_FUND' }]);
  const { body } = await futures.get('aggTrades?symbol=LTCUSDT&fromId=1');
  expect(body).toMatchObject([
    { a: 1, p: '83.50', q: '0.30000000', f: 1, l: 2, T: T0_MS + 1_000, m: false },
    { a: 2, q: '1.5', f: 3, l: 3, m: true },
    { a: 3, q: '0.30000001', f: 4, l: 4, m: false },
  ]);
  expect((await futures.get('aggTrades?symbol=LTCUSDT&fromId=3')).body).toHaveLength(1);
});

test('an address that asks for too much is refused, and banned when it goes on', async () => {
  await using standIn = await started(USDM_DIALECT);
  expect(standIn.use(2_399)).toBe(false);
  const last = await standIn.get('ping');
  expect([last.status, last.headers.get('X-MBX-USED-WEIGHT-1M')]).toEqual([200, '2400']);
  const refused = await standIn.get('ping');
  expect(refused).toMatchObject({ status: 429, body: { code: -1003 } });
  expect(refused.headers.get('Retry-After')).toBe('60');
  for (let i = 0; i < 10; i++) await standIn.get('ping');
  const banned = await standIn.get('ping');
  expect([banned.status, banned.headers.get('Retry-After')]).toEqual([418, '120']);
});
