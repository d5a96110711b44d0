// An engine that trades an account at a real exchange's stand-in, as processes: killed, started again, and
// held against what the exchange itself says.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Decimal, type PositionEvent } from '@algo/model';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { algo } from './support/algo-process.ts';
import { EngineRecord, factsOf } from './support/engine-record.ts';
import { EngineRun } from './support/engine-run.ts';
import { LIVE_ACCOUNT, LiveSpot, limitsFor } from './support/live-spot.ts';
import { unguarded } from './support/venue-books.ts';

const PATIENCE_MS = 180_000;
const RUN_MAX_MS = 600_000;
const ENTRIES_MIN = 3;
/** What no order can sell is worth less than five. */
const DUST = Decimal.of('0.07');

jest.setTimeout(RUN_MAX_MS);

describe('a live account at the stand-in of Binance spot', () => {
  let dir = '';
  let live: LiveSpot;
  let env: NodeJS.ProcessEnv = {};
  let record: EngineRecord;
  let screen = '';

  const positions = async (run: EngineRun): Promise<readonly PositionEvent[]> =>
    (await factsOf(await run.bus(PATIENCE_MS), 'pos.evt')).map(({ fact }) => fact.body);
  const opened = (events: readonly PositionEvent[]) => events.filter(({ type }) => type === 'PositionOpened');

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'algo-live-'));
    live = await LiveSpot.open(dir);
    env = { ...live.env, ...limitsFor(dir) };
    const options = [...live.options(), '--confirm-live', LIVE_ACCOUNT];
    let run = new EngineRun(join(dir, 'data'), options, env);
    try {
      await run.until('a position', async () => opened(await positions(run)).length > 0, PATIENCE_MS);
      await run.kill([`execution.${LIVE_ACCOUNT}`], PATIENCE_MS);
      await run.until('another position', async () => opened(await positions(run)).length > 1, PATIENCE_MS);
      await run.kill([`reconcile.${LIVE_ACCOUNT}`, `position-risk.${LIVE_ACCOUNT}`], PATIENCE_MS);
      await run.killEverything();
      run = run.again();
      const isDone = async () => opened(await positions(run)).length >= ENTRIES_MIN;
      await run.until(`${ENTRIES_MIN} positions`, isDone, PATIENCE_MS);
      await algo(['halt', '--scope', 'account', '--reason', 'enough', '--data-dir', run.dataDir]);
      const isFlat = async () => {
        const events = await positions(run);
        return events.filter(({ type }) => type === 'PositionClosed').length === opened(events).length;
      };
      await run.until('all of them to be closed', isFlat, PATIENCE_MS);
      live.end();
      const end = await run.stop();
      screen = end.said;
      expect({ code: end.code, said: end.code === 0 ? '' : screen }).toEqual({ code: 0, said: '' });
    } finally {
      await run[Symbol.asyncDispose]();
    }
    record = await EngineRecord.open(run.dataDir);
  });
  afterAll(async () => {
    await record?.[Symbol.asyncDispose]();
    await live?.[Symbol.asyncDispose]();
    rmSync(dir, { recursive: true, force: true });
  });

  test('our fills are the exchange’s, each once', async () => {
    const ours = (await factsOf(record.bus, 'ord.evt')).flatMap(({ fact: { body } }) =>
      body.type === 'OrderFilled' ? [`${body.fill.quantity}@${body.fill.price} ${body.fill.side}`] : [],
    );
    const { fills, orders } = live.exchange.truth();
    const sideOf = (orderId: number) => orders.find((order) => order.orderId === orderId)!.side.toLowerCase();
    const theirs = fills.map(({ quantity, price, orderId }) => `${quantity}@${price} ${sideOf(orderId)}`);
    expect(ours.toSorted()).toEqual(theirs.toSorted());
    expect(theirs.length).toBeGreaterThan(0);
  });

  test('nothing is held in the end that the books do not know', async () => {
    const dust = (await factsOf(record.bus, 'pos.evt')).map(({ fact }) => fact.body);
    expect(unguarded(dust)).toEqual([]);
    for (const asset of ['LTC', 'ETH']) expect(live.holds(asset).lessThan(DUST)).toBe(true);
    expect(live.exchange.truth().orders.filter(({ status }) => status === 'NEW')).toEqual([]);
  });

  test('no name of an order went out twice', () => {
    const names = live.exchange.truth().orders.map(({ clientOrderId }) => clientOrderId);
    expect(new Set(names).size).toBe(names.length);
  });

  test('a stop of ours rested at the exchange behind the positions', () => {
    const stops = live.exchange.truth().orders.filter(({ type }) => type === 'STOP_LOSS_LIMIT');
    expect(stops.length).toBeGreaterThanOrEqual(ENTRIES_MIN - 1);
  });

  test('the screen says whose real money trades, and nobody plays an exchange', () => {
    expect(screen).toContain(`LIVE, REAL MONEY: ${LIVE_ACCOUNT} on binance-spot`);
    expect(screen).not.toContain('paper-venue');
  });

  test('gone through again, each process says what it said then', async () => {
    await record[Symbol.asyncDispose]();
    const { code, said } = await algo(['replay', record.dataDir], env);
    expect({ code, said: code === 0 ? '' : said }).toEqual({ code: 0, said: '' });
  });
});
