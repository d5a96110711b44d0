import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { archiveFolder } from './archive.ts';
import { storePath } from './store-path.ts';
import { HOURS, hourlyRows, hourlyTradesUpTo } from './testing/hourly-rows.ts';
import { LTC } from './testing/sample-rows.ts';
import { openReader } from './tick-reader.ts';
import { TickStore } from './tick-store.ts';

const WRITER = fileURLToPath(new URL('./testing/roll-writer.ts', import.meta.url));
let dataDir = '';
let archiveDir = '';
beforeEach(() => {
  const root = mkdtempSync(join(tmpdir(), 'tickstore-archive-'));
  dataDir = join(root, 'ticks');
  archiveDir = join(root, 'archive');
});
afterEach(() => rmSync(dirname(dataDir), { recursive: true, force: true }));

async function runWriter(...killAt: string[]): Promise<unknown> {
  const child = spawn(process.execPath, [WRITER, dataDir, archiveDir, LTC, ...killAt], { stdio: 'inherit' });
  const [code, signal] = await once(child, 'exit');
  return signal ?? code;
}

/** Each trade, and each hour's bar, is there once up to the position that it returns. */
async function expectWhole(): Promise<number> {
  const reader = openReader(dataDir, archiveDir);
  const [row] = await reader.query(
    LTC,
    `SELECT count(*) AS trades, count(DISTINCT trade_id) AS ids, coalesce(max(trade_id), 0) AS last,
      (SELECT count(*) FROM candles_1h) AS bars, (SELECT count(DISTINCT timestamp) FROM candles_1h) AS hours,
      (SELECT coalesce(max(position), 0) FROM store.checkpoints) AS position FROM ticks`,
  );
  const position = Number(row?.position);
  const trades = hourlyTradesUpTo(position);
  expect(row).toEqual({ trades, ids: trades, last: trades, bars: position, hours: position, position });
  return position;
}

const archived = (table: string) =>
  existsSync(join(archiveFolder(archiveDir, LTC), table))
    ? readdirSync(join(archiveFolder(archiveDir, LTC), table)).filter((name) => name.endsWith('.parquet'))
    : [];

// Statements of one life in order: COMMIT (1) makes the file, each hour is one, each roll another.
test.each<[string, string, string, string, string]>([
  ['before an hour is committed', 'before', '^COMMIT', '20', '0'],
  ['after an hour is committed', 'after', '^COMMIT', '20', '0'],
  ['in a checkpoint', 'in', '^CHECKPOINT file_0', '3', '1'],
  ['later in a checkpoint', 'in', '^CHECKPOINT file_0', '4', '4'],
  ['in the detach at its end', 'in', '^DETACH', '2', '1'],
  ['before a day is written', 'before', '^COPY', '1', '0'],
  ['in the writing of a day', 'in', '^COPY', '1', '1'],
  ['before a day is renamed', 'after', '^COPY', '1', '0'],
  ['between a day of trades and its bars', 'after', '^COPY', '2', '0'],
  ['after the rename, before the rows are deleted', 'before', '^DELETE FROM file_0.ticks', '1', '0'],
  ['before the roll is committed', 'after', '^UPDATE file_0.store_info SET rolled_to', '1', '0'],
  ['after late trades were renamed into their day', 'before', '^DELETE FROM file_0.ticks', '2', '0'],
  ['after late trades left the file', 'after', '^UPDATE file_0.store_info SET rolled_to', '2', '0'],
])(
  'killed %s, everything is read once, then and after the next run',
  async (_, ...killAt) => {
    expect(await runWriter(...killAt)).toBe('SIGKILL');
    await expectWhole();
    expect(await runWriter()).toBe(0);
    expect(await expectWhole()).toBe(HOURS);
    expect(archived('ticks')).toEqual(['2026-01-05.parquet', '2026-01-06.parquet', '2026-01-07.parquet']);
  },
  60_000,
);

test('a store rolls days by itself, and a lost file goes on from what was rolled', async () => {
  const said: Error[] = [];
  const options = {
    dataDir,
    archive: { dir: archiveDir, unit: 'day' },
    onError: said.push.bind(said),
  } as const;
  {
    await using store = await TickStore.open(options);
    await store.openInstrument(LTC, 'counted');
    for (let position = 1; position <= HOURS; position++) {
      store.append(hourlyRows(LTC, position));
      store.commitUpTo(LTC, position);
      await store.flush();
    }
  }
  expect(await expectWhole()).toBe(HOURS);
  const path = storePath(dataDir, LTC);
  rmSync(path);
  rmSync(`${path}.wal`, { force: true });
  {
    // The stream tells all again from where it begins: here from the second day on.
    await using store = await TickStore.open(options);
    expect((await store.openInstrument(LTC, 'counted')).position).toBe(0);
    for (let position = 30; position <= HOURS; position++) {
      store.append(hourlyRows(LTC, position));
      store.commitUpTo(LTC, position);
    }
  }
  expect(await expectWhole()).toBe(HOURS);
  expect(said).toEqual([]);
}, 60_000);

test('a store that comes to roll hours goes on where days ended, and back, each row once', async () => {
  const archive = { dir: archiveDir, unit: 'day' } as const;
  await using store = await TickStore.open({ dataDir, archive });
  await store.openInstrument(LTC, 'counted');
  for (let position = 1; position <= HOURS; position++) {
    if (position === 27) store.rollBy('hour');
    if (position === 40) store.rollBy('day');
    store.append(hourlyRows(LTC, position));
    store.commitUpTo(LTC, position);
    await store.flush();
  }
  await store[Symbol.asyncDispose]();
  expect(await expectWhole()).toBe(HOURS);
  const names = archived('ticks');
  expect(names).toContain('2026-01-05.parquet');
  expect(names.filter((name) => name.startsWith('2026-01-06T')).length).toBeGreaterThan(0);
}, 60_000);

test('a damaged file is set aside, said so, and what was rolled is still read', async () => {
  expect(await runWriter()).toBe(0);
  const path = storePath(dataDir, LTC);
  writeFileSync(path, 'x'.repeat(20_000));
  const said: Error[] = [];
  {
    await using store = await TickStore.open({
      dataDir,
      archive: { dir: archiveDir, unit: 'day' },
      onError: (error) => said.push(error),
    });
    expect((await store.openInstrument(LTC, 'counted')).position).toBe(0);
  }
  expect(said.map((error) => error.name)).toEqual(['FileSetAsideError']);
  expect(readdirSync(dirname(path)).some((name) => name.includes('.unreadable-'))).toBe(true);
  const trades = await openReader(dataDir, archiveDir).countTrades(LTC);
  expect(trades).toBeGreaterThanOrEqual(hourlyTradesUpTo(70));
}, 60_000);

test('a folder that cannot be written keeps the rows in the file, and says so', async () => {
  writeFileSync(archiveDir, 'a file where the folder should be');
  const said: Error[] = [];
  {
    await using store = await TickStore.open({
      dataDir,
      archive: { dir: archiveDir, unit: 'day' },
      onError: (error) => said.push(error),
    });
    await store.openInstrument(LTC, 'counted');
    for (let position = 1; position <= HOURS; position++) {
      store.append(hourlyRows(LTC, position));
      store.commitUpTo(LTC, position);
      await store.flush();
    }
  }
  expect(said[0]?.message).toContain('did not reach the archive');
  expect(await expectWhole()).toBe(HOURS);
}, 60_000);
