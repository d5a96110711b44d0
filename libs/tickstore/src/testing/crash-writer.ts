// A process that stores rows until it is killed: node crash-writer.ts
// <dataDir> <instrument>. Tells what it knows to be durable.
import { writeSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { instrumentId } from '@algo/model';
import { TickStore } from '../tick-store.ts';
import { rowsOf, tradesUpTo } from './sample-rows.ts';

const [dataDir = '', name = ''] = process.argv.slice(2);
const instrument = instrumentId(name);
const store = await TickStore.open({ dataDir, flushIntervalMs: 10 });
writeSync(1, 'opening\n');
const stored = await store.openInstrument(instrument, 'counted');
writeSync(1, `opened ${stored.position}\n`);
// As a redelivering bus would: begin before the stored position.
let position = Math.max(0, stored.position - 40);
let tradesBefore = tradesUpTo(position);
for (;;) {
  position += 1;
  const rows = rowsOf(instrument, position, tradesBefore);
  tradesBefore += rows.trades?.count ?? 0;
  store.append(rows);
  store.commitUpTo(instrument, position);
  if (position % 16 === 0) await nextTurn();
  if (position % 160 === 0) {
    await store.flush();
    writeSync(1, `durable ${position}\n`);
  }
}
