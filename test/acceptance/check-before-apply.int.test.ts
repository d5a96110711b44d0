// What stands between a wrong configuration and the processes that a cluster would replace for it.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bare, inherited } from './support/config.ts';
import { DEPLOY } from './support/container-bus.ts';

const MISCONFIGURED = 78;

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'algo-apply-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe('the program check of the image', () => {
  const check = (told: Readonly<Record<string, string>>, ...services: readonly string[]) => {
    const env = { ...bare, ...told };
    const program = [join(DEPLOY, 'docker/entrypoint.mjs'), 'check', ...services];
    const { status, stdout, stderr } = spawnSync(process.execPath, program, { env, encoding: 'utf8' });
    return { status, stdout, stderr };
  };

  test('asks each service, and says all that is wrong at once', () => {
    const told = { ALGO_LIMITS_FILE: '/nowhere/limits.yaml', ALGO_PORTFOLIO_FILE: '/nowhere/rules.yaml' };
    const { status, stdout, stderr } = check(told, 'execution', 'position-risk', 'reconcile');
    expect([status, stdout]).toEqual([MISCONFIGURED, 'ok    reconcile\n']);
    expect(stderr).toMatch(/fail {2}execution: .*limits\.yaml/);
    expect(stderr).toMatch(/fail {2}position-risk: .*rules\.yaml/);
  }, 60_000);

  test('takes the standard configuration, and refuses a service that there is none of', () => {
    expect(check({}, 'execution')).toEqual({ status: 0, stdout: 'ok    execution\n', stderr: '' });
    expect(check({}, 'broker')).toMatchObject({
      ...{ status: MISCONFIGURED, stderr: expect.stringContaining('There is no service broker; there are') },
    });
  }, 60_000);
});

describe('apply.sh', () => {
  /** Runs it with a kubectl that writes down what it is asked, and whose job ends so. */
  const applied = (condition: string) => {
    const asked = join(dir, 'asked');
    writeFileSync(asked, '');
    const said = 'case "$*" in *jsonpath*) printf "%s" "$ENDS" ;; *logs*) echo "fail  execution" ;; esac';
    const stand = `#!/bin/sh\necho "$*" >> "${asked}"\n${said}\n`;
    writeFileSync(join(dir, 'kubectl'), stand, { mode: 0o700 });
    const overlay = join(DEPLOY, 'kubernetes/overlays/paper');
    const env = { PATH: `${dir}:${inherited.PATH}`, ENDS: condition, CHECK_TRIES: '1' };
    const { status, stderr } = spawnSync('sh', [join(DEPLOY, 'kubernetes/apply.sh'), overlay], {
      ...{ env, encoding: 'utf8' },
    });
    const lines = readFileSync(asked, 'utf8').replaceAll(overlay, 'OVERLAY').trim().split('\n');
    return { status, stderr, applies: lines.filter((line) => line.startsWith('apply')), lines };
  };
  const FIRST = ['apply -f OVERLAY/namespace.yaml', 'apply -k OVERLAY -l algo/runs=check'];

  test('applies the rest once the job is done, and the job alone before', () => {
    const { status, applies, lines } = applied('SuccessCriteriaMet Complete');
    expect([status, applies]).toEqual([0, [...FIRST, 'apply -k OVERLAY']]);
    expect(lines[1]).toBe('-n algo delete job check --ignore-not-found --wait');
  });

  test.each([['FailureTarget Failed'], ['']])(
    'applies nothing more where the job ends with "%s"',
    (condition) => {
      const { status, stderr, applies, lines } = applied(condition);
      expect([status, applies]).toEqual([MISCONFIGURED, FIRST]);
      expect(stderr).toContain('what runs was left as it is');
      expect(lines).toContain('-n algo logs job/check');
    },
  );
});
