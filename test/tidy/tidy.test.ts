// The house rules, held against every file of the checkout. A finding names the place and what
// to write instead.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { exactCatalog, otherVersions, plainManifests, servicesWithoutReadme } from './package-rules.ts';
import { domainDocstrings, environmentInConfig, pureDomain } from './purity-rules.ts';
import { applyRule, parseSource } from './rule.ts';
import { judgeSizes, type Ratchet } from './size-ratchet.ts';
import { ROOT, readTree } from './source-tree.ts';
import { noMachinePaths, noRawAddresses, ownedReminders, tellingNames, thinRoots } from './text-rules.ts';
import { everyTestRuns, noTypeHoles, throughPackageDoors } from './type-rules.ts';
import { unspoken } from './vocabulary.ts';

const tree = readTree();
const ratchet: Ratchet = JSON.parse(readFileSync(join(ROOT, 'test/tidy/ratchet.json'), 'utf8'));

const RULES = [
  pureDomain,
  environmentInConfig,
  domainDocstrings,
  noTypeHoles,
  everyTestRuns,
  throughPackageDoors,
  ownedReminders,
  noMachinePaths,
  noRawAddresses,
  tellingNames,
  thinRoots,
  plainManifests,
  exactCatalog,
];

test.each(RULES.map((rule) => [rule.name, rule] as const))(
  'the checkout keeps the rule %s',
  (_name, rule) => {
    expect(tree.flatMap((file) => applyRule(rule, file))).toEqual([]);
  },
);

test('every message of the contracts is said by somebody who may', () => {
  expect(unspoken(tree)).toEqual([]);
});

test('no file or line outgrows its limit, and the known exceptions only shrink', () => {
  expect(judgeSizes(tree, ratchet)).toEqual([]);
});

test('every service that runs has a README.md', () => {
  expect(servicesWithoutReadme(tree.map(({ path }) => path))).toEqual([]);
});

test('every package and image has the version of the root', () => {
  expect(otherVersions(tree)).toEqual([]);
  const odd = parseSource('libs/odd/package.json', '{ "version": "9.9.9" }');
  expect(otherVersions([...tree, odd])).toEqual([
    expect.stringMatching(/^libs\/odd\/package.json: 9\.9\.9, not /),
  ]);
});

test('the tree that is judged is the whole checkout', () => {
  const paths = tree.map(({ path }) => path);
  expect(paths).toEqual(
    expect.arrayContaining(['package.json', 'libs/model/src/decimal.ts', 'test/tidy/tidy.test.ts']),
  );
});
