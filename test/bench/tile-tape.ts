// Makes a long recording of a short one: its trades again and again, times and ids going on.
// usage: node test/bench/tile-tape.ts TILES OUT.csv, from the recorded tape beside the checkout
import { appendFileSync, writeFileSync } from 'node:fs';
import type { TradeColumns } from '@algo/model';
import { recordedTape } from './tape.ts';

const ROWS_AT_ONCE = 100_000;

/** Writes trades as a CSV with header. */
export function writeTape({ count, timeUs, price, quantity, side, ids }: TradeColumns, path: string): void {
  writeFileSync(path, 'ts_ms,trade_id,price,qty,side\n');
  for (let from = 0; from < count; from += ROWS_AT_ONCE) {
    let text = '';
    for (let i = from; i < Math.min(count, from + ROWS_AT_ONCE); i++) {
      const who = side[i] === 1 ? 'buy' : 'sell';
      text += `${Math.floor(timeUs[i]! / 1_000)},${ids.values[i]},${price[i]},${quantity[i]},${who}\n`;
    }
    appendFileSync(path, text);
  }
}

if (import.meta.main) {
  const [tiles, out] = process.argv.slice(2);
  const tape = out === undefined || !(Number(tiles) >= 1) ? undefined : recordedTape(Number(tiles));
  if (tape === undefined) {
    console.error(
      'usage: node test/bench/tile-tape.ts TILES OUT.csv, with a recorded tape beside the checkout',
    );
    process.exitCode = 2;
  } else {
    writeTape(tape.trades, out!);
    console.log(`${tape.name}: ${tape.trades.count.toLocaleString('en-US')} rows in ${out}`);
  }
}
