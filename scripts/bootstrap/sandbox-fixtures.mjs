// A throw-away folder with commands of our own on PATH: what the bootstrap tests stand on.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * A sandbox: `dir`, an `env` whose PATH holds only its own `bin` (and the shell), `command` to
 * put one there, `remove`.
 */
export function createSandbox() {
  const dir = mkdtempSync(join(tmpdir(), 'algo-bootstrap-'));
  const bin = join(dir, 'bin');
  mkdirSync(bin);
  const calls = join(dir, 'calls.log');
  writeFileSync(calls, '');
  return {
    dir,
    bin,
    env: { PATH: bin, CALLS: calls, HOME: dir },
    /** Puts a shell script on PATH; each of its runs is noted in `calls()`. */
    command(name, script) {
      const path = join(bin, name);
      writeFileSync(path, `#!/bin/sh\necho "${name} $*" >> "${calls}"\nPATH=/usr/bin:/bin\n${script}\n`, {
        mode: 0o755,
      });
      return path;
    },
    calls: () => readFileSync(calls, 'utf8').split('\n').filter(Boolean),
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
}

/** A progress that keeps the lines for the test to read. */
export function recordedProgress() {
  const lines = [];
  const step = (what, why) => {
    lines.push(`${what}: ${why}`);
    return { update: () => {}, done: (result) => lines.push(result), fail: (reason) => lines.push(reason) };
  };
  return { lines, say: (line) => lines.push(line), step };
}
