// What runs once in a composition before the services: keys for the users of the bus, then streams.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { NatsServerProcess } from '@algo/bus';
import { USERS } from '@algo/contracts';
import { natsServerBinary } from '@algo/testkit';
import { afterAll, describe, expect, test } from 'vitest';
import { bare } from './support/config.ts';

const ENTRY = fileURLToPath(new URL('../../deploy/docker/entrypoint.mjs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'algo-keys-'));
const users = ['provisioner', ...USERS];
for (const name of [...users, 'nats']) mkdirSync(join(folder, name));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs what a container would, told so. */
function container(args: readonly string[], told: Readonly<Record<string, string>> = {}) {
  const env = { ...bare, ALGO_KEYS_DIR: folder, ...told };
  const { status, stdout, stderr } = spawnSync(process.execPath, [ENTRY, ...args], { env, encoding: 'utf8' });
  return { status, said: `${stdout}${stderr}` };
}

const keyOf = (user: string) => join(folder, user, 'key.nk');

describe('the programs of a composition that run once', () => {
  test('make a key for each user, that its owner alone can read, and keep them the next time', () => {
    const first = container(['keys', 'folder']);
    expect(first).toEqual({ status: 0, said: `${users.length} users have their keys\n` });
    const seeds = users.map((user) => readFileSync(keyOf(user), 'utf8'));
    expect(new Set(seeds).size).toBe(users.length);
    for (const user of users) expect(statSync(keyOf(user)).mode & 0o777).toBe(0o400);
    expect(container(['keys', 'folder']).status).toBe(0);
    expect(users.map((user) => readFileSync(keyOf(user), 'utf8'))).toEqual(seeds);
    for (const seed of seeds)
      expect(readFileSync(join(folder, 'nats', 'users.conf'), 'utf8')).not.toContain(seed.trim());
  });

  test('let the provisioner make streams on the server that knows these users, and nobody else', async () => {
    const authorization = readFileSync(join(folder, 'nats', 'users.conf'), 'utf8');
    const storeDir = join(folder, 'store');
    await using server = await NatsServerProcess.start({
      ...{ binary: natsServerBinary(), storeDir, authorization, sync: 'periodic' },
    });
    const told = (user: string) => ({ ALGO_NATS_URL: server.url, ALGO_NATS_KEY_FILE: keyOf(user) });
    const done = container(['provision'], told('provisioner'));
    expect(done).toEqual({ status: 0, said: expect.stringContaining('are in place') });
    const refused = container(['provision'], told('observer'));
    expect(refused).toEqual({ status: 1, said: expect.stringContaining('Permissions Violation') });
    const stranger = container(['provision'], { ALGO_NATS_URL: server.url });
    expect(stranger).toEqual({ status: 78, said: expect.stringContaining('cannot connect') });
  }, 60_000); // three programs, one after the other

  test.each([
    [['keys', 'drawer'], 78, 'keys = "drawer": it names no place for them. Name one of folder, cluster.'],
    [['keys'], 78, 'keys = "": it names no place for them. Name one of folder, cluster.'],
    [['broker'], 64, 'There is no service "broker"; the argument must be one of'],
  ])('refuse %j in words', (args, status, words) => {
    expect(container(args)).toEqual({ status, said: expect.stringContaining(words) });
  });

  test('refuse a number of copies that no group of servers can keep', () => {
    const { status, said } = container(['provision'], { ALGO_STREAM_REPLICAS: 'three' });
    expect([status, said]).toEqual([78, expect.stringContaining('ALGO_STREAM_REPLICAS = "three"')]);
  });
});
