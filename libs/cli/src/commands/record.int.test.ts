// A feed becomes Parquet, through deaths of the command, and can be imported as any recording.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@algo/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ROOT } from '../config.ts';

const MAIN = join(ROOT, 'libs/cli/src/main.ts');
const ALGOUSD = 'synthetic.spot.ALGOUSD';
/** At this speed hours of the market pass in seconds. */
const RECORD = ['record', '--feed', 'synthetic', '--speed', '1000', '--data-dir', 'kept'];
const START_MS = 40_000;
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'algo-record-test-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function algo(...args: string[]): { stdout: string; stderr: string; status: number | null } {
  return spawnSync(process.execPath, [MAIN, ...args], { cwd: folder, encoding: 'utf8' });
}

const archived = () => {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names.filter((name) => name.endsWith('.parquet'));
};

/** Records until so many files are in the archive, and kills the command alone. */
async function killedAt(files: number): Promise<void> {
  const child = spawn(process.execPath, [MAIN, ...RECORD], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (bytes) => {
    said += bytes;
  });
  const isThere = () => archived().length >= files || child.exitCode !== null;
  await eventually(() => `${files} files; it said: ${said}`, isThere, START_MS);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(child.exitCode).toBeNull();
}

interface Kept {
  readonly n: number;
  readonly ids: number;
  readonly first: number;
  readonly last: number;
}

function kept(dataDir: string): Kept {
  const sql = `SELECT count(*) AS n, count(DISTINCT trade_id) AS ids, min(trade_id) AS first,
    max(trade_id) AS last FROM ticks`;
  return JSON.parse(algo('query', sql, '--instrument', ALGOUSD, '--data-dir', dataDir, '--json').stdout);
}

test('a feed is recorded once and whole though the command is killed twice, hour by hour', async () => {
  for (const files of [2, 4]) await killedAt(files);
  const { status, stdout, stderr } = algo(...RECORD, '--minutes', '0.1');
  expect([status, stdout]).toEqual([0, expect.stringContaining('one Parquet file an hour')]);
  expect(stderr).not.toContain('starting execution');
  const all = kept('kept');
  expect(all.n).toBeGreaterThan(10_000);
  expect(all).toEqual({ n: all.n, ids: all.n, first: 1, last: all.n });
  // What was not over at the end is there too: the files alone are the whole recording.
  const imported = algo('import', 'kept/archive', '--instruments', ALGOUSD, '--data-dir', 'again');
  expect(imported.stdout).toContain(
    `${all.n.toLocaleString('en-US')} of ${all.n.toLocaleString('en-US')} rows stored`,
  );
  expect(kept('again')).toEqual(all);
}, 180_000);

test('what cannot be recorded is refused in the words typed', () => {
  const wrong = (...args: string[]) => {
    const { status, stderr } = algo('record', ...args);
    expect(status).toBe(2);
    return stderr;
  };
  expect(wrong('--feed', 'synthetic', '--roll', 'week')).toContain('"week"');
  expect(wrong('--feed', `file:${MAIN}`)).toContain('algo import');
  expect(wrong('--feed', 'binance', '--speed', '5')).toContain('--speed');
  const used = algo('up', '--feed', 'synthetic', '--data-dir', 'kept');
  expect([used.status, used.stderr]).toEqual([2, expect.stringContaining('record:synthetic')]);
}, 60_000);
