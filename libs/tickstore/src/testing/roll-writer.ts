// A process that stores hours, rolls days, and kills itself at one statement of DuckDB:
// node roll-writer.ts <dataDir> <archiveDir> <instrument> [before|after|in <pattern> <nth> <ms>]
import { setTimeout as after } from 'node:timers/promises';
import { instrumentId, instrumentParts } from '@algo/model';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { archiveFolder } from '../archive.ts';
import { RowBuffer } from '../row-buffer.ts';
import { StoreFile } from '../store-file.ts';
import { storePath } from '../store-path.ts';
import { TickChunk } from '../tick-chunk.ts';
import { HOURS, hourlyRows } from './hourly-rows.ts';

const [dataDir = '', archiveDir = '', name = '', moment, pattern, nth, delayMs] = process.argv.slice(2);
const instrument = instrumentId(name);
const spec = {
  instrument,
  path: storePath(dataDir, instrument),
  exchange: instrumentParts(instrument).venue,
  idKind: 'counted',
  archive: { folder: archiveFolder(archiveDir, instrument), unit: 'day', isAllAtEnd: false },
} as const;

const die = () => process.kill(process.pid, 'SIGKILL');
let met = 0;

async function run(connection: DuckDBConnection, sql: string) {
  if (pattern === undefined || !new RegExp(pattern).test(sql) || ++met !== Number(nth))
    return connection.run(sql);
  if (moment === 'before') die();
  const running = connection.run(sql);
  if (moment === 'in') {
    await after(Number(delayMs));
    die();
  }
  await running;
  die();
  return running;
}

const instance = await DuckDBInstance.create(':memory:', { threads: '1', checkpoint_threshold: '1GB' });
const real = await instance.connect();
const connection = new Proxy(real, {
  get: (target, key) => {
    if (key === 'run') return (sql: string) => run(target, sql);
    const value: unknown = Reflect.get(target, key);
    return typeof value === 'function' ? value.bind(target) : value;
  },
});
const file = await StoreFile.open(connection, 'file_0', spec, new TickChunk(spec), true);
const buffer = new RowBuffer();
for (let position = file.stored.position + 1; position <= HOURS; position++) {
  buffer.add(hourlyRows(instrument, position));
  await file.write(buffer.take(position - 1, position));
  while (file.rollDue) await file.roll();
  if (position % 10 === 0) await file.checkpoint();
}
await file.close();
