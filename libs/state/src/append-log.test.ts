import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { crc32 } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FileLog } from './append-log.ts';
import { RECORD_BYTES_MAX } from './append-log-format.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'log-'));
});
afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

const FIRST = '00000001.log';
const opened = (segmentBytes = 1 << 20) => FileLog.open({ directory, segmentBytes });
const bytesOf = (text: string) => new TextEncoder().encode(text);

/** Appends a record; resolves with its number once it is on disk. */
function append(log: FileLog, text: string): Promise<number> {
  return new Promise((resolve, reject) =>
    log.append(bytesOf(text), (error, number) => (error === undefined ? resolve(number) : reject(error))),
  );
}

/** The records behind a number, as texts. */
async function texts(log: FileLog, after = 0): Promise<string[]> {
  const found: string[] = [];
  let expected: number | undefined;
  for await (const { number, bytes } of log.read(after)) {
    expect(number).toBe(expected ?? number);
    expected = number + 1;
    found.push(new TextDecoder().decode(bytes));
  }
  return found;
}

/** Writes `count` records, one after the other; returns the file's length after each. */
async function written(count: number): Promise<number[]> {
  await using log = await opened();
  const ends: number[] = [];
  for (let i = 1; i <= count; i++) {
    await append(log, `r${i}`);
    ends.push((await readFile(join(directory, FIRST))).length);
  }
  return ends;
}

test('what was appended is there when the log is opened again, numbered from 1', async () => {
  {
    await using log = await opened();
    expect(log.last).toBe(0);
    for (const [i, text] of ['a', 'b', '', 'c'].entries()) expect(await append(log, text)).toBe(i + 1);
  }
  await using log = await opened();
  expect(log.last).toBe(4);
  expect(log.tornFile).toBeNull();
  expect(await texts(log)).toEqual(['a', 'b', '', 'c']);
  expect(await texts(log, 2)).toEqual(['', 'c']);
  expect(await texts(log, 4)).toEqual([]);
});

test('appends that come together are all durable and in order', async () => {
  const all = Array.from({ length: 2_000 }, (_, i) => `o${i}`);
  let head: string;
  {
    await using log = await opened();
    const numbers = await Promise.all(all.map((text) => append(log, text)));
    expect(numbers).toEqual(all.map((_, i) => i + 1));
    head = log.head;
  }
  await using log = await opened();
  expect(await texts(log)).toEqual(all);
  expect(log.head).toBe(head);
});

test('a record that is refused takes no other record of its batch with it, and no number', async () => {
  await using log = await opened();
  const [first, bad, good] = await Promise.allSettled([
    append(log, 'a'),
    append(log, 'x'.repeat(RECORD_BYTES_MAX + 1)),
    append(log, 'b'),
  ]);
  expect([first.status, bad.status, good]).toEqual([
    'fulfilled',
    'rejected',
    { status: 'fulfilled', value: 2 },
  ]);
  expect(String((bad as PromiseRejectedResult).reason)).toContain('longer than 1048576 bytes');
  expect(await texts(log)).toEqual(['a', 'b']);
});

test('a file cut at any byte of its last record loses that record only, kept aside', async () => {
  const ends = await written(4);
  const path = join(directory, FIRST);
  const whole = await readFile(path);
  const [from, to] = [ends.at(-2)!, ends.at(-1)!];
  for (let cut = from; cut < to; cut++) {
    await writeFile(path, whole.subarray(0, cut));
    await using log = await opened();
    expect(await texts(log)).toEqual(['r1', 'r2', 'r3']);
    if (cut === from) expect(log.tornFile).toBeNull();
    else expect(await readFile(log.tornFile!)).toEqual(whole.subarray(from, cut));
    expect(await append(log, 'next')).toBe(4);
    expect((await readFile(path)).length).toBeGreaterThan(from);
  }
  await using again = await opened();
  expect(await texts(again)).toEqual(['r1', 'r2', 'r3', 'next']);
});

test('a tail of zeros, as a power cut leaves it, is a torn write', async () => {
  const ends = await written(2);
  await truncate(join(directory, FIRST), ends.at(-1)! + 4_096);
  await using log = await opened();
  expect(await texts(log)).toEqual(['r1', 'r2']);
  expect(log.tornFile).not.toBeNull();
});

test('a flipped bit before the last record is refused; in the last one, nothing else is lost', async () => {
  const ends = await written(4);
  const path = join(directory, FIRST);
  const whole = await readFile(path);
  const lastAt = ends.at(-2)!;
  for (let at = 0; at < whole.length; at++) {
    const flipped = Buffer.from(whole);
    flipped[at]! ^= 1 << (at % 8);
    await writeFile(path, flipped);
    const result = await opened().then(
      async (log) => {
        const found = await texts(log);
        await log[Symbol.asyncDispose]();
        return found;
      },
      (error: Error) => error.message,
    );
    if (at < lastAt || typeof result === 'string') {
      expect(result).toMatch(/00000001\.log at byte \d+|version/);
      expect(result).toContain('restore the file from a copy');
    } else expect(result).toEqual(['r1', 'r2', 'r3']);
  }
});

test('a log of a newer version is refused by name', async () => {
  await written(1);
  const path = join(directory, FIRST);
  const bytes = await readFile(path);
  bytes.writeUInt32LE(2, 8);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 56)), 56);
  await writeFile(path, bytes);
  await expect(opened()).rejects.toThrow(/00000001\.log version = 2: this build reads version 1/);
});

test('segments are dropped behind a record, oldest first, as far as the log is too large', async () => {
  {
    await using log = await opened(256);
    for (let i = 1; i <= 40; i++) await append(log, `r${i}`);
    const segments = await readdir(directory);
    expect(segments.length).toBeGreaterThan(5);
    await log.trim(20, 1 << 20);
    expect(await readdir(directory)).toHaveLength(segments.length);
    await log.trim(20, 0);
    expect((await readdir(directory)).length).toBeLessThan(segments.length);
    expect((await texts(log, 20)).length).toBe(20);
    const [oldest] = await texts(log);
    expect(Number(oldest!.slice(1))).toBeGreaterThan(1);
    expect(Number(oldest!.slice(1))).toBeLessThanOrEqual(21);
  }
  await using log = await opened(256);
  expect(log.last).toBe(40);
  expect(await append(log, 'r41')).toBe(41);
  expect(await texts(log, 38)).toEqual(['r39', 'r40', 'r41']);
});

test('an older segment that was damaged or exchanged is refused where it is read, not skipped', async () => {
  {
    await using log = await opened(256);
    for (let i = 0; i < 20; i++) await append(log, `r${i}`);
  }
  const [oldest, next] = (await readdir(directory)).sort();
  const whole = await readFile(join(directory, oldest!));
  await writeFile(join(directory, oldest!), whole.subarray(0, whole.length - 1));
  {
    await using log = await opened();
    expect(await texts(log, 18)).toEqual(['r18', 'r19']);
    await expect(texts(log)).rejects.toThrow('a record stops short');
  }
  await writeFile(join(directory, oldest!), whole);
  const shorter = whole.subarray(0, whole.length - 46);
  await writeFile(join(directory, oldest!), shorter);
  {
    await using log = await opened();
    await expect(texts(log)).rejects.toThrow('does not follow the segment before it');
  }
  await rm(join(directory, next!));
  await expect(opened()).rejects.toThrow('does not follow the segment before it');
});

test('what is read while more is appended ends where the log ended', async () => {
  await using log = await opened();
  for (const text of ['a', 'b']) await append(log, text);
  const found: string[] = [];
  for await (const { bytes } of log.read(0)) {
    found.push(new TextDecoder().decode(bytes));
    await append(log, 'later');
  }
  expect(found).toEqual(['a', 'b']);
});

test('who takes a log over fences off who still has it open: what that one writes is void', async () => {
  for (const segmentBytes of [1 << 20, 256]) {
    const old = await opened(segmentBytes);
    for (let i = 1; i <= 5; i++) await append(old, `old ${i}`);
    const before = await texts(old);
    {
      await using taken = await FileLog.open({ directory, segmentBytes, fenceOff: true });
      expect(await texts(taken)).toEqual(before);
      await append(taken, 'new 1');
      // Wakes up: it may write into its own segment still, and begins none beside the new one.
      await Promise.allSettled(Array.from({ length: 9 }, (_, i) => append(old, `void ${i}`)));
      await old[Symbol.asyncDispose]();
      await append(taken, 'new 2');
      expect(await texts(taken)).toEqual([...before, 'new 1', 'new 2']);
    }
    {
      await using again = await opened(segmentBytes);
      expect(again.tornFile).toBeNull();
      expect(await texts(again)).toEqual([...before, 'new 1', 'new 2']);
    }
    await rm(directory, { recursive: true });
  }
});

/** Runs a child that appends and says each id that was acknowledged, a line each. */
function child(body: string, limitKb: number | null) {
  const log = JSON.stringify(join(import.meta.dirname, 'append-log.ts'));
  const script = `
    import { writeSync } from 'node:fs';
    import { FileLog } from ${log};
    process.on('SIGXFSZ', () => {});
    const say = (text) => writeSync(1, text + '\\n');
    const log = await FileLog.open({ directory: ${JSON.stringify(directory)}, segmentBytes: 1 << 20 });
    const append = (text) => new Promise((resolve, reject) =>
      log.append(Buffer.from(text), (error, number) => error ? reject(error) : resolve(number)));
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
           await append(id);
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
    const kept = new Set(await texts(log));
    expect(acknowledged.filter((text) => !kept.has(text))).toEqual([]);
    expect(acknowledged.length).toBeGreaterThanOrEqual(killAfter);
  }
});

test('on a full disk the append rejects, what was acknowledged stays, nothing is half-written', async () => {
  const running = child(
    `let failed = 0;
     for (let i = 0; failed < 3; i++) {
       try { await append('o' + i); say('ok o' + i); }
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
  expect(await texts(log)).toEqual(acknowledged);
  expect(await append(log, 'more')).toBe(acknowledged.length + 1);
});
