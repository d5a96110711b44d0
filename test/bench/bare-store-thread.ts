// The writing thread of the bare consumer.
import { parentPort, workerData } from 'node:worker_threads';
import { type BareRows, BareStore } from './bare-store.ts';

const store = await BareStore.create(workerData as string);
parentPort!.on('message', (rows: BareRows) => {
  store.write(rows);
  parentPort!.postMessage(rows.count);
});
parentPort!.postMessage('open');
