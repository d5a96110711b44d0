import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bus } from '@algo/bus';
import { codecs, subjects } from '@algo/contracts';
import { accountId, haltScopeKey, instrumentId, type TradeColumns } from '@algo/model';
import { openReader } from '@algo/tickstore';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { algo } from '../acceptance/support/algo-process.ts';
import { analyticsOf, firstDifference, instrumentOfWord } from '../acceptance/support/analytics-reference.ts';
import { aim, blows, type Strike, strike } from '../acceptance/support/blow-plan.ts';
import { soak } from '../acceptance/support/config.ts';
import { eagerTrading } from '../acceptance/support/eager-trading.ts';
import { EngineRecord, factsOf } from '../acceptance/support/engine-record.ts';
import { EngineRun } from '../acceptance/support/engine-run.ts';
import { PlayedMarket } from '../acceptance/support/played-market.ts';
import { Stake } from '../acceptance/support/stake.ts';
import { fillLine, heldBy, unguarded, workingOrders } from '../acceptance/support/venue-books.ts';
import { ACCOUNT, hasOwnDisk, STRIKES } from './strikes.ts';

const LTC = 'binance.spot.LTCUSDT';
const BTC = 'binance.spot.BTCUSDT';
/** Halted by a person before the first kill. */
const ETH = 'binance.spot.ETHUSDT';
const INSTRUMENTS = [LTC, BTC, ETH].map((id) => instrumentId(id));
const ENTRIES_MIN = 10;
const PATIENCE_MS = 180_000;
const RUN_MAX_MS = 900_000;
const FIFTEEN_SECONDS_US = 15_000_000;

const DISK_MB = 320;

vi.setConfig({ testTimeout: RUN_MAX_MS }); // on a busy machine it takes long to read what the run has left

const asked = z.object({
  inputs: z.array(
    z.object({
      name: z.string(),
      body: z.object({ order: z.object({ clientOrderId: z.string() }).optional() }),
    }),
  ),
});

const seeds = soak ? [1, 2, 3, 4, 5] : [1];
/** How often each strike falls. */
const rounds = soak ? 2 : 1;

describe.each(seeds)('a live run whose processes die, stand still and find no disk; seed %i', (seed) => {
  let dir = '';
  let env: NodeJS.ProcessEnv = {};
  let market: PlayedMarket;
  let record: EngineRecord;
  /** Of each blow, the orders and positions just before it, and which of them were still there after it. */
  const met: { readonly blow: Strike; readonly before: string[]; readonly after: string[] }[] = [];
  /** The market's time of the last blow. */
  let lastBlowUs = 0;
  /** What the venue itself says that the account holds, at the end. */
  let venueHolds = new Map<string, string>();

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'algo-chaos-'));
    const play = { instruments: INSTRUMENTS, seed, historyMinutes: 16, liveMinutesMax: 180, speed: 20 };
    market = await PlayedMarket.open(play);
    env = { ...market.env, ...eagerTrading(dir) };
    const dataDir = join(dir, 'data');
    mkdirSync(dataDir);
    if (hasOwnDisk) execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_MB}m`, 'tmpfs', dataDir]);
    const options = [...market.options, '--standby', 'execution,position-risk'];
    let run = new EngineRun(dataDir, options, env);
    try {
      await market.reached(0);
      const halt = [
        'halt',
        '--scope',
        `instrument:${ETH}`,
        '--reason',
        'a look at it',
        '--data-dir',
        run.dataDir,
      ];
      expect(await algo(halt)).toEqual({ code: 0, said: `instrument:${ETH} is halted\n` });
      const stake = new Stake();
      for (const blow of blows(seed, STRIKES, rounds)) {
        const before = await aim({ blow, run, market, stake, withinMs: PATIENCE_MS });
        lastBlowUs = market.nowUs;
        run = await strike(run, blow, PATIENCE_MS);
        await stake.look(await run.bus(PATIENCE_MS));
        met.push({ blow, before, after: before.filter((id) => stake.underWay.includes(id)) });
      }
      await run.until('ten entries', () => hasEntered(run), PATIENCE_MS);
      const isKept = async () => isHaltKept(await run.bus(PATIENCE_MS), lastBlowUs);
      await run.until(`an entry in ${ETH} to be refused after the last blow`, isKept, PATIENCE_MS);
      // Without trades the last exits would find nobody to sell to, and be tried for long.
      const isIdle = async () => {
        await stake.look(await run.bus(PATIENCE_MS));
        return stake.underWay.length === 0;
      };
      await run.until('a moment in which nothing is held', isIdle, PATIENCE_MS);
      market.end();
      await workedThrough(run, market);
      venueHolds = await askVenue(run);
      const { code, said } = await run.stop();
      if (code !== 0) throw new Error(`the engine ended with ${code}: ${said.slice(-4_000)}`);
    } finally {
      await run[Symbol.asyncDispose]();
    }
    record = await EngineRecord.open(run.dataDir);
  }, RUN_MAX_MS);
  afterAll(async () => {
    await record?.[Symbol.asyncDispose]();
    await market?.[Symbol.asyncDispose]();
    if (hasOwnDisk) execFileSync('umount', [join(dir, 'data')]);
    rmSync(dir, { recursive: true, force: true });
  });

  test('kills met orders under way or open positions, and these lived through some', () => {
    const count = (of: 'before' | 'after') => met.filter((blow) => blow[of].length > 0).length;
    expect(count('before')).toBeGreaterThanOrEqual(0.5 * rounds * STRIKES.length);
    expect(count('after')).toBeGreaterThanOrEqual(0.3 * rounds * STRIKES.length);
  });

  test('every trade of the market is said and stored once, and in order', async () => {
    const said = await factsOf(record.bus, 'md.trades');
    const reader = openReader(join(record.dataDir, 'ticks'));
    for (const [instrument, trades] of market.trades) {
      const wanted = Array.from(trades.ids.values, Number);
      const heard = said.flatMap(({ fact }) =>
        fact.body.trades.instrument === instrument ? Array.from(fact.body.trades.ids.values, Number) : [],
      );
      expect(heard).toEqual(wanted);
      const rows = await reader.query(
        instrument,
        `SELECT trade_id AS id, epoch_us(timestamp) AS "timeUs", price, volume
          FROM store.ticks ORDER BY rowid`,
      );
      expect(rows).toEqual(rowsOf(trades));
    }
  });

  test('candles, states and signals are those of analytics in one process, bit for bit', async () => {
    const time = await factsOf(record.bus, 'md.time');
    const sureUs = time.at(-1)!.fact.body.sureUs;
    const words = await Promise.all(
      (['md.candles', 'an.state', 'an.signal', 'an.pattern'] as const).map((family) =>
        factsOf(record.bus, family),
      ),
    );
    const reader = openReader(join(record.dataDir, 'ticks'));
    for (const [instrument, trades] of market.trades) {
      const reference = analyticsOf(trades, sureUs);
      for (const family of words) {
        const said = family.map(({ fact }) => fact).filter((fact) => instrumentOfWord(fact) === instrument);
        const names = new Set(said.map(({ name }) => name));
        const wanted = reference.filter(({ name }) => names.has(name));
        expect(firstDifference(said, wanted)).toBeUndefined();
        expect(said.length).toBeGreaterThan(0.95 * wanted.length);
      }
      const candles = reference.flatMap(({ name, body }) =>
        name === 'CandleClosed' && body.timeframe === '1m' ? [body] : [],
      );
      const rows = await reader.query(
        instrument,
        `SELECT epoch_us(timestamp) AS "openTimeUs", open, high, low, close, volume,
          buy_volume AS "buyVolume", sell_volume AS "sellVolume", num_trades AS trades, complete
          FROM store.candles_1m ORDER BY rowid`,
      );
      expect(rows.length).toBeGreaterThan(candles.length - 3);
      expect(candles.slice(0, rows.length)).toMatchObject(rows);
    }
  });

  test('ten positions or more were entered, each with a stop that only tightens', async () => {
    const events = (await factsOf(record.bus, 'pos.evt')).map(({ fact }) => fact.body);
    const opened = events.filter(({ type }) => type === 'PositionOpened');
    expect(opened.length).toBeGreaterThanOrEqual(ENTRIES_MIN);
    expect(unguarded(events)).toEqual([]);
  });

  test('our books are the venue’s: each fill, and what is held', async () => {
    const orders = (await factsOf(record.bus, 'ord.evt')).map(({ fact }) => fact.body);
    const venue = (await factsOf(record.bus, 'venue.ledger')).map(({ fact }) => fact);
    const ours = orders.flatMap((event) => (event.type === 'OrderFilled' ? [fillLine(event.fill)] : []));
    const theirs = venue.flatMap(({ name, body }) => (name === 'VenueFilled' ? [fillLine(body.fill)] : []));
    expect(ours.toSorted()).toEqual(theirs.toSorted());
    const positions = (await factsOf(record.bus, 'pos.evt')).map(({ fact }) => fact.body);
    expect(heldBy(positions)).toEqual(venueHolds);
    expect(orders.filter(({ type }) => type === 'OrderQuarantined')).toEqual([]);
  });

  test('no client order id went to the venue twice, and each that it knows was submitted', async () => {
    const reached = (await record.ownRecords(`paper-venue.${ACCOUNT}`)).flatMap((line) => {
      const { data } = asked.safeParse(line);
      return data?.inputs.flatMap(({ body }) => body.order?.clientOrderId ?? []) ?? [];
    });
    expect(reached.length).toBeGreaterThanOrEqual(ENTRIES_MIN);
    expect(reached.length).toBe(new Set(reached).size);
    const submitted = (await factsOf(record.bus, 'ord.evt')).flatMap(({ fact }) =>
      fact.name === 'OrderSubmitted' ? [fact.body.clientOrderId as string] : [],
    );
    expect(submitted.length).toBe(new Set(submitted).size);
    expect(reached.filter((id) => !submitted.includes(id))).toEqual([]);
  });

  test('what a person halted before the kills is halted after them', async () => {
    const modes = (await factsOf(record.bus, 'risk.evt')).flatMap(({ fact }) =>
      fact.name === 'TradingModeChanged' && haltScopeKey(fact.body.scope) === `instrument:${ETH}`
        ? [fact.body]
        : [],
    );
    expect(modes.map(({ mode }) => mode)).toEqual(['halted']);
    const haltedUs = modes[0]!.timeUs;
    const accepted = (await factsOf(record.bus, 'dec.made')).filter(
      ({ fact }) =>
        fact.name === 'DecisionMade' &&
        fact.body.instrument === ETH &&
        fact.body.timeUs > haltedUs &&
        fact.body.outcome.type === 'accepted',
    );
    expect(accepted).toEqual([]);
    expect(await isHaltKept(record.bus, lastBlowUs)).toBe(true);
  });

  test(
    'gone through again, each process says what it said then',
    async () => {
      await record[Symbol.asyncDispose]();
      const { code, said } = await algo(['replay', record.dataDir], env);
      expect({ code, said: code === 0 ? '' : said }).toEqual({ code: 0, said: '' });
    },
    RUN_MAX_MS,
  );
});

/** Says whether the halt of a person still refused an entry after a moment. */
async function isHaltKept(bus: Bus, afterUs: number): Promise<boolean> {
  return (await factsOf(bus, 'dec.made')).some(
    ({ fact }) =>
      fact.name === 'DecisionMade' &&
      fact.body.instrument === ETH &&
      fact.body.timeUs > afterUs &&
      fact.body.outcome.type === 'refused' &&
      fact.body.outcome.code === 'HALTED',
  );
}

async function hasEntered(run: EngineRun): Promise<boolean> {
  const events = await factsOf(await run.bus(PATIENCE_MS), 'pos.evt');
  return events.filter(({ fact }) => fact.name === 'PositionOpened').length >= ENTRIES_MIN;
}

/** Waits until analytics has closed the bar of each last trade, and each order has ended. */
async function workedThrough(run: EngineRun, { trades }: PlayedMarket): Promise<void> {
  const bus = await run.bus(PATIENCE_MS);
  for (const [instrument, { count, timeUs }] of trades)
    await run.until(
      `the last bar of ${instrument} to close`,
      async () => {
        const last = (await bus.last('CANDLES', subjects.candles(instrument, '15s')))?.fact;
        return (
          last?.name === 'CandleClosed' && last.body.openTimeUs + FIFTEEN_SECONDS_US > timeUs[count - 1]!
        );
      },
      PATIENCE_MS,
    );
  const orders = async () => (await factsOf(bus, 'ord.evt')).map(({ fact }) => fact.body);
  await run.until('each order to end', async () => workingOrders(await orders()).size === 0, PATIENCE_MS);
}

async function askVenue(run: EngineRun): Promise<Map<string, string>> {
  await using bus = await run.busAs('reconcile', `reconcile.${ACCOUNT}`);
  const question = codecs.AccountRequest.encode({
    account: accountId(ACCOUNT),
    kind: 'positions',
    sinceUs: 0,
    skipRows: 0,
  });
  const subject = subjects.venueRequest(ACCOUNT, 'account');
  const { data } = await bus.request(subject, codecs.AccountRequest.type, question, PATIENCE_MS);
  const { positions } = codecs.PositionsReply.decode(data);
  return new Map(positions.map(({ instrument, quantity }) => [instrument, `${quantity}`]));
}

function rowsOf({ count, ids, timeUs, price, quantity }: TradeColumns) {
  return Array.from({ length: count }, (_, i) => ({
    ...{ id: Number(ids.values[i]), timeUs: timeUs[i], price: price[i], volume: quantity[i] },
  }));
}
