// The bare consumer of trades: pulls, decodes, gathers rows and
// has a thread write them as column chunks. Remembers nothing.
import { Worker } from 'node:worker_threads';
import { JetStreamBus } from '@algo/bus';
import { codecs } from '@algo/contracts';
import type { BareRows } from './bare-store.ts';
import type { Progress } from './figures.ts';
import { takeOrder, tell } from './forked.ts';

export interface SinkOrder {
  readonly url: string;
  readonly file: string;
  /** Ends with the last row. */
  readonly rows: number;
}

/** Rows of a transaction: where bare chunks reach their best rate (reference floors). */
const TRANSACTION = 10_240;

const { url, file, rows: total } = await takeOrder<SinkOrder>();
const bus = await JetStreamBus.connect({ servers: [url], identity: 'bare-sink' });
const worker = new Worker(new URL('./bare-store-thread.ts', import.meta.url), { workerData: file });
await new Promise((resolve) => worker.once('message', resolve));
let stored = 0;
worker.on('message', (rows: number) => {
  stored += rows;
  tell({ atMs: Date.now(), rows: stored } satisfies Progress);
});

let received = 0;
let gathered = fresh();
let count = 0;
const consumer = await bus.nats.jsm.jetstream().consumers.get('MARKET', { filter_subjects: 'md.trades.>' });
await consumer.consume({
  max_messages: 1_000,
  callback: (message) => {
    const { trades } = codecs.TradeBatch.decode(message.data);
    if (count + trades.count > TRANSACTION) handOver();
    for (const key of ['timeUs', 'price', 'quantity', 'side'] as const) gathered[key].set(trades[key], count);
    gathered.ids.set(trades.ids.values as Float64Array, count);
    count += trades.count;
    received += trades.count;
    if (received === total) handOver();
  },
});
process.on('disconnect', () => process.exit());
process.on('SIGTERM', () => process.exit());
tell('ready');

function handOver(): void {
  const rows: BareRows = { ...gathered, count };
  const { timeUs, price, quantity, side, ids } = gathered;
  worker.postMessage(rows, [timeUs.buffer, price.buffer, quantity.buffer, side.buffer, ids.buffer]);
  gathered = fresh();
  count = 0;
}

function fresh() {
  return {
    timeUs: new Float64Array(TRANSACTION),
    price: new Float64Array(TRANSACTION),
    quantity: new Float64Array(TRANSACTION),
    side: new Uint8Array(TRANSACTION),
    ids: new Float64Array(TRANSACTION),
  };
}
