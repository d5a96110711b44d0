// Each rule bites on what it forbids and lets its neighbour pass; a rule that cannot fail guards nothing.
import { expect, test } from 'vitest';
import { exactCatalog, plainManifests, servicesWithoutReadme } from './package-rules.ts';
import { domainDocstrings, environmentInConfig, pureDomain } from './purity-rules.ts';
import { applyRule, parseSource, type Rule } from './rule.ts';
import { judgeSizes } from './size-ratchet.ts';
import { noMachinePaths, noRawAddresses, ownedReminders, tellingNames, thinRoots } from './text-rules.ts';
import { everyTestRuns, noTypeHoles, throughPackageDoors } from './type-rules.ts';

const DOMAIN = 'services/execution/src/domain/order.ts';
const judge = (rule: Rule, path: string, text: string): string[] => applyRule(rule, parseSource(path, text));

const forbidden: [Rule, string, string][] = [
  [pureDomain, DOMAIN, 'const now = Date.now();'],
  [pureDomain, DOMAIN, 'const now = new Date();'],
  [pureDomain, DOMAIN, 'const now = Date();'],
  [pureDomain, DOMAIN, 'const dice = Math.random();'],
  [pureDomain, DOMAIN, 'const t = performance.now();'],
  [pureDomain, DOMAIN, 'console.log(1);'],
  [pureDomain, DOMAIN, 'process.exit(1);'],
  [pureDomain, DOMAIN, 'setTimeout(f, 1);'],
  [pureDomain, DOMAIN, "import { readFileSync } from 'node:fs';"],
  [pureDomain, DOMAIN, "const fs = await import('node:fs');"],
  [pureDomain, DOMAIN, "export { join } from 'node:path';"],
  [pureDomain, 'libs/model/src/time.ts', 'const now = Date.now();'],
  [environmentInConfig, 'services/ingest/src/main.ts', 'const port = process.env.PORT;'],
  [environmentInConfig, 'services/ingest/src/main.ts', "const port = process.env['PORT'];"],
  [domainDocstrings, DOMAIN, 'export function decide() {}'],
  [domainDocstrings, DOMAIN, 'export const LIMIT = 3;'],
  [domainDocstrings, DOMAIN, 'export type Order = { id: string };'],
  [noTypeHoles, 'libs/bus/src/a.ts', 'let x: any;'],
  [noTypeHoles, 'libs/bus/src/a.ts', 'const x = y as unknown as string;'],
  [noTypeHoles, 'services/execution/src/domain/command-desk.ts', 'const order = request as Admitted;'],
  [noTypeHoles, 'libs/bus/src/a.ts', '// @ts-ignore'], // tidy-ok: a sample of what the rule forbids
  [noTypeHoles, 'libs/bus/src/a.ts', '// @ts-expect-error'], // tidy-ok: a sample of what the rule forbids
  [everyTestRuns, 'libs/bus/src/a.test.ts', "test.only('x', f);"],
  [everyTestRuns, 'libs/bus/src/a.test.ts', "describe.skip('x', f);"],
  [everyTestRuns, 'libs/bus/src/a.test.ts', "xit('x', f);"],
  [everyTestRuns, 'libs/bus/src/a.test.ts', "test.skip.each([1])('x', f);"],
  [everyTestRuns, 'libs/bus/src/testing/bus-contract.ts', "test.only('x', f);"],
  [throughPackageDoors, 'libs/bus/src/a.ts', "import { x } from '../../model/src/ids.ts';"],
  [
    throughPackageDoors,
    'services/ingest/src/main.ts',
    "import { x } from '../../execution/src/domain/index.ts';",
  ],
  [ownedReminders, 'docs/x.md', 'TODO: later'], // tidy-ok: a sample of what the rule forbids
  [noMachinePaths, 'docs/x.md', 'see /home/me/notes'], // tidy-ok: a sample of what the rule forbids
  [noRawAddresses, 'docs/x.md', 'nats://10.1.2.3:4222'], // tidy-ok: a sample of what the rule forbids
  [tellingNames, 'libs/bus/src/orderJournal.ts', ''],
  [tellingNames, 'libs/bus/src/utils.ts', ''],
  [tellingNames, 'libs/bus/src/order-manager.test.ts', ''],
  [tellingNames, 'libs/common/src/order.ts', ''],
  [thinRoots, 'services/ingest/src/main.ts', 'x();\n'.repeat(81)],
  [plainManifests, 'libs/bus/package.json', '{ "license": "ISC" }'],
  [plainManifests, 'libs/bus/package.json', '{ "license": "MIT", "dependencies": { "zod": "^4.0.0" } }'],
  [exactCatalog, 'pnpm-workspace.yaml', 'catalog:\n  zod: ^4.0.0\n'],
];

test.each(forbidden)('finds a breach of %p in %s', (rule, path, text) => {
  expect(judge(rule, path, text)).toEqual([expect.stringMatching(/^\S+:\d+ [\w-]+: .+/)]);
});

const allowed: [Rule, string, string][] = [
  [pureDomain, DOMAIN, '// Date.now() would be wrong here\nconst text = "console.log(Math.random())";'],
  [pureDomain, DOMAIN, 'const day = new Date(tsMs);'],
  [pureDomain, DOMAIN, 'order.process.next(); self.console;'],
  [pureDomain, 'services/execution/src/main.ts', 'const now = Date.now();'],
  [pureDomain, 'services/execution/src/domain/order.test.ts', "import { readFileSync } from 'node:fs';"],
  [pureDomain, 'services/execution/src/domain/testing/order-scenario.ts', 'const dice = Math.random();'],
  [environmentInConfig, 'services/ingest/src/config.ts', 'const port = process.env.PORT;'],
  [domainDocstrings, DOMAIN, '/** The most tries. */\nexport const LIMIT = 3;\nfunction inner() {}'],
  [domainDocstrings, DOMAIN, "export * from './order.ts';"],
  [domainDocstrings, 'services/execution/src/domain/testing/order-scenario.ts', 'export const LTC = 3;'],
  [noTypeHoles, 'services/execution/src/domain/handlers/admitted.ts', 'const order = request as Admitted;'],
  [noTypeHoles, 'libs/bus/src/a.ts', 'let any = "any"; // any word of it'],
  [noTypeHoles, 'libs/bus/src/a.test.ts', '// @ts-expect-error a string is no id'],
  [everyTestRuns, 'libs/bus/src/a.test.ts', "test('x', () => { queue.skip(1); });"],
  [throughPackageDoors, 'libs/bus/src/a.ts', "import { x } from './b.ts';\nimport { y } from '@algo/model';"],
  [throughPackageDoors, 'libs/testkit/src/a.ts', "import { x } from '../../../scripts/nats-server.mjs';"],
  [ownedReminders, 'docs/x.md', 'TODO(#12): after the release'],
  [noMachinePaths, 'docs/x.md', 'GET https://host/home/page and ./root/x'],
  [noRawAddresses, 'docs/x.md', 'http://127.0.0.1:8080 and version 1.2.3.4'],
  [tellingNames, '.dependency-cruiser.cjs', ''],
  [tellingNames, 'libs/bus/src/order-journal.int.test.ts', ''],
  [plainManifests, 'libs/bus/package.json', '{ "license": "MIT", "dependencies": { "zod": "catalog:" } }'],
  [exactCatalog, 'pnpm-workspace.yaml', "catalog:\n  zod: 4.6.7\n  '@duckdb/node-api': 1.5.6-r.1\n"],
];

test.each(allowed)('$name lets pass %2$s', (rule, path, text) => {
  expect(judge(rule, path, text)).toEqual([]);
});

test.each([
  ['on the line itself', 'let x: any; // tidy-ok: the library gives nothing better', 0],
  ['on the line before', '// tidy-ok: the library gives nothing better\nlet x: any;', 0],
  ['without a reason', 'let x: any; // tidy-ok:', 1],
  ['two lines before', '// tidy-ok: too far away\n\nlet x: any;', 1],
])('the escape %s', (_where, text, findings) => {
  expect(judge(noTypeHoles, 'libs/bus/src/a.ts', text)).toHaveLength(findings);
});

const long = (lines: number) => [parseSource('libs/bus/src/long.ts', 'x();\n'.repeat(lines))];
const wide = (lines: number) => [parseSource('libs/bus/src/wide.ts', `//${'x'.repeat(109)}\n`.repeat(lines))];
const none = { longFiles: {}, wideLines: {} };

test.each([
  ['a file at the limit', long(300), none, 0],
  ['a file past the limit', long(301), none, 1],
  [
    'a known long file that stays as it is',
    long(400),
    { ...none, longFiles: { 'libs/bus/src/long.ts': 400 } },
    0,
  ],
  ['a known long file that grows', long(401), { ...none, longFiles: { 'libs/bus/src/long.ts': 400 } }, 1],
  [
    'an exception that is looser than needed',
    long(390),
    { ...none, longFiles: { 'libs/bus/src/long.ts': 400 } },
    1,
  ],
  ['an exception that is not needed', long(300), { ...none, longFiles: { 'libs/bus/src/long.ts': 400 } }, 1],
  ['an exception for a file that is gone', [], { ...none, longFiles: { 'libs/bus/src/long.ts': 400 } }, 1],
  ['a new wide line', wide(1), none, 1],
  ['one more wide line than known', wide(3), { ...none, wideLines: { 'libs/bus/src/wide.ts': 2 } }, 1],
])('the ratchet on %s', (_case, files, known, findings) => {
  expect(judgeSizes(files, known)).toHaveLength(findings);
});

test('only a service that runs needs a README.md', () => {
  const paths = [
    'services/a/src/main.ts',
    'services/a/README.md',
    'services/b/src/main.ts',
    'services/c/src/domain/index.ts',
  ];
  expect(servicesWithoutReadme(paths)).toEqual(['services/b/README.md']);
});
