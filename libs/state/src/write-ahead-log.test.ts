import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { crc32 } from 'node:zlib';
import { clientOrderId } from '@algo/model';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { SEGMENTS_KEPT, WriteAheadLog } from './write-ahead-log.ts';
import type { WalRecord } from './write-ahead-log-format.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wal-'));
});
afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

const FIRST = '00000001.wal';
const epoch = (n: number): WalRecord => ({ kind: 'epoch', clientOrderId: null, epoch: n, payload: '{}' });
const record = (kind: 'intent' | 'send' | 'outcome', id: string, n = 1): WalRecord => ({
  kind,
  clientOrderId: clientOrderId(id),
  epoch: n,
  payload: JSON.stringify({ kind, id }),
});
const opened = (segmentBytes = 1 << 20) => WriteAheadLog.open({ directory, segmentBytes });

/** Writes an epoch and `count` intents, one after the other; returns the file's length after each record. */
async function written(count: number): Promise<number[]> {
  await using log = await opened();
  const ends: number[] = [];
  for (let i = 0; i <= count; i++) {
    await log.append(i === 0 ? epoch(1) : record('intent', `o${i}`));
    ends.push((await readFile(join(directory, FIRST))).length);
  }
  return ends;
}

test('what was appended is there when the log is opened again', async () => {
  {
    await using log = await opened();
    await log.append(epoch(1));
    for (const id of ['a', 'b', 'c']) await log.append(record('intent', id));
    await log.append(record('send', 'a'));
    await log.append(record('send', 'b'));
    await log.append(record('outcome', 'b'));
  }
  await using log = await opened();
  expect(log.lastEpoch).toBe(1);
  expect(log.tornFile).toBeNull();
  expect(log.undecided().map((e) => [e.clientOrderId, e.sends])).toEqual([
    ['a', 1],
    ['c', 0],
  ]);
  expect(log.entry(clientOrderId('b'))?.outcome).toBe('{"kind":"outcome","id":"b"}');
});

test('appends that come together are all durable and in order', async () => {
  const ids = Array.from({ length: 2_000 }, (_, i) => `o${i}`);
  let head: string;
  {
    await using log = await opened();
    await log.append(epoch(1));
    await Promise.all(ids.map((id) => log.append(record('intent', id))));
    head = log.head;
  }
  await using log = await opened();
  expect(log.undecided().map((e) => e.clientOrderId)).toEqual(ids);
  expect(log.head).toBe(head);
});

test.each<[string, readonly WalRecord[], WalRecord]>([
  ['an intent before any epoch', [], record('intent', 'a')],
  ['a record of an older epoch', [epoch(5)], record('intent', 'a', 4)],
  ['a record of a newer epoch than was logged', [epoch(5)], record('intent', 'a', 6)],
  ['an epoch that is not newer', [epoch(5)], epoch(5)],
  ['a send without an intent', [epoch(1)], record('send', 'a')],
  ['an outcome without an intent', [epoch(1)], record('outcome', 'a')],
  ['a second intent of an order', [epoch(1), record('intent', 'a')], record('intent', 'a')],
  [
    'a record of more than a megabyte',
    [epoch(1)],
    { ...record('intent', 'a'), payload: 'x'.repeat(1 << 20) },
  ],
])('refuses %s and goes on', async (_, before, bad) => {
  await using log = await opened();
  for (const r of before) await log.append(r);
  const head = log.head;
  await expect(log.append(bad)).rejects.toThrow('write-ahead log');
  expect(log.head).toBe(head);
  await log.append(epoch(9));
  expect(log.lastEpoch).toBe(9);
});

test('a record that is refused takes no other record of its batch with it', async () => {
  await using log = await opened();
  const [first, bad, good] = await Promise.allSettled([
    log.append(epoch(1)),
    log.append(record('send', 'never')),
    log.append(record('intent', 'a')),
  ]);
  expect([first.status, bad.status, good.status]).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(log.undecided().map((e) => e.clientOrderId)).toEqual(['a']);
});

test('a file cut at any byte of its last record loses that record only, kept aside', async () => {
  const ends = await written(3);
  const path = join(directory, FIRST);
  const whole = await readFile(path);
  const [from, to] = [ends.at(-2)!, ends.at(-1)!];
  for (let cut = from; cut < to; cut++) {
    await writeFile(path, whole.subarray(0, cut));
    await using log = await opened();
    expect(log.undecided().map((e) => e.clientOrderId)).toEqual(['o1', 'o2']);
    if (cut === from) expect(log.tornFile).toBeNull();
    else expect(await readFile(log.tornFile!)).toEqual(whole.subarray(from, cut));
    await log.append(record('intent', 'next'));
    expect((await readFile(path)).length).toBeGreaterThan(from);
  }
  await using again = await opened();
  expect(again.undecided().map((e) => e.clientOrderId)).toEqual(['o1', 'o2', 'next']);
});

test('a tail of zeros, as a power cut leaves it, is a torn write', async () => {
  const ends = await written(2);
  await truncate(join(directory, FIRST), ends.at(-1)! + 4_096);
  await using log = await opened();
  expect(log.undecided()).toHaveLength(2);
  expect(log.tornFile).not.toBeNull();
});

test('a flipped bit before the last record is refused; in the last one, nothing else is lost', async () => {
  const ends = await written(3);
  const path = join(directory, FIRST);
  const whole = await readFile(path);
  const lastAt = ends.at(-2)!;
  for (let at = 0; at < whole.length; at++) {
    const flipped = Buffer.from(whole);
    flipped[at]! ^= 1 << (at % 8);
    await writeFile(path, flipped);
    const result = await opened().then(
      async (log) => {
        await log[Symbol.asyncDispose]();
        return log.undecided().map((e) => String(e.clientOrderId));
      },
      (error: Error) => error.message,
    );
    if (at < lastAt || typeof result === 'string') {
      expect(result).toMatch(/00000001\.wal at byte \d+|version/);
      expect(result).toContain('restore the file from a copy');
    } else expect(result).toEqual(['o1', 'o2']);
  }
});

test('a log of a newer version is refused by name', async () => {
  await written(1);
  const path = join(directory, FIRST);
  const bytes = await readFile(path);
  bytes.writeUInt32LE(2, 8);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 48)), 48);
  await writeFile(path, bytes);
  await expect(opened()).rejects.toThrow(/00000001\.wal version = 2: this build reads version 1/);
});

test('segments stay few, the undecided orders go with them, and reopening finds the same', async () => {
  const ids = Array.from({ length: 300 }, (_, i) => `order-${i}`);
  const kept = ['order-0', 'order-150', 'order-299'];
  let before: string;
  {
    await using log = await opened(4_096);
    await log.append(epoch(7));
    for (const id of ids) {
      await log.append(record('intent', id, 7));
      await log.append(record('send', id, 7));
      if (!kept.includes(id)) await log.append(record('outcome', id, 7));
    }
    before = JSON.stringify(log.undecided());
    expect(log.undecided().map((e) => e.clientOrderId)).toEqual(kept);
  }
  const files = await readdir(directory);
  expect(files).toHaveLength(SEGMENTS_KEPT);
  await using log = await opened(4_096);
  expect(JSON.stringify(log.undecided())).toBe(before);
  expect(log.lastEpoch).toBe(7);
});

test('an older segment that was damaged or exchanged is refused, not skipped', async () => {
  {
    await using log = await opened(1_024);
    await log.append(epoch(1));
    for (let i = 0; i < 20; i++) await log.append(record('intent', `o${i}`));
  }
  const [oldest, next] = (await readdir(directory)).sort();
  const whole = await readFile(join(directory, oldest!));
  await writeFile(join(directory, oldest!), whole.subarray(0, whole.length - 1));
  await expect(opened()).rejects.toThrow('a record stops short');
  await writeFile(join(directory, oldest!), whole);
  await rm(join(directory, next!));
  await expect(opened()).rejects.toThrow('does not follow the segment before it');
});

/** Runs a child that appends and says each id that was acknowledged, a line each. */
function child(body: string, limitKb: number | null) {
  const log = JSON.stringify(join(import.meta.dirname, 'write-ahead-log.ts'));
  const script = `
    import { writeSync } from 'node:fs';
    import { WriteAheadLog } from ${log};
    process.on('SIGXFSZ', () => {});
    const say = (text) => writeSync(1, text + '\\n');
    const log = await WriteAheadLog.open({ directory: ${JSON.stringify(directory)}, segmentBytes: 1 << 20 });
    await log.append({ kind: 'epoch', clientOrderId: null, epoch: log.lastEpoch + 1, payload: '{}' });
    const intent = (id) => ({ kind: 'intent', clientOrderId: id, epoch: log.lastEpoch, payload: '{"x":1}' });
    ${body}`;
  const node = [process.execPath, '--input-type=module-typescript', '-e', script];
  const limit = limitKb === null ? '' : `ulimit -f ${limitKb}; `;
  return spawn('bash', ['-c', `${limit}exec "$0" "$@"`, ...node], { stdio: ['ignore', 'pipe', 'inherit'] });
}

test('after kill -9 every append that was acknowledged is there', async () => {
  for (const [round, killAfter] of [1, 7, 60, 200].entries()) {
    const running = child(
      `for (let i = 0; ; i += 8)
         await Promise.all([0, 1, 2, 3, 4, 5, 6, 7].map(async (k) => {
           const id = 'r${round}-' + (i + k);
           await log.append(intent(id));
           say(id);
         }));`,
      null,
    );
    const acknowledged: string[] = [];
    for await (const line of createInterface({ input: running.stdout })) {
      acknowledged.push(line);
      if (acknowledged.length === killAfter) running.kill('SIGKILL');
    }
    if (running.signalCode === null) await once(running, 'exit');
    await using log = await opened();
    for (const id of acknowledged) expect(log.entry(clientOrderId(id))).toBeDefined();
    expect(acknowledged.length).toBeGreaterThanOrEqual(killAfter);
    expect(log.lastEpoch).toBe(round + 1);
  }
});

test('on a full disk the append rejects, what was acknowledged stays, nothing is half-written', async () => {
  const running = child(
    `let failed = 0;
     for (let i = 0; failed < 3; i++) {
       try { await log.append(intent('o' + i)); say('ok o' + i); }
       catch (error) { failed++; say('failed ' + error.code); }
     }
     process.exit(0);`,
    8,
  );
  const lines: string[] = [];
  for await (const line of createInterface({ input: running.stdout })) lines.push(line);
  const acknowledged = lines.filter((l) => l.startsWith('ok ')).map((l) => l.slice(3));
  expect(acknowledged.length).toBeGreaterThan(10);
  expect(lines.slice(-3)).toEqual(['failed EFBIG', 'failed EFBIG', 'failed EFBIG']);
  await using log = await opened();
  expect(log.tornFile).toBeNull();
  expect(log.undecided().map((e) => e.clientOrderId)).toEqual(acknowledged);
  await log.append(epoch(2));
});
