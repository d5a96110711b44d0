// A shard that goes on with the inputs behind a place, and kills itself when so many commits are done:
// node refill-writer.ts <url> <dataDir> <firstInput> <commits, 0 to go on to the end>
import { join } from 'node:path';
import { JetStreamBus } from '@algo/bus';
import { TickStore } from '@algo/tickstore';
import { pastRowsOn } from '../past-rows.ts';
import { RowStoring } from '../row-storing.ts';
import { LTC, rowsOf, tapeInputs } from './lost-tape.ts';

const [url = '', dataDir = '', first = '', commits = ''] = process.argv.slice(2);
await using bus = await JetStreamBus.connect({ servers: [url], identity: 'analytics.0' });
await using store = await TickStore.open({
  dataDir: join(dataDir, 'ticks'),
  archive: { dir: join(dataDir, 'archive'), unit: 'day' },
  flushRows: 1,
  onError: (error) => console.log(error.message),
});
const storing = new RowStoring(store, {
  past: pastRowsOn(bus),
  onWaiting: (error) => console.log(error.message),
  onRefilled: (words) => console.log(words),
});
if (commits !== '0')
  setInterval(() => {
    if (store.stats().commits >= Number(commits)) process.kill(process.pid, 'SIGKILL');
  }, 0);
const from = Number(first);
if (from > 0) storing.open(LTC);
const done = tapeInputs()
  .slice(from)
  .map(
    (input, n) =>
      new Promise<void>((settle) =>
        storing.carryOut(rowsOf(input, from + n), { settle: () => settle(), past: 'never sent', leave() {} }),
      ),
  );
const failed = storing.failed.then((error) => Promise.reject(error));
await Promise.race([Promise.all(done), failed]);
const isStored = async () => {
  while (!(await storing.flush([LTC]))) await new Promise((resolve) => setTimeout(resolve, 5));
};
await Promise.race([isStored(), failed]);
if (commits !== '0') process.kill(process.pid, 'SIGKILL');
