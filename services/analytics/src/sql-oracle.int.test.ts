// The owner's SQL, asked of stored trades by DuckDB, against what analytics says at the same moments.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AnalyticsSink, InstrumentAnalytics, NOBODY, USUAL_SETTINGS } from '@algo/market-analytics';
import {
  type Candle,
  type FairValueGap,
  instrumentId,
  type MarketProfile,
  type OrderFlow,
  sliceTrades,
  type TradeColumns,
} from '@algo/model';
import { openReader, type ResultRow, TickStore } from '@algo/tickstore';
import { afterAll, beforeAll, expect, test } from 'vitest';

const LTC = instrumentId('binance.spot.LTCUSDT');
const TRADES = 20_000;
const MOMENTS = 1_000;
const MINUTE_US = 60_000_000;
const HOUR_US = 60 * MINUTE_US;
const DAY_US = 24 * HOUR_US;
const FIRST_US = Date.UTC(2026, 0, 5, 20) * 1_000;
const LENGTH_US = 9 * HOUR_US;
const LOOK_BACKS = [1, 5, 15, 60] as const;
/** Windows of flow as SQL says them, in the order of a state's. */
const WINDOWS = ['15 SECOND', '1 MINUTE', '5 MINUTE', '15 MINUTE'] as const;

/** What analytics said at a moment. *Units*: as the facts. */
interface Said {
  readonly price: number;
  readonly cvd: number;
  readonly flow: readonly OrderFlow[];
  readonly profiles: readonly MarketProfile[];
  /** Whether the last closed bar of 1m and of 15m closed above its open, null where there is none. */
  readonly isRising: readonly (boolean | null)[];
}

let root = '';
let reader: ReturnType<typeof openReader>;
const said = new Map<number, Said>();
const candles: Candle[] = [];
const gaps: FairValueGap[] = [];
let moments: readonly number[] = [];

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'sql-oracle-'));
  const dataDir = join(root, 'ticks');
  const draw = drawing(20_260_105);
  const tape = made(draw);
  moments = Array.from(
    { length: MOMENTS },
    () => FIRST_US + 10 * MINUTE_US + Math.ceil(draw() * (LENGTH_US - 10 * MINUTE_US)),
  );
  follow(tape);
  await using store = await TickStore.open({
    dataDir,
    archive: { dir: join(root, 'archive'), unit: 'hour' },
  });
  await store.openInstrument(LTC, 'counted');
  store.append({ instrument: LTC, position: 1, trades: tape, candles });
  store.commitUpTo(LTC, 1);
  await store[Symbol.asyncDispose]();
  reader = openReader(dataDir);
}, 120_000);
afterAll(() => rmSync(root, { recursive: true, force: true }));

test('flows over every window are the sums of the trades in it', async () => {
  const sums = WINDOWS.map(
    (window, i) => `
      coalesce(sum(CASE WHEN side = 'buy' THEN ${VOLUME} END) ${inside(window)}, 0)::DOUBLE AS buy${i},
      coalesce(sum(CASE WHEN side = 'sell' THEN ${VOLUME} END) ${inside(window)}, 0)::DOUBLE AS sell${i},
      count(CASE WHEN side = 'buy' THEN 1 END) ${inside(window)} AS buys${i},
      count(CASE WHEN side = 'sell' THEN 1 END) ${inside(window)} AS sells${i}`,
  );
  const rows = await atMoments(sums.join(','), '15 MINUTE');
  expect(rows).toEqual(
    saidAt(({ flow }) =>
      Object.assign(
        {},
        ...flow.map(({ buyVolume, sellVolume, buyTrades, sellTrades }, i) => ({
          ...{ [`buy${i}`]: buyVolume, [`sell${i}`]: sellVolume },
          ...{ [`buys${i}`]: buyTrades, [`sells${i}`]: sellTrades },
        })),
      ),
    ),
  );
});

// The document sums four hours; a state's CVD counts from 00:00 UTC on, and so do four hours of one day.
test('the CVD is the sum since midnight, and what was added in four hours their sum', async () => {
  const delta = `sum(CASE WHEN side = 'buy' THEN ${VOLUME} ELSE -${VOLUME} END)`;
  const since = (start: string) => `coalesce(${delta} FILTER (timestamp >= ${start}), 0)::DOUBLE`;
  const midnight = "date_trunc('day', asked - INTERVAL 1 MICROSECOND)";
  const begin = 'asked - INTERVAL 4 HOUR';
  const ofHours = `CASE WHEN ${begin} >= ${midnight} THEN ${since(begin)} END`;
  const rows = await atMoments(`${since(midnight)} AS cvd, ${ofHours} AS hours`, '24 HOUR');
  const before = (at: number) => said.get(at - 4 * HOUR_US)?.cvd ?? 0;
  expect(rows.filter(({ hours }) => hours !== null).length).toBeGreaterThan(MOMENTS / 20);
  expect(rows).toEqual(
    saidAt(({ cvd }, at) => {
      const isOneDay = Math.floor((at - 1) / DAY_US) === Math.floor((at - 4 * HOUR_US) / DAY_US);
      return { cvd, hours: isOneDay ? Number((cvd - before(at)).toFixed(6)) : null };
    }),
  );
});

// Of equal volumes the document leaves open which comes first: the lower price, as its correction 3 says.
test.each(LOOK_BACKS)(
  'the profile of %i minutes has the point and the area that it says',
  async (minutes) => {
    const rows = await reader.query(
      LTC,
      `WITH ${momentsTable()}, volume_by_price AS (
        SELECT asked, price, sum(${VOLUME}) AS volume FROM moments JOIN ticks
        ON timestamp >= asked - INTERVAL ${minutes} MINUTE AND timestamp < asked GROUP BY asked, price),
      cumulative AS (SELECT asked, price,
          sum(volume) OVER (PARTITION BY asked ORDER BY volume DESC) AS so_far,
          sum(volume) OVER (PARTITION BY asked) AS total,
          row_number() OVER (PARTITION BY asked ORDER BY volume DESC, price) AS place
        FROM volume_by_price)
      SELECT epoch_us(m.asked) AS asked, max(price) FILTER (place = 1) AS poc,
        min(price) FILTER (10 * so_far <= 7 * total) AS low,
        max(price) FILTER (10 * so_far <= 7 * total) AS high
      FROM moments m LEFT JOIN cumulative c ON c.asked = m.asked GROUP BY m.asked ORDER BY m.asked`,
    );
    expect(rows).toEqual(
      saidAt(({ profiles }) => {
        const profile = profiles.find(({ scope }) => scope === `${minutes}m`);
        const { low = null, high = null } = profile?.valueArea ?? {};
        return { poc: profile?.poc ?? null, low, high };
      }),
    );
  },
);

test('the last bars of 1m and 15m close as the trades say', async () => {
  const colour = (minutes: number) => `(SELECT last(price ORDER BY timestamp, ordinal) >
      first(price ORDER BY timestamp, ordinal)
      FROM (SELECT *, row_number() OVER () AS ordinal FROM ticks) t
      WHERE timestamp >= time_bucket(INTERVAL ${minutes} MINUTE, asked) - INTERVAL ${minutes} MINUTE
        AND timestamp < time_bucket(INTERVAL ${minutes} MINUTE, asked))`;
  const rows = await reader.query(
    LTC,
    `WITH ${momentsTable()} SELECT epoch_us(asked) AS asked, ${colour(1)} AS m1, ${colour(15)} AS m15
     FROM moments ORDER BY asked`,
  );
  const ours = saidAt(({ isRising: [m1, m15] }) => ({ m1, m15 }));
  // A bar in which nothing traded has no row: the document's colour is then that of an older one.
  const traded = rows.map(({ m1 }, i) => (m1 === null ? { ...rows[i], m1: ours[i]!.m1 } : rows[i]));
  expect(rows.filter(({ m1 }) => m1 === null).length).toBeLessThan(MOMENTS / 4);
  expect(traded).toEqual(ours);
});

test('the buys and sells of each minute are those of its bar', async () => {
  const rows = await reader.query(
    LTC,
    `SELECT epoch_us(date_trunc('minute', timestamp)) AS minute,
      sum(CASE WHEN side = 'buy' THEN ${VOLUME} ELSE 0 END)::DOUBLE AS buy_volume,
      sum(CASE WHEN side = 'sell' THEN ${VOLUME} ELSE 0 END)::DOUBLE AS sell_volume
     FROM ticks WHERE timestamp < make_timestamp(${FIRST_US + LENGTH_US}) GROUP BY minute ORDER BY minute`,
  );
  const minutes = candles.filter(({ timeframe, trades }) => timeframe === '1m' && trades > 0);
  expect(minutes.length).toBeGreaterThan(400);
  expect(rows).toEqual(
    minutes.map(({ openTimeUs: minute, buyVolume, sellVolume }) => ({
      ...{ minute, buy_volume: buyVolume, sell_volume: sellVolume },
    })),
  );
});

test('the gaps are those between the first and the third of three bars', async () => {
  const rows = await reader.query(
    LTC,
    `SELECT epoch_us(c3.timestamp) + ${MINUTE_US} AS asked,
      CASE WHEN c1.high < c3.low THEN c1.high ELSE c3.high END AS low,
      CASE WHEN c1.high < c3.low THEN c3.low ELSE c1.low END AS high
     FROM candles_1m c1 JOIN candles_1m c2 ON c2.timestamp = c1.timestamp + INTERVAL 1 MINUTE
     JOIN candles_1m c3 ON c3.timestamp = c1.timestamp + INTERVAL 2 MINUTE
     WHERE least(c1.num_trades, c2.num_trades, c3.num_trades) > 0
       AND (c1.high < c3.low OR c1.low > c3.high) ORDER BY asked`,
  );
  const drawn = gaps.filter(({ timeframe, status }) => timeframe === '1m' && status === 'open');
  expect(drawn.length).toBeGreaterThan(20);
  expect(drawn.map(({ createdUs: asked, low, high }) => ({ asked, low, high }))).toEqual(rows);
});

/** Volumes as decimals: a sum of doubles depends on its order. */
const VOLUME = 'CAST(volume AS DECIMAL(38, 6))';
/** Returns the moments as a table; `NOW()` of the document's text is `asked`. */
function momentsTable(): string {
  return `moments AS (SELECT make_timestamp(unnest([${sortedMoments().join(', ')}])) AS asked)`;
}

function sortedMoments(): readonly number[] {
  return [...new Set(moments)].toSorted((a, b) => a - b);
}

function inside(window: string): string {
  return `FILTER (timestamp >= asked - INTERVAL ${window})`;
}

/** Asks for sums over the trades of a window that ends at each moment. */
function atMoments(sums: string, longest: string): Promise<ResultRow[]> {
  const sql = `WITH ${momentsTable()} SELECT epoch_us(asked) AS asked, ${sums} FROM moments
    LEFT JOIN ticks ON timestamp >= asked - INTERVAL ${longest} AND timestamp < asked
    GROUP BY asked ORDER BY asked`;
  return reader.query(LTC, sql);
}

function saidAt(row: (at: Said, moment: number) => object): { readonly [name: string]: unknown }[] {
  return sortedMoments().map((at) => ({ asked: at, ...row(said.get(at)!, at) }));
}

/** Feeds the tape, and stops at each moment, when all that traded before it is known. */
function follow(tape: TradeColumns): void {
  const sink: AnalyticsSink = {
    ...NOBODY,
    onCandle: (candle: Candle) => void candles.push(candle),
    onGap: (gap: FairValueGap) => void gaps.push(gap),
  };
  const analytics = new InstrumentAnalytics({
    ...{ instrument: LTC, priceTick: 0.01, quantityStep: 0.001, ...USUAL_SETTINGS },
  });
  let from = 0;
  const stops = sortedMoments().flatMap((at) => [at - 4 * HOUR_US, at]);
  for (const at of [...stops, FIRST_US + LENGTH_US].toSorted((a, b) => a - b)) {
    let to = from;
    while (to < tape.count && tape.timeUs[to]! < at) to++;
    if (to === 0) continue;
    if (to > from) analytics.onTrades(sliceTrades(tape, from, to), true, sink);
    from = to;
    analytics.advanceTo(at, sink);
    const { price, cvd, flow, structures, bars } = analytics.state();
    const { profiles } = structures.find(({ rules }) => rules === 'classic')!;
    const isRising = (['1m', '15m'] as const).map((timeframe) => {
      const last = bars.find((each) => each.timeframe === timeframe)?.last;
      return last ? last.close > last.open : null;
    });
    said.set(at, { price, cvd, flow, profiles: profiles.map((each) => ({ ...each })), isRising });
  }
}

/** Returns numbers in [0, 1) that depend only on the seed. */
function drawing(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return state / 0x80000000;
  };
}

/** A walk with runs of one side, several trades at one time, jumps, and minutes without a trade. */
function made(draw: () => number): TradeColumns {
  const timeUs = new Float64Array(TRADES);
  const price = new Float64Array(TRADES);
  const quantity = new Float64Array(TRADES);
  const side = new Uint8Array(TRADES);
  let [ticks, lean] = [8_400, 0.5];
  for (let i = 0; i < TRADES; i++) {
    const spread = Math.floor(((i + draw()) * LENGTH_US) / TRADES);
    // The first minutes of each half hour are quiet.
    const at = spread % (30 * MINUTE_US) < 4 * MINUTE_US && draw() < 0.97 ? spread + 5 * MINUTE_US : spread;
    timeUs[i] = FIRST_US + (draw() < 0.2 && i > 0 ? timeUs[i - 1]! - FIRST_US : at);
    if (draw() < 0.01) lean = 0.1 + 0.8 * draw();
    side[i] = draw() < lean ? 0 : 1;
    ticks += Math.round((draw() - 0.5) * (draw() < 0.02 ? 50 : 4));
    price[i] = ticks / 100;
    quantity[i] = Math.ceil(draw() ** 4 * 9_000) / 1_000;
  }
  timeUs.sort();
  const ids = { kind: 'counted', values: Float64Array.from(timeUs, (_, i) => i + 1) } as const;
  return { instrument: LTC, count: TRADES, timeUs, price, quantity, side, ids };
}
