// The import rules bite: a small house that breaks each of them once, judged by the real rule file.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { ROOT } from './source-tree.ts';

const LIBS = [
  'model',
  'contracts',
  'indicators',
  'bus',
  'read-models',
  'venues',
  'state',
  'strategy',
  'runtime',
  'testkit',
  'cli',
];
const SERVICES = ['execution', 'decision', 'backtest'];
const DOMAIN = 'services/execution/src/domain';
const INDEX = 'services/decision/src/domain/index.ts';
const DOOR = 'services/decision/src/service.ts';
const TESTING = [`${DOMAIN}/testing/scenario.ts`, 'libs/strategy/src/testing/example.ts'];

const forbidden: [from: string, to: string, rule: string][] = [
  ['libs/model/src/a.ts', 'libs/bus/src/index.ts', 'layer-model'],
  ['libs/indicators/src/a.ts', 'libs/contracts/src/index.ts', 'layer-indicators'],
  ['libs/bus/src/a.ts', 'libs/venues/src/index.ts', 'layer-bus'],
  ['libs/venues/src/a.ts', 'libs/bus/src/index.ts', 'layer-venues'],
  ['libs/read-models/src/a.ts', 'libs/bus/src/index.ts', 'layer-read-models'],
  ['libs/runtime/src/a.ts', 'libs/cli/src/index.ts', 'layer-runtime'],
  ['libs/cli/src/a.ts', 'services/execution/src/main.ts', 'layer-cli'],
  ['libs/venues/src/a.test.ts', 'services/execution/src/main.ts', 'layer-lib-tests'],
  [`${DOMAIN}/a.ts`, 'libs/contracts/src/index.ts', 'domain-knows-types-alone'],
  [`${DOMAIN}/b.ts`, 'services/execution/src/adapters/journal.ts', 'domain-is-pure'],
  [`${DOMAIN}/c.ts`, 'node:fs', 'domain-is-pure'],
  ['services/execution/src/a.ts', INDEX, 'no-service-to-service'],
  ['services/backtest/src/a.ts', 'services/decision/src/main.ts', 'backtest-through-the-doors'],
  ['test/tidy/a.ts', INDEX, 'tests-through-the-doors'],
  ['test/simulation/a.ts', 'services/decision/src/main.ts', 'simulation-through-the-doors'],
  ['services/execution/src/b.ts', 'test/tidy/a.ts', 'nothing-imports-tests'],
  ['services/execution/src/c.ts', 'libs/testkit/src/index.ts', 'testkit-in-tests-only'],
  ['libs/bus/src/d.ts', 'libs/strategy/src/testing/example.ts', 'testing-in-tests-only'],
  [`${DOMAIN}/d.ts`, `${DOMAIN}/testing/scenario.ts`, 'testing-in-tests-only'],
  ['libs/state/src/testing/a.ts', 'services/execution/src/main.ts', 'layer-lib-tests'],
  ['scripts/bootstrap/a.mjs', 'libs/model/src/index.ts', 'scripts-stand-alone'],
  ['libs/state/src/a.ts', 'libs/state/src/a.ts', 'no-cycles'],
  ['libs/state/src/b.ts', 'libs/state/src/missing.ts', 'through-package-exports'],
];

const allowed: [from: string, to: string][] = [
  ['libs/state/src/ok.ts', 'libs/bus/src/index.ts'],
  ['libs/runtime/src/ok.ts', 'libs/contracts/src/index.ts'],
  ['libs/cli/src/ok.ts', 'libs/read-models/src/index.ts'],
  ['libs/bus/src/ok.test.ts', 'libs/testkit/src/index.ts'],
  ['libs/bus/src/testing/ok.ts', 'libs/testkit/src/index.ts'],
  [`${DOMAIN}/ok.test.ts`, `${DOMAIN}/testing/scenario.ts`],
  [`${DOMAIN}/ok.ts`, 'libs/strategy/src/index.ts'],
  ['services/backtest/src/ok.ts', INDEX],
  ['services/backtest/src/whole.ts', DOOR],
  ['test/simulation/ok.ts', INDEX],
];

const Report = z.object({
  summary: z.object({
    violations: z.array(z.object({ from: z.string(), to: z.string(), rule: z.object({ name: z.string() }) })),
  }),
});

let house = '';
let violations: string[] = [];

beforeAll(() => {
  house = mkdtempSync(join(tmpdir(), 'algo-import-rules-'));
  copyFileSync(join(ROOT, 'tsconfig.json'), join(house, 'tsconfig.json'));
  for (const lib of LIBS) write(`libs/${lib}/src/index.ts`, '');
  for (const service of SERVICES) write(`services/${service}/src/main.ts`, '');
  for (const empty of [INDEX, DOOR, 'services/execution/src/adapters/journal.ts', ...TESTING])
    write(empty, '');
  for (const [from, to] of [...forbidden, ...allowed]) write(from, importOf(from, to));
  violations = judge();
});
afterAll(() => rmSync(house, { recursive: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(house, path)), { recursive: true });
  writeFileSync(join(house, path), `${text}\nexport const here = 1;\n`);
}

function importOf(from: string, to: string): string {
  const up = '../'.repeat(from.split('/').length - 1);
  return `import * as there from '${to.startsWith('node:') ? to : up + to}';\nexport const use = there;`;
}

function judge(): string[] {
  const program = join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs');
  const rules = ['--config', join(ROOT, '.dependency-cruiser.cjs'), '--output-type', 'json'];
  const run = spawnSync(process.execPath, [program, ...rules, 'libs', 'services', 'test', 'scripts'], {
    cwd: house,
    encoding: 'utf8',
    timeout: 60_000,
    maxBuffer: 50_000_000,
  });
  const { summary } = Report.parse(JSON.parse(run.stdout));
  return summary.violations.map(({ from, rule }) => `${from} breaks ${rule.name}`);
}

test.each(forbidden)('%s may not import %s: %s', (from, _to, rule) => {
  expect(violations).toContain(`${from} breaks ${rule}`);
});

test.each(allowed)('%s may import %s', (from) => {
  expect(violations.filter((violation) => violation.startsWith(from))).toEqual([]);
});
