import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MemoryBus, MemoryServer, VirtualClock } from '@algo/bus';
import { encodeFact, subjects } from '@algo/contracts';
import { type InstrumentId, instrumentId, type TradeBatch } from '@algo/model';
import { eventually } from '@algo/testkit';
import { openReader, TickStore } from '@algo/tickstore';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ShardRows } from '../domain/index.ts';
import { pastRowsOn } from './past-rows.ts';
import { RowStoring, WAITING_ROWS_MAX } from './row-storing.ts';

const [LTC, XRP] = [instrumentId('binance.spot.LTCUSDT'), instrumentId('binance.spot.XRPUSDT')];

let dataDir = '';
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'algo-waiting-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

function batchOf(instrument: InstrumentId, firstId: number, count: number): TradeBatch {
  const of = (value: (id: number) => number) =>
    Float64Array.from({ length: count }, (_, i) => value(firstId + i));
  const trades = {
    ...{ instrument, count, side: new Uint8Array(count), timeUs: of((id) => 1_750_507_467_000_000 + id) },
    ...{ price: of(() => 83.29), quantity: of(() => 0.5) },
    ids: { kind: 'counted', values: of((id) => id) },
  } as const;
  return { trades, receivedUs: 0, complete: true, origin: 'live', sides: 'told' };
}

const rowsOf = (position: number, { trades }: TradeBatch): ShardRows => ({
  ...{ type: 'StoreRows', instrument: trades.instrument, position, trades },
  ...{ candles: [], doubted: [], orderFlow: [], profiles: [], zones: [], gaps: [] },
});

test('200,000 rows wait for files; of one more those of its file are let go and put back', async () => {
  const bus = new MemoryBus(new MemoryServer(new VirtualClock()), 'ingest.binance');
  await using store = await TickStore.open({ dataDir });
  const said: string[] = [];
  let tries = 0;
  const storing = new RowStoring(store, {
    past: pastRowsOn(bus),
    onWaiting: () => tries++,
    onRefilled: (words) => said.push(words),
    tryAgainMs: 10,
  });
  const positions = new Map<InstrumentId, number>();
  /** Takes trades as a machine does: they are in the stream, and the machine waits for no file. */
  const take = async (batch: TradeBatch) => {
    const { instrument } = batch.trades;
    const position = (positions.get(instrument) ?? 0) + 1;
    positions.set(instrument, position);
    const data = encodeFact('TradeBatch', batch);
    const about = { type: 'algo.v1.TradeBatch', id: `${instrument} ${position}`, timeUs: 0 };
    await bus.publish({ ...about, subject: subjects.trades(instrument), data });
    await new Promise<void>((settle) =>
      storing.carryOut(rowsOf(position, batch), { settle: () => settle(), past: 'never sent', leave() {} }),
    );
  };
  const folder = join(dataDir, 'binance');
  writeFileSync(folder, 'a file where the folder should be');
  expect(WAITING_ROWS_MAX).toBe(200_000);
  const most = WAITING_ROWS_MAX / 4;
  for (let n = 0; n < 3; n++) await take(batchOf(LTC, 1 + n * most, most));
  await take(batchOf(XRP, 1, most));
  await eventually('files that can not be opened', () => tries > 2);
  expect([said, storing.counters().pendingRows]).toEqual([[], WAITING_ROWS_MAX]);
  await eventually('both to be told', () => storing.troubles.size === 2);
  expect(storing.troubles.get(LTC)).toContain('LTCUSDT');

  await take(batchOf(XRP, most + 1, 1));
  expect(said).toEqual([
    'binance.spot.XRPUSDT: too many rows wait for its file; they are put back from the stream later',
  ]);
  expect(storing.counters().pendingRows).toBe(3 * most + 1); // with the newest of what is let go
  expect([await storing.flush([XRP]), await storing.flush([LTC])]).toEqual([false, false]);

  rmSync(folder);
  await eventually('the files to be open', async () => storing.flush([LTC]));
  await eventually('what was let go to be back', () => storing.flush([XRP]), 20_000);
  expect(said[1]).toContain('binance.spot.XRPUSDT: its file lacked rows; 50,000 trades');
  expect(said).toHaveLength(2);
  expect([...storing.troubles]).toEqual([]);
  await storing.close([LTC, XRP], 'nothing');
  const reader = openReader(dataDir);
  for (const [instrument, trades] of [[LTC, 3 * most] as const, [XRP, most + 1] as const])
    expect([await reader.countTrades(instrument), await reader.countDuplicates(instrument)]).toEqual([
      trades,
      0,
    ]);
}, 60_000);
