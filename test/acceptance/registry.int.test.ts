// An engine, as processes, on instruments that no file names: the exchange says by which rules they trade,
// changes them, and is not there at the next start. One of its bars contradicts our trades on the way.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { US_PER_MS } from '@algo/model';
import { BinanceStandIn, SPOT_DIALECT, type TapeTrade } from '@algo/testkit/venues';
import { expect, test, vi } from 'vitest';
import { AlgoProcess, algo } from './support/algo-process.ts';
import { factsOf } from './support/engine-record.ts';
import { EngineRun } from './support/engine-run.ts';

const PATIENCE_MS = 90_000;
vi.setConfig({ testTimeout: 4 * PATIENCE_MS });

const SYMBOLS = ['SOLUSDT', '1000PEPEUSDT', '币安人生USDT'];
const [SOL, , CHINESE] = SYMBOLS.map((symbol) => `binance.spot.${symbol}`);
/** The market's time per wall time: a minute, and with it a bar, passes in three seconds. */
const SPEED = 20;
const TELL_EVERY_MS = 50;
const TRADES_PER_MINUTE = 60_000 / SPEED / TELL_EVERY_MS;

test('what the exchange lists is traded by its rules, as they change and while it is silent', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'algo-registry-'));
  const beganMs = Date.now();
  const nowMs = () => beganMs + (Date.now() - beganMs) * SPEED;
  await using market = await BinanceStandIn.start({
    ...{ dialect: SPOT_DIALECT, symbols: SYMBOLS, nowMs, weightMax: 100_000 },
  });
  market.rules.set('币安人生USDT', { tickSize: '0.0001', stepSize: '1', minQty: '1' });
  let id = 0;
  const next = (): TapeTrade => {
    const timeUs = Math.floor(nowMs()) * US_PER_MS;
    return { id: ++id, timeUs, price: `${83 + (id % 7) / 100}`, quantity: '1', isBuyerMaker: id % 2 === 0 };
  };
  const telling = setInterval(() => {
    const trade = next();
    for (const symbol of SYMBOLS) market.tell(symbol, [trade]);
  }, TELL_EVERY_MS);
  const env = {
    ...{ ALGO_BINANCE_URL: market.url, ALGO_BINANCE_REST_URL: market.restUrl },
    ...{ ALGO_SPEED: `${SPEED}`, ALGO_RULES_EVERY_MS: '1000' },
  };
  const options = ['--feed', 'binance', '--instruments', SYMBOLS.map((s) => `binance.spot.${s}`).join(',')];
  try {
    const mistyped = await algo(
      ['up', '--feed', 'binance', '--instruments', 'binance.spot.SLOUSDT', '--data-dir', join(dir, 'none')],
      env,
    );
    expect([mistyped.code, mistyped.said]).toEqual([
      2,
      expect.stringMatching(/--instruments.*binance\.spot\.SLOUSDT.*its nearest is binance\.spot\.SOLUSDT/),
    ]);
    expect(mistyped.said).not.toContain('starting');

    await using first = new EngineRun(join(dir, 'data'), options, env);
    const bus = await first.bus(PATIENCE_MS);
    const isFed = async () => {
      const fed = new Set((await factsOf(bus, 'md.trades')).map(({ fact }) => fact.body.trades.instrument));
      return fed.size === SYMBOLS.length;
    };
    await first.until('trades of all', isFed, PATIENCE_MS);

    // The minute in which it began is compared with nothing.
    const fedId = id;
    await first.until('two minutes of the market', () => id > fedId + 2 * TRADES_PER_MINUTE, PATIENCE_MS);
    // A trade that nobody hears and no read shows, but the exchange's own bar counts it.
    const hidden = next();
    market.lost.add(hidden.id);
    market.happen('SOLUSDT', [hidden]);
    for (const symbol of SYMBOLS.slice(1)) market.tell(symbol, [hidden]);
    const isDoubted = async () =>
      (await factsOf(bus, 'md.feed')).some(
        ({ fact }) => fact.name === 'GapUnfillable' && fact.body.code === 'BAR_DIFFERS',
      );
    await first.until('the bar to be doubted', isDoubted, PATIENCE_MS);

    market.rules.set('币安人生USDT', { tickSize: '0.0001', stepSize: '1', minQty: '1', status: 'HALT' });
    const shuts = async () =>
      (await factsOf(bus, 'ord.standing')).flatMap(({ fact }) =>
        fact.name === 'EntryStanding' ? fact.body.causes : [],
      );
    const isShut = async () =>
      (await shuts()).some(
        ({ code, scope }) =>
          code === 'INSTRUMENT_SHUT' && scope.kind === 'instrument' && scope.instrument === CHINESE,
      );
    await first.until('entries to be shut', isShut, PATIENCE_MS);
    const status = await algo(['status', '--data-dir', first.dataDir]);
    expect(status.said).toContain(`instrument:${CHINESE}: the exchange does not trade it`);
    expect(status.said).toContain(`${SOL}: bars that differ from the venue's: 1`);
    expect((await first.stop()).code).toBe(0);

    market.readFault = () => ({ status: 503 });
    const isWithout = { ...env, ALGO_BINANCE_REST_URL: 'http://127.0.0.1:1' };
    await using second = new EngineRun(first.dataDir, options, isWithout);
    const busOf = await second.bus(PATIENCE_MS);
    const beforeId = id;
    const isFedAgain = async () =>
      (await factsOf(busOf, 'md.trades')).some(({ fact: { body } }) => {
        const { ids, instrument } = body.trades;
        return instrument === CHINESE && ids.kind === 'counted' && Number(ids.values.at(-1)) > beforeId;
      });
    await second.until('trades again', isFedAgain, PATIENCE_MS);
    expect(second.up.said).toMatch(/what it listed .* ago holds/);
    expect(second.up.said).toContain(`${CHINESE} is suspended at its exchange`);
    expect((await second.stop()).code).toBe(0);

    const replay = await new AlgoProcess(['replay', first.dataDir]).ended;
    expect(replay.said).toContain(`${SOL}: the bar at`);
    expect({ code: replay.code, said: replay.code === 0 ? '' : replay.said }).toEqual({ code: 0, said: '' });
  } finally {
    clearInterval(telling);
    rmSync(dir, { recursive: true, force: true });
  }
});
