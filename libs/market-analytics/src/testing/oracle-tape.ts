import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { BUY, instrumentId, SELL, type TradeColumns } from '@algo/model';
import { RECORDED } from '@algo/testkit/owner-oracle';

export const LTC = instrumentId('binance.spot.LTCUSDT');

/** Returns the trades of the tape that the oracle was made of. */
export function oracleTape(): TradeColumns {
  const path = join(RECORDED!, 'cryptologysac-ltcusdt/LTCUSDT_20250621_22_trades.csv.gz');
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
