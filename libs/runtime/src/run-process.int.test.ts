import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { allDurables, JetStreamBus, NatsServerProcess, newUserKey, provision } from '@algo/bus';
import { codecs } from '@algo/contracts';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { environment } from './config.ts';

const { PATH, NODE_COMPILE_CACHE } = environment;
const SERVICE = fileURLToPath(new URL('testing/small-service.ts', import.meta.url));

let directory: string;
let server: NatsServerProcess;
let bus: JetStreamBus;
const children: ChildProcess[] = [];

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'algo-host-'));
  const binary = environment.NATS_SERVER_BIN;
  if (binary === undefined) throw new Error('NATS_SERVER_BIN does not name a nats-server; run `npm test`');
  server = await NatsServerProcess.start({ binary, storeDir: directory, sync: 'periodic' });
  bus = await JetStreamBus.connect({ servers: [server.url], identity: 'judge' });
  await provision(bus, { replicas: 1, durables: allDurables() });
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});
afterAll(async () => {
  await bus[Symbol.asyncDispose]();
  await server.stop();
  rmSync(directory, { recursive: true, force: true });
});

interface Running {
  readonly child: ChildProcess;
  readonly exited: Promise<{ code: number | null; stdout: string; stderr: string }>;
  /** Resolves with the line of the log that has this message. */
  readonly logged: (message: string) => Promise<Record<string, unknown>>;
}

function run(env: Record<string, string>): Running {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', SERVICE], {
    env: {
      PATH,
      NODE_COMPILE_CACHE,
      ALGO_NATS_URL: server.url,
      ALGO_BEHAVIOUR: 'serve',
      ALGO_DATA_DIR: mkdtempSync(join(directory, 'data-')),
      ...env,
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  children.push(child);
  let stdout = '';
  let stderr = '';
  const waiting: { message: string; found: (line: Record<string, unknown>) => void }[] = [];
  child.stdout!.on('data', (bytes: Buffer) => {
    stdout += bytes.toString();
    for (const { message, found } of waiting)
      for (const line of stdout.split('\n').slice(0, -1)) {
        const entry = JSON.parse(line) as Record<string, unknown>;
        if (entry.msg === message) found(entry);
      }
  });
  child.stderr!.on('data', (bytes: Buffer) => {
    stderr += bytes.toString();
  });
  const exited = new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) =>
    child.once('close', (code) => resolve({ code, stdout, stderr })),
  );
  return {
    child,
    exited,
    logged: (message) => new Promise((found) => waiting.push({ message, found })),
  };
}

test('all that is wrong with the configuration is said at once, plainly, and the exit is 78', async () => {
  const { exited } = run({ ALGO_HTTP_PORT: '70000', ALGO_LOG_LEVEL: 'loud', ALGO_BEHAVIOUR: 'dance' });
  const { code, stderr } = await exited;
  expect(code).toBe(78);
  expect(stderr).toContain('configuration of reconcile: 3 problems');
  for (const part of ['ALGO_HTTP_PORT = "70000"', 'ALGO_LOG_LEVEL = "loud"', 'ALGO_BEHAVIOUR = "dance"'])
    expect(stderr).toContain(part);
  expect(stderr).not.toMatch(/^\s+at /m); // no stack
});

test.each([
  ['the secret file', 78, { ALGO_NATS_KEY_FILE: 'not-there' }, 'ALGO_NATS_KEY_FILE'],
  ['the server', 1, { ALGO_NATS_URL: 'nats://127.0.0.1:1' }, 'cannot connect'],
])('where %s is not there the exit is %i, with what to do', async (_, exit, env, said) => {
  const { code, stderr } = await run(env).exited;
  expect(code).toBe(exit);
  expect(stderr).toContain(said);
  expect(stderr).not.toMatch(/^\s+at /m);
});

test('started before provision has run, it waits for it, says so, and begins then', async () => {
  const storeDir = mkdtempSync(join(directory, 'bare-'));
  const binary = environment.NATS_SERVER_BIN!;
  await using bare = await NatsServerProcess.start({ binary, storeDir, sync: 'periodic' });
  const { child, exited, logged } = run({ ALGO_NATS_URL: bare.url });
  await logged('no streams yet: provision has not run on this server, or not to its end');
  await using provisioner = await JetStreamBus.connect({ servers: [bare.url], identity: 'provisioner' });
  await provision(provisioner, { replicas: 1, durables: [] });
  expect(await provisioner.isProvisioned()).toBe(false); // cut off before its end
  await provision(provisioner, { replicas: 1, durables: allDurables() });
  await logged('started');
  child.kill('SIGTERM');
  expect((await exited).code).toBe(0);
});

test('SIGTERM: it says that it stops, cleans up and exits 0; until then it answers on its port', async () => {
  const { child, exited, logged } = run({});
  const { port } = await logged('started');
  const answer = async (path: string) => {
    const response = await fetch(`http://127.0.0.1:${String(port)}${path}`);
    return [response.status, await response.text()] as const;
  };
  expect(await answer('/healthz')).toEqual([200, 'ok\n']);
  expect(await answer('/readyz')).toEqual([503, 'fixture: never ready\n']);
  child.kill('SIGTERM');
  const { code, stderr } = await exited; // a drain that takes longer than its limit would exit 1
  expect(code).toBe(0);
  expect(stderr).toBe('cleaned away\n');
  const last = await bus.last('SYSTEM', 'sys.service.reconcile.paper-main');
  const status = codecs.ServiceStatus.decode(last!.data);
  expect(status).toMatchObject({ service: 'reconcile', instance: 'reconcile.paper-main', ready: false });
  expect(status.notes).toContain('stopped');
  expect(status.counters.answers).toBe(42);
});

test('a second SIGTERM while it drains changes nothing', async () => {
  const { child, exited, logged } = run({});
  await logged('started');
  child.kill('SIGTERM');
  child.kill('SIGTERM');
  expect((await exited).code).toBe(0);
});

test.each([
  ['fail', 1],
  ['reject', 1],
  ['throw', 1],
  ['refuse', 78],
  ['finish', 0],
])('what it does: %s; its exit: %i, and it is cleaned away', async (behaviour, exit) => {
  const { code, stderr } = await run({ ALGO_BEHAVIOUR: behaviour }).exited;
  expect(code).toBe(exit);
  expect(stderr).toContain('cleaned away');
});

test('a clean-up that never ends does not keep a failed process alive', async () => {
  const { code } = await run({ ALGO_BEHAVIOUR: 'fail and hang' }).exited;
  expect(code).toBe(1);
});

test('it ends with its parent: when standard input closes', async () => {
  const { child, exited, logged } = run({ ALGO_WATCH_PARENT: 'true' });
  await logged('started');
  child.stdin!.end();
  const { code, stderr } = await exited;
  expect(code).toBe(0);
  expect(stderr).toBe('cleaned away\n');
});

test('a port that is taken may be free later: the exit is 1, with the setting to change', async () => {
  const first = run({});
  const { port } = await first.logged('started');
  const { code, stderr } = await run({ ALGO_HTTP_PORT: String(port) }).exited;
  expect(code).toBe(1);
  expect(stderr).toMatch(/ALGO_HTTP_PORT = "127\.0\.0\.1:\d+": already in use/);
});

test('the key of a secret file reaches no output', async () => {
  const file = join(directory, 'reconcile.nk');
  const { seed } = newUserKey();
  writeFileSync(file, `${seed}\n`);
  const { child, exited, logged } = run({
    ALGO_NATS_KEY_FILE: file,
    ALGO_LOG_LEVEL: 'trace',
  });
  await logged('started');
  child.kill('SIGTERM');
  const { stdout, stderr } = await exited;
  expect(stdout + stderr).not.toContain(seed);
});
