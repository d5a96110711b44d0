import { mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ensureDependencies } from './dependencies.mjs';
import { findPnpm } from './pnpm.mjs';
import { createSandbox, recordedProgress } from './sandbox-fixtures.mjs';

// A stand-in for pnpm that "installs" a Node; what it is asked is noted by the sandbox.
const PNPM = `case "$1" in
  --version) echo 10.0.1 ;;
  install)
    mkdir -p node_modules/node/bin node_modules/.bin
    printf '#!/bin/sh\\necho v24\\n' > node_modules/node/bin/node
    chmod +x node_modules/node/bin/node ;;
esac`;

let sandbox;
let root;
let options;
beforeEach(() => {
  sandbox = createSandbox();
  root = join(sandbox.dir, 'checkout');
  mkdirSync(join(root, 'scripts'), { recursive: true });
  writeFileSync(join(root, 'package.json'), '{ "packageManager": "pnpm@10.0.1" }');
  writeFileSync(join(root, 'pnpm-lock.yaml'), 'lock: 1');
  writeFileSync(join(root, 'pnpm-workspace.yaml'), 'packages: []');
  writeFileSync(join(root, 'scripts', 'algo.mjs'), '');
  options = { root, cache: join(root, '.cache'), progress: recordedProgress(), env: sandbox.env };
});
afterEach(() => sandbox.remove());

const installs = () =>
  sandbox.calls().filter((call) => call.startsWith('pnpm install --frozen-lockfile')).length;

test('installs once, links algo, and afterwards asks nobody anything', async () => {
  sandbox.command('pnpm', PNPM);
  const node = await ensureDependencies(options);
  expect(readFileSync(node, 'utf8')).toContain('v24');
  expect(realpathSync(join(root, 'node_modules', '.bin', 'algo'))).toBe(
    realpathSync(join(root, 'scripts', 'algo.mjs')),
  );
  const before = sandbox.calls();
  await ensureDependencies(options);
  expect(sandbox.calls()).toEqual(before);
  expect(installs()).toBe(1);
});

test('installs once when two start together', async () => {
  sandbox.command('pnpm', PNPM);
  await Promise.all([ensureDependencies(options), ensureDependencies(options)]);
  expect(installs()).toBe(1);
});

test.each([
  ['the lockfile changed', () => writeFileSync(join(root, 'pnpm-lock.yaml'), 'lock: 2')],
  ['node_modules is gone', () => rmSync(join(root, 'node_modules'), { recursive: true })],
])('installs again when %s', async (_case, change) => {
  sandbox.command('pnpm', PNPM);
  await ensureDependencies(options);
  change();
  await ensureDependencies(options);
  expect(installs()).toBe(2);
});

test('explains a failed install in one sentence, and tries again the next time', async () => {
  const event = {
    level: 'error',
    name: 'pnpm',
    err: { code: 'ERR_PNPM_META_FETCH_FAIL', message: 'GET failed' },
  };
  sandbox.command(
    'pnpm',
    `case "$1" in --version) echo 10.0.1 ;; install) echo '${JSON.stringify(event)}'; exit 1 ;; esac`,
  );
  await expect(ensureDependencies(options)).rejects.toThrow(/registry could not be reached/);
  sandbox.command('pnpm', PNPM);
  await ensureDependencies(options);
  expect(installs()).toBe(2);
});

test('tells an unsupported platform when the pinned Node does not run', async () => {
  sandbox.command('pnpm', PNPM.replace('echo v24', 'exit 127'));
  await expect(ensureDependencies(options)).rejects.toThrow(/pinned Node does not run on this platform/);
});

const NPM = `while [ $# -gt 0 ]; do
  bin="$2/node_modules/pnpm/bin"
  [ "$1" = --prefix ] && mkdir -p "$bin" && echo fetched > "$bin/pnpm.cjs"
  shift
done`;

/** An npm for the test: the path that npm leaves in the environment of its scripts. */
function fakeNpm(script) {
  const npm = join(sandbox.dir, 'npm-cli.js');
  writeFileSync(
    npm,
    `const { spawnSync } = require('child_process');
    process.exitCode = spawnSync(process.env.FAKE_NPM, process.argv.slice(2), { stdio: 'inherit' }).status;`,
  );
  return {
    ...options,
    env: { ...sandbox.env, npm_execpath: npm, FAKE_NPM: sandbox.command('fake-npm', script) },
  };
}

test('passes over a pnpm of another version and fetches the exact one, once', async () => {
  sandbox.command('pnpm', 'echo 9.9.9');
  const withNpm = fakeNpm(NPM);
  const expected = join(root, '.cache', 'tools', 'pnpm-10.0.1', 'node_modules', 'pnpm', 'bin', 'pnpm.cjs');
  expect(await findPnpm(withNpm)).toEqual([process.execPath, expected]);
  expect(await findPnpm(withNpm)).toEqual([process.execPath, expected]);
  const asked = sandbox.calls().filter((call) => call.startsWith('fake-npm install'));
  expect(asked).toHaveLength(1);
  expect(asked[0]).toMatch(/ pnpm@10\.0\.1$/);
});

test('leaves nothing behind when pnpm cannot be fetched', async () => {
  await expect(findPnpm(fakeNpm('echo "npm error code ENOTFOUND" >&2; exit 1'))).rejects.toThrow(
    /could not be reached/,
  );
  const fetched = await findPnpm(fakeNpm(NPM));
  expect(readFileSync(fetched[1], 'utf8')).toBe('fetched\n');
});
