import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Decimal, type Instrument, sliceTrades } from '@algo/model';
import { openTradeFiles, ScreenedRows } from '@algo/tradefiles';
import { ROOT } from './config.ts';
import { type BenchOptions, type BenchResult, type Pair, paired, single } from './figures.ts';
import { duckdb } from './floor-libraries.ts';
import { recordedTape, syntheticTape, type Tape } from './tape.ts';
import { writeTape } from './tile-tape.ts';

export const name = 'import';
export const description =
  'a file of trades read and screened; stored by the command (floor: DuckDB alone reads it into a table)';

const ROWS = 4_000_000;
const PAIRS = 3;
const LTC = 'binance.spot.LTCUSDT';
const READ_LEAST = 1_000_000;
const STORED_LEAST = 500_000;

export async function run({ scale, say }: BenchOptions): Promise<BenchResult> {
  const rows = Math.round(ROWS * scale);
  const dir = mkdtempSync(join(tmpdir(), 'algo-bench-import-'));
  try {
    const tape = tapeOf(rows);
    const path = join(dir, 'LTCUSDT-trades.csv');
    writeTape(tape.trades, path);
    say(`${rows.toLocaleString('en-US')} rows written`);
    const read: Pair[] = [];
    const stored: Pair[] = [];
    for (let i = 0; i < PAIRS; i++) {
      const floor = await bare(path, join(dir, `bare-${i}.duckdb`), rows);
      read.push({ floor, ours: await screened(path, rows) });
      stored.push({ floor, ours: imported(path, join(dir, `store-${i}`), rows) });
      say(`pair ${i + 1} of ${PAIRS} done`);
    }
    const readFigure = paired('rows read and screened', 'rows/s', read);
    const storedFigure = paired('rows stored with their bars, by the command', 'rows/s', stored);
    return {
      figures: [
        readFigure,
        storedFigure,
        single('read and screened', 'rows/s', readFigure.ours, { of: 'value', least: READ_LEAST }),
        single('stored', 'rows/s', storedFigure.ours, { of: 'value', least: STORED_LEAST }),
      ],
      notes: [
        `${tape.name}, as a CSV with header; the floor is told columns and types, and looks at nothing`,
        'the command is measured from its start to its end, with a look beforehand, bars and archive',
      ],
    };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function tapeOf(rows: number): Tape {
  const recorded = recordedTape(Math.ceil(rows / 152_763));
  if (recorded === undefined) return syntheticTape(LTC, rows, 20);
  return { ...recorded, trades: sliceTrades(recorded.trades, 0, rows) };
}

/** What DuckDB alone takes: text into typed columns of a file. */
async function bare(path: string, database: string, rows: number): Promise<number> {
  const instance = await duckdb().DuckDBInstance.create(database, { memory_limit: '1GB' });
  const connection = await instance.connect();
  const types = "{'t':'BIGINT','i':'BIGINT','p':'DOUBLE','q':'DOUBLE','s':'VARCHAR'}";
  const start = performance.now();
  await connection.run(
    `CREATE TABLE ticks AS SELECT make_timestamp(t * 1000) AS timestamp, p AS price, q AS volume,
       CAST(s AS ENUM('sell', 'buy')) AS side, i AS trade_id
     FROM read_csv('${path}', columns=${types}, header=false, auto_detect=false, skip=1, delim=',')`,
  );
  const rate = (rows * 1_000) / (performance.now() - start);
  connection.closeSync();
  instance.closeSync();
  return rate;
}

async function screened(path: string, rows: number): Promise<number> {
  const start = performance.now();
  await using opened = await openTradeFiles([path], { told: [instrument()], catalog: [] });
  let taken = 0;
  for (const { file, instrument } of opened.files) {
    const screen = new ScreenedRows(instrument.id);
    for await (const piece of file.read(0)) taken += screen.take(piece).count;
  }
  if (taken !== rows) throw new Error(`${taken} of ${rows} rows were read`);
  return (rows * 1_000) / (performance.now() - start);
}

function imported(path: string, dataDir: string, rows: number): number {
  const start = performance.now();
  const main = join(ROOT, 'libs/cli/src/main.ts');
  const args = [main, 'import', path, '--instruments', LTC, '--data-dir', dataDir];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  const ms = performance.now() - start;
  if (status !== 0 || !stdout.startsWith(`${rows.toLocaleString('en-US')} of `))
    throw new Error(`algo import ended with ${status}: ${stdout}${stderr}`);
  return (rows * 1_000) / ms;
}

function instrument(): Instrument {
  const least = Decimal.of('0.001');
  return {
    ...{ id: LTC as Instrument['id'], venue: 'binance', market: 'spot', symbol: 'LTCUSDT' },
    ...{ base: 'LTC', quote: 'USDT', assetClass: 'regular', priceTick: Decimal.of('0.01') },
    ...{ quantityStep: least, minQuantity: least, minNotional: least, minNotionalBindsExits: true },
  };
}
