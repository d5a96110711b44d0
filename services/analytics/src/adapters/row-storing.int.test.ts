import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Say } from '@algo/bus';
import { type FactName, tellStates } from '@algo/contracts';
import { Decimal, type Instrument, instrumentId, type TradeColumns } from '@algo/model';
import { storePath, TickStore } from '@algo/tickstore';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ShardInput, ShardMachine, type ShardRows, type ShardWord } from '../domain/index.ts';
import { RowStoring } from './row-storing.ts';

const LTC: Instrument = {
  ...{ id: instrumentId('binance.spot.LTCUSDT'), venue: 'binance', market: 'spot', symbol: 'LTCUSDT' },
  ...{ base: 'LTC', quote: 'USDT', assetClass: 'regular' },
  ...{ priceTick: Decimal.of('0.01'), quantityStep: Decimal.of('0.001') },
  ...{ minQuantity: Decimal.of('0.001'), minNotional: Decimal.of('5'), minNotionalBindsExits: true },
};
const catalog = new Map([[LTC.id, LTC]]);

const TICKSTORE = fileURLToPath(new URL('../../../../libs/tickstore', import.meta.url));
const HOLD_MS = 8_000;
const TRY_AGAIN_MS = 10;

let dataDir = '';
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'algo-shard-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

function batch(firstId: number, count: number): ShardInput {
  const of = (value: (i: number) => number) => Float64Array.from({ length: count }, (_, i) => value(i));
  const trades: TradeColumns = {
    ...{ instrument: LTC.id, count, side: new Uint8Array(count) },
    timeUs: of((i) => 1_750_507_467_000_000 + (firstId + i) * 1_000),
    ...{ price: of(() => 83.29), quantity: of(() => 0.5) },
    ids: { kind: 'counted', values: of((i) => firstId + i) },
  };
  return {
    name: 'TradeBatch',
    body: { trades, receivedUs: 0, complete: true, origin: 'live', sides: 'told' },
  };
}

/** Takes batches as inputs 1, 2, …; returns the snapshot that a life leaves. */
async function live(
  batches: readonly ShardInput[],
  snapshot?: Uint8Array,
  takenBefore = 0,
  onWaiting = (_error: Error) => {},
) {
  await using store = await TickStore.open({ dataDir });
  const storing = new RowStoring(store, {
    ...{ past: null, onWaiting, onRefilled: () => {}, tryAgainMs: TRY_AGAIN_MS },
  });
  const machine = new ShardMachine(catalog, snapshot, tellStates);
  const settled: Promise<void>[] = [];
  let input = takenBefore;
  for (const taken of batches) {
    input++;
    const say = Object.assign((_name: FactName) => undefined, {
      input,
      request(rows: ShardRows): void {
        settled.push(
          new Promise((settle) =>
            storing.carryOut(rows, { settle: () => settle(), past: 'never sent', leave() {} }),
          ),
        );
      },
    });
    machine.take(taken, say satisfies Say<ShardWord, ShardRows>);
  }
  const failed = storing.failed.then((error) => Promise.reject(error));
  await Promise.race([Promise.all(settled), failed]);
  const isStored = async () => {
    while (!(await storing.flush([LTC.id]))) await new Promise((resolve) => setTimeout(resolve, 5));
  };
  await Promise.race([isStored(), failed]);
  return { snapshot: machine.snapshot().slice(), stored: storing.counters().stored };
}

test('a restored shard goes on with the next input', async () => {
  const first = await live([batch(1, 10), batch(11, 10)]);
  expect((await live([batch(21, 10)], first.snapshot, 2)).stored).toBe(30);
});

test('a shard without its snapshot meets its stored trades again and stores none twice', async () => {
  await live([batch(1, 10), batch(11, 10)]);
  expect((await live([batch(1, 10), batch(11, 10), batch(21, 10)])).stored).toBe(30);
});

/** Opens a file for reading in another process, and keeps it open for so long. */
async function readElsewhere(path: string, holdMs: number) {
  const script = `
    import { DuckDBInstance } from '@duckdb/node-api';
    const instance = await DuckDBInstance.create(${JSON.stringify(path)}, { access_mode: 'READ_ONLY' });
    const connection = await instance.connect();
    console.log('open');
    setTimeout(() => process.exit(0), ${holdMs});`;
  const reader = spawn(process.execPath, ['--input-type=module', '-e', script], {
    cwd: TICKSTORE,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(reader, 'exit');
  await once(reader.stdout, 'data');
  return { ended };
}

test('a reader that holds the file for 8 s delays the rows of that instrument and nothing else', async () => {
  await live([batch(1, 10)]);
  const { ended } = await readElsewhere(storePath(dataDir, LTC.id), HOLD_MS);
  const startMs = performance.now();
  expect((await live([batch(1, 10), batch(11, 10)])).stored).toBe(20);
  expect(performance.now() - startMs).toBeGreaterThan(HOLD_MS / 2);
  await ended;
}, 30_000);

test('what cannot be made for long ends nothing: rows wait, it is said, they are stored', async () => {
  const folder = join(dataDir, 'binance');
  writeFileSync(folder, 'a file where the folder should be');
  let waits = 0;
  const { stored } = await live([batch(1, 10)], undefined, 0, (error) => {
    expect(error.message).toContain(folder);
    if (++waits === 15) rmSync(folder);
  });
  expect([stored, waits]).toEqual([10, 15]);
});

test('a stream that no longer goes back to the stored trades is refused', async () => {
  await live([batch(1, 10), batch(11, 10)]);
  await expect(live([batch(21, 10), batch(31, 10)])).rejects.toThrow(
    'trades of binance.spot.LTCUSDT = 21: the file ends at trade 20, the snapshot of this shard is gone',
  );
});

test('a snapshot of another layout is refused by name', async () => {
  const { snapshot } = await live([batch(1, 10)]);
  const other = Buffer.from('[{"id":"binance.spot.LTCUSDT","bytes":3}]\nabc');
  for (const damaged of [other, snapshot.subarray(0, snapshot.length - 1), Buffer.concat([snapshot, other])])
    expect(() => new ShardMachine(catalog, damaged)).toThrow('analytics snapshot');
});
