import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { BUY, instrumentId, SELL, type TradeColumns } from '@algo/model';

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));
const SHARED = ['../shared', '../../shared'].map((path) => join(ROOT, path, 'data')).find(existsSync);
/** Where the owner's expected values lie, or undefined where this checkout stands without them. */
export const ORACLE = SHARED && join(SHARED, 'owner-oracle');
export const LTC = instrumentId('binance.spot.LTCUSDT');

/** A row of a table, by column; an empty cell is null. */
export type OracleRow = Readonly<Record<string, string | null>>;

/** Returns the rows of a table of the oracle. */
export function oracleRows(path: string): OracleRow[] {
  const bytes = readFileSync(join(ORACLE!, path));
  const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  const [header, ...lines] = text.trim().split(/\r?\n/);
  const names = cells(header!);
  return lines.map((line) => {
    const values = cells(line);
    return Object.fromEntries(names.map((name, i) => [name, values[i] || null]));
  });
}

/** Returns a cell as a number, null where it is empty. */
export function numberOf(cell: string | null | undefined): number | null {
  if (cell === null || cell === undefined) return null;
  return cell === 'inf' ? Number.POSITIVE_INFINITY : Number(cell);
}

/** Returns the trades of the tape that the oracle was made of. */
export function oracleTape(): TradeColumns {
  const path = join(SHARED!, 'cryptologysac-ltcusdt/LTCUSDT_20250621_22_trades.csv.gz');
  const lines = gunzipSync(readFileSync(path)).toString('latin1').trim().split('\n').slice(1);
  const rows = lines.map((line) => line.split(',')).filter(([ms]) => Number(ms) < 1_750_618_500_000);
  const column = (i: number, factor = 1) => Float64Array.from(rows, (row) => Number(row[i]) * factor);
  return {
    instrument: LTC,
    count: rows.length,
    timeUs: column(0, 1_000),
    price: column(2),
    quantity: column(3),
    side: Uint8Array.from(rows, (row) => (row[4]!.startsWith('b') ? BUY : SELL)),
    ids: { kind: 'counted', values: column(1) },
  };
}

function cells(line: string): string[] {
  return Array.from(line.matchAll(/(?:"((?:[^"]|"")*)"|([^,]*))(?:,|$)/g), ([, quoted, plain]) =>
    quoted === undefined ? plain! : quoted.replaceAll('""', '"'),
  );
}
