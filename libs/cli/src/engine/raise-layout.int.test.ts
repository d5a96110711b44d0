import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { allDurables, JetStreamBus, NatsServerProcess, provision } from '@algo/bus';
import { InputError } from '@algo/model';
import { natsServerBinary } from '@algo/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readEnvironment } from '../config.ts';
import { BusUsers } from './bus-users.ts';
import { openEngine } from './engine-access.ts';
import { type EngineFile, readEngineFile, writeEngineFile } from './engine-file.ts';
import { raiseLayout } from './raise-layout.ts';

let dataDir = '';
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'algo-layout-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

const engine: EngineFile = {
  ...{ version: '0.1.0', pid: 1, birth: '', running: false, natsUrl: '', natsPort: 1, natsPid: null },
  ...{ feed: 'synthetic', accounts: ['paper-main'], live: {}, analytics: 1, startedMs: 0, services: {} },
};
const layoutNow = () => JSON.parse(readFileSync(join(dataDir, 'engine.json'), 'utf8')).layout;
const folderOf = (account: string) => join(dataDir, 'jetstream', 'jetstream', account);
const REMARK = { subject: 'ord.evt.a.v.m.S', id: 'said before', data: new Uint8Array([1]) };

/** Makes what a build of layout 3 left: streams that a server without accounts made. */
async function leaveOlder(): Promise<void> {
  const storeDir = join(dataDir, 'jetstream');
  await using server = await NatsServerProcess.start({
    ...{ binary: natsServerBinary(), storeDir, sync: 'periodic' },
  });
  await using bus = await JetStreamBus.connect({ servers: [server.url], identity: 'execution.a' });
  await provision(bus, { replicas: 1, durables: allDurables() });
  bus.nats.nc.publish(REMARK.subject, REMARK.data);
  await bus.bucket('documents').put('kept', new Uint8Array([7]));
  writeEngineFile(dataDir, engine);
  const text = readFileSync(join(dataDir, 'engine.json'), 'utf8');
  writeFileSync(join(dataDir, 'engine.json'), text.replace('"layout": 4', '"layout": 3'));
  expect(layoutNow()).toBe(3);
}

test('an older engine that has stopped is read, with streams, documents and durables', async () => {
  await leaveOlder();
  BusUsers.make(dataDir);
  for (const times of [1, 2]) {
    await using access = await openEngine({ dataDir }, readEnvironment());
    expect([times, (await access.bus.bounds('ORDERS')).last]).toEqual([times, 1]);
    expect([...(await access.bus.bucket('documents').get('kept'))!.value]).toEqual([7]);
    expect(layoutNow()).toBe(4);
  }
  expect([existsSync(folderOf('$G')), existsSync(folderOf('ENGINE'))]).toEqual([false, true]);
});

test('whoever was ended between number and folder is helped the next time', async () => {
  mkdirSync(folderOf('$G'), { recursive: true });
  writeEngineFile(dataDir, engine);
  raiseLayout(dataDir);
  expect(existsSync(folderOf('ENGINE'))).toBe(true);
  expect(readEngineFile(dataDir)).toMatchObject(engine);
});

test('streams in both places are refused, and both are named', () => {
  for (const account of ['$G', 'ENGINE']) mkdirSync(folderOf(account), { recursive: true });
  expect(() => raiseLayout(dataDir)).toThrow(InputError);
  expect(() => raiseLayout(dataDir)).toThrow(/--data-dir.*streams lie both in .*\$G and in .*ENGINE/);
});
