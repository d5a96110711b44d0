import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { eagerTrading } from './support/eager-trading.ts';
import { EngineRecord, factsOf } from './support/engine-record.ts';
import { EngineRun } from './support/engine-run.ts';
import { PlayedMarket } from './support/played-market.ts';

const PATIENCE_MS = 180_000;

test(
  'an engine on a fresh directory fills an entry and the exit of its position in its first life',
  async () => {
    const dir = mkdtempSync(join(tmpdir(), 'algo-fresh-'));
    try {
      const instruments = ['binance.spot.LTCUSDT', 'binance.spot.BTCUSDT'];
      const play = { instruments, seed: 1, historyMinutes: 16, liveMinutesMax: 120, speed: 20 };
      await using market = await PlayedMarket.open(play);
      const env = { ...market.env, ...eagerTrading(dir) };
      await using run = new EngineRun(join(dir, 'data'), market.options, env);
      const bus = await run.bus(PATIENCE_MS);
      const isClosed = async () =>
        (await factsOf(bus, 'pos.evt')).some(({ fact }) => fact.name === 'PositionClosed');
      await run.until('a position to close', isClosed, PATIENCE_MS);
      expect((await run.stop()).code).toBe(0);

      await using record = await EngineRecord.open(run.dataDir);
      const orders = (await factsOf(record.bus, 'ord.evt')).map(({ fact }) => fact.body);
      const filled = new Set(
        orders.flatMap((event) => (event.type === 'OrderFilled' ? [event.clientOrderId] : [])),
      );
      const intents = orders.flatMap((event) =>
        event.type === 'OrderSubmitted' && filled.has(event.clientOrderId) ? [event.intent] : [],
      );
      expect(intents).toEqual(expect.arrayContaining(['entry', 'exit']));
      const epochs = orders.flatMap((event) => (event.type === 'OrderSubmitted' ? [event.epoch] : []));
      expect(new Set(epochs).size).toBe(1);
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  },
  3 * PATIENCE_MS,
);
