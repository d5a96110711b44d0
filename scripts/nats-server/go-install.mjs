// Source 2: a build of the pinned Go module. Go's checksum database stands for the bytes.
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { capture } from '../bootstrap/child-process.mjs';
import { findOnPath } from '../bootstrap/find-on-path.mjs';
import { binaryName } from './pinned-release.mjs';

const MODULE = 'github.com/nats-io/nats-server/v2';
/** Enough to look one version up; a module proxy that takes longer would not deliver the sources either. */
const REACHABLE_MS = 4_500;
const BUILD_MS = 600_000;

/** Builds the server into `into`; throws an Error with the reason when that cannot be done. */
export async function installWithGo({ version, into, env, step, reachableMs = REACHABLE_MS }) {
  const go = findOnPath('go', env);
  if (!go) throw new Error('no go on PATH');
  const folder = mkdtempSync(join(tmpdir(), 'nats-server-go-'));
  try {
    const settings = {
      ...env,
      GOBIN: folder,
      CGO_ENABLED: '0',
      GOFLAGS: '',
      GO111MODULE: 'on',
      GOWORK: 'off',
    };
    const look = await capture(go, ['list', '-m', `${MODULE}@v${version}`], {
      cwd: folder,
      env: settings,
      timeoutMs: reachableMs,
    });
    if (!look.ok) throw new Error(lastLine(look.output));
    let packages = 0;
    const onLine = () => {
      packages += 1;
      step.update({ text: `building from source, one to two minutes: ${packages} packages so far` });
    };
    const built = await capture(go, ['install', '-v', '-trimpath', `${MODULE}@v${version}`], {
      cwd: folder,
      env: settings,
      timeoutMs: BUILD_MS,
      onLine,
    });
    if (!built.ok) throw new Error(lastLine(built.output));
    copyFileSync(join(folder, binaryName()), into);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function lastLine(output) {
  return output.trim().split('\n').at(-1) || 'it printed nothing';
}
