import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InputError, instrumentId } from '@algo/model';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { storePath } from './store-path.ts';
import { StoreWriteError } from './store-problem.ts';
import { LTC, trades } from './testing/sample-rows.ts';
import { openReader } from './tick-reader.ts';
import { TickStore } from './tick-store.ts';

let dataDir = '';
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'tickstore-files-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

async function storeTen(): Promise<string> {
  await using store = await TickStore.open({ dataDir });
  await store.openInstrument(LTC, 'counted');
  store.append({ instrument: LTC, position: 1, trades: trades(LTC, 1, 10) });
  store.commitUpTo(LTC, 1);
  return storePath(dataDir, LTC);
}

async function openRefusal(directory: string): Promise<InputError> {
  await using store = await TickStore.open({ dataDir: directory });
  const refusal = await store.openInstrument(LTC, 'counted').catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(InputError);
  return refusal as InputError;
}

test('twenty instruments share three open files and each keeps its own rows', async () => {
  const ids = Array.from({ length: 20 }, (_, at) => instrumentId(`binance.spot.S${10 + at}`));
  {
    await using store = await TickStore.open({ dataDir, maxOpenFiles: 3 });
    for (const id of ids) await store.openInstrument(id, 'counted');
    for (let position = 1; position <= 6; position++) {
      for (const [at, id] of ids.entries()) {
        store.append({ instrument: id, position, trades: trades(id, position * 1_000, 10 + at) });
        store.commitUpTo(id, position);
      }
      if (position % 2 === 0) await store.flush();
      expect(store.stats().openFiles).toBeLessThanOrEqual(3);
    }
  }
  const reader = openReader(dataDir);
  expect(reader.instruments()).toEqual(ids);
  for (const [at, id] of ids.entries()) {
    expect(await reader.countTrades(id)).toBe(6 * (10 + at));
    expect(await reader.countDuplicates(id)).toBe(0);
  }
});

test.each<[string, (file: Buffer) => Buffer]>([
  ['of other bytes', () => Buffer.alloc(20_000, 'x')],
  ['cut short', (file) => file.subarray(0, 8_192)],
  ['of no bytes', () => Buffer.alloc(0)],
  [
    'with flipped bits',
    (file) => file.map((byte, at) => (at >= 12_288 && at % 64 === 0 ? byte ^ 255 : byte)) as Buffer,
  ],
])('a file %s is set aside as it is, by name, and a new one begun', async (_, damage) => {
  const path = await storeTen();
  writeFileSync(path, damage(readFileSync(path)));
  const damaged = readFileSync(path);
  await expect(openReader(dataDir).countTrades(LTC)).rejects.toThrow(InputError);
  const said: Error[] = [];
  await using store = await TickStore.open({ dataDir, onError: (error) => said.push(error) });
  expect((await store.openInstrument(LTC, 'counted')).position).toBe(0);
  const aside = readdirSync(dirname(path)).find((name) => name.includes('.unreadable-'))!;
  expect(readFileSync(join(dirname(path), aside)).equals(damaged)).toBe(true);
  expect(said.map((error) => error.message).join()).toContain(aside);
});

test.each<[string, string, string]>([
  ['of a newer schema', 'UPDATE f.store_info SET schema_version = 99', 'newer'],
  ['of another instrument', "UPDATE f.store_info SET instrument = 'binance.spot.ltcusdt'", 'data directory'],
  ['with named ids', "UPDATE f.store_info SET id_kind = 'named'", 'kind'],
  ['that is no tick store', 'DROP TABLE f.store_info', 'another folder'],
])('a file %s is refused', async (_, change, remedy) => {
  const path = await storeTen();
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run(`ATTACH '${path}' AS f; ${change}; DETACH f`);
  connection.closeSync();
  instance.closeSync();
  const refusal = await openRefusal(dataDir);
  expect(refusal.message).toContain(path);
  expect(refusal.remedy).toContain(remedy);
});

test('a reader too refuses a newer schema', async () => {
  const path = await storeTen();
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run(`ATTACH '${path}' AS f; UPDATE f.store_info SET schema_version = 99; DETACH f`);
  connection.closeSync();
  instance.closeSync();
  await expect(openReader(dataDir).countTrades(LTC)).rejects.toThrow(/schema 99/);
});

test('a data directory that cannot be made is refused', async () => {
  writeFileSync(join(dataDir, 'file'), '');
  const refusal = await openRefusal(join(dataDir, 'file'));
  expect(refusal.remedy).toContain('writable');
});

test('a second writer in this process is refused, and a reader while the store is open', async () => {
  await using store = await TickStore.open({ dataDir });
  await store.openInstrument(LTC, 'counted');
  expect((await openRefusal(dataDir)).message).toContain('open');
  await expect(store.openInstrument(LTC, 'counted')).rejects.toThrow(InputError);
  await expect(openReader(dataDir).countTrades(LTC)).rejects.toThrow(InputError);
});

test('while another process writes, a second writer is refused and a reader is served', async () => {
  const child = spawn(
    process.execPath,
    [fileURLToPath(new URL('./testing/crash-writer.ts', import.meta.url)), dataDir, LTC],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const exited = once(child, 'exit');
  await new Promise<void>((resolve) => {
    child.stdout.on('data', (output) => String(output).includes('durable') && resolve());
  });
  const refusal = await openRefusal(dataDir);
  const reader = openReader(dataDir);
  const counts = [await reader.countTrades(LTC), await reader.countTrades(LTC)];
  const doubled = await reader.countDuplicates(LTC);
  child.kill('SIGKILL');
  await exited;
  expect(refusal.message).toContain(storePath(dataDir, LTC));
  expect(refusal.remedy).toContain('Stop the other engine');
  expect(counts[0]).toBeGreaterThan(0);
  expect(counts[1]).toBeGreaterThanOrEqual(counts[0]!);
  expect(doubled).toBe(0);
  await using store = await TickStore.open({ dataDir });
  expect((await store.openInstrument(LTC, 'counted')).position).toBeGreaterThanOrEqual(160);
});

test('a file that is gone at a flush: the flush says so; all rows are there once it is back', async () => {
  const other = instrumentId('binance.spot.OTHER');
  const failures: Error[] = [];
  {
    await using store = await TickStore.open({
      dataDir,
      maxOpenFiles: 1,
      onError: (error) => failures.push(error),
    });
    await store.openInstrument(LTC, 'counted');
    await store.openInstrument(other, 'counted');
    const home = dirname(storePath(dataDir, LTC));
    renameSync(home, `${home}.away`);
    for (const id of [LTC, other]) store.append({ instrument: id, position: 1, trades: trades(id, 1, 50) });
    for (const id of [LTC, other]) store.commitUpTo(id, 1);
    const failure = await store.flush().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(StoreWriteError);
    expect((failure as StoreWriteError).file).toBe(storePath(dataDir, LTC));
    expect(failures).toContain(failure);
    expect(store.backlog).toBe(50);
    store.append({ instrument: LTC, position: 2, trades: trades(LTC, 51, 25) });
    store.commitUpTo(LTC, 2);
    await expect(store.flush()).rejects.toThrow(StoreWriteError);
    renameSync(`${home}.away`, home);
    await store.flush();
    expect(store.backlog).toBe(0);
  }
  const reader = openReader(dataDir);
  expect(await reader.countTrades(LTC)).toBe(75);
  expect(await reader.countDuplicates(LTC)).toBe(0);
  expect(await reader.countTrades(other)).toBe(50);
});

test('of twenty files one that is gone keeps no other from being written, and its rows follow', async () => {
  const ids = Array.from({ length: 20 }, (_, at) => instrumentId(`binance.spot.S${10 + at}`));
  await using store = await TickStore.open({ dataDir, maxOpenFiles: 1 });
  for (const id of ids) await store.openInstrument(id, 'counted');
  const home = dirname(storePath(dataDir, ids[2]!));
  renameSync(home, `${home}.away`);
  for (const id of ids) {
    store.append({ instrument: id, position: 1, trades: trades(id, 1, 10) });
    store.commitUpTo(id, 1);
  }
  await expect(store.flush()).rejects.toThrow(StoreWriteError);
  expect(store.stats()).toMatchObject({ storedTrades: 190, pendingRows: 10, openFiles: 0 });
  renameSync(`${home}.away`, home);
  await store.flush();
  expect(store.stats()).toMatchObject({ storedTrades: 200, pendingRows: 0 });
});

test('a log without its file is set aside, and a new file is begun', async () => {
  const path = storePath(dataDir, LTC);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.wal`, 'rows');
  const told: Error[] = [];
  await using store = await TickStore.open({ dataDir, onError: (error) => told.push(error) });
  expect(await store.openInstrument(LTC, 'counted')).toMatchObject({ position: 0, trades: 0 });
  expect(told.map(({ name }) => name)).toEqual(['FileSetAsideError']);
  const logs = readdirSync(dirname(path)).filter((name) => name.endsWith('.wal'));
  expect(logs).toEqual([expect.stringContaining('unreadable-')]);
});

/** Mounts a small disk, where this user may. */
function mountDisk(folder: string, bytes: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', folder], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const probe = mkdtempSync(join(tmpdir(), 'tickstore-probe-'));
const canMount = mountDisk(probe, '1m');
if (canMount) execFileSync('umount', [probe]);
rmSync(probe, { recursive: true, force: true });
// tidy-ok: only a user who may mount can fill a disk of a test's own, or make it read-only
const testOnOwnDisk = canMount ? test : test.skip;

testOnOwnDisk(
  'a full disk fails the flush and keeps the rows; with room again they are stored once',
  async () => {
    const disk = join(dataDir, 'disk');
    mkdirSync(disk);
    mountDisk(disk, '8m');
    try {
      await using store = await TickStore.open({
        dataDir: disk,
        flushIntervalMs: 60_000,
        flushRows: 1_000_000,
      });
      await store.openInstrument(LTC, 'counted');
      const { bavail, bsize } = statfsSync(disk);
      writeFileSync(join(disk, 'filler'), Buffer.alloc(bavail * bsize - 600_000));
      let position = 0;
      let failure: unknown;
      while (failure === undefined) {
        position += 1;
        store.append({ instrument: LTC, position, trades: trades(LTC, position * 2_000, 2_000) });
        store.commitUpTo(LTC, position);
        failure = await store.flush().then(
          () => undefined,
          (error: unknown) => error,
        );
      }
      expect(failure).toBeInstanceOf(StoreWriteError);
      expect((failure as StoreWriteError).remedy).toContain('space');
      const before = store.stats();
      expect(before.storedTrades).toBe((position - 1) * 2_000);
      expect(store.backlog).toBe(2_000);
      await expect(store.flush()).rejects.toThrow(StoreWriteError);
      rmSync(join(disk, 'filler'));
      await store.flush();
      expect(store.stats().storedTrades).toBe(position * 2_000);
      await store[Symbol.asyncDispose]();
      expect(await openReader(disk).countTrades(LTC)).toBe(position * 2_000);
      expect(await openReader(disk).countDuplicates(LTC)).toBe(0);
    } finally {
      execFileSync('umount', [disk]);
    }
  },
);

testOnOwnDisk('a read-only disk is refused', async () => {
  const disk = join(dataDir, 'disk');
  mkdirSync(disk);
  mountDisk(disk, '8m');
  try {
    execFileSync('mount', ['-o', 'remount,ro', disk]);
    expect((await openRefusal(disk)).remedy).toContain('writable');
  } finally {
    execFileSync('umount', [disk]);
  }
});
