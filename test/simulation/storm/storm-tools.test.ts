import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { applyBug, bugNames, bugText, ROOT } from './bug-patches.ts';
import { COVERED_POINTS } from './covered-points.ts';
import type { JudgeNotes } from './judge-notes.ts';
import { runScenario, ScenarioRun } from './run-scenario.ts';
import { seededScenario } from './run-seeds.ts';
import { EXCHANGES, type Scenario, scenarioOf } from './scenario.ts';
import { shrink } from './shrink.ts';
import { readResults } from './storm-results.ts';

/** A rule that is wrong: a kill while an order is filled in part breaks it. */
async function runHeldToo(scenario: Scenario): Promise<Pick<JudgeNotes, 'violation'>> {
  const { violation, sometimes } = await runScenario(scenario);
  if (violation !== null || !sometimes.has('part fill and restart')) return { violation };
  return { violation: { invariant: 'nobody falls over', detail: 'killed while an order was open', atMs: 0 } };
}

test('a seed that fails fails again, and shrinks to the fault and the entry that it takes', async () => {
  const failing = async (seed: number) => (await runHeldToo(scenarioOf(seed))).violation;
  let seed = 1;
  while ((await failing(seed)) === null) seed++;
  const violation = (await failing(seed))!;
  expect(violation).toEqual(await failing(seed));

  const whole = scenarioOf(seed);
  const least = await shrink(whole, violation, runHeldToo);
  expect((await runHeldToo(least)).violation?.invariant).toBe(violation.invariant);
  expect(least.faults.filter(({ kind }) => kind === 'kill' || kind === 'killAll')).toHaveLength(1);
  expect(least.steps.filter(({ does }) => does === 'enter')).toHaveLength(1);
  expect(least.faults.length + least.steps.length).toBeLessThan(whole.faults.length + whole.steps.length);
}, 120_000);

test.each(EXCHANGES)('one seed over %s is one run: the same facts in the same order', async (exchange) => {
  const factsOf = async () => {
    const run = new ScenarioRun(seededScenario(exchange, 7));
    await run.go();
    return (['ORDERS', 'POSITIONS', 'RISK', 'VENUES'] as const).map((name) => run.world.engine.facts(name));
  };
  const facts = await factsOf();
  expect(facts[0]!.length).toBeGreaterThan(20);
  expect(await factsOf()).toEqual(facts);
});

test('every hand-made bug fits the code that it breaks, and says what it is', () => {
  for (const bug of bugNames()) {
    applyBug(ROOT, bug, '--check');
    expect(bugText(bug)).toMatch(/^\S.{20,}\.$/);
  }
});

test('every hand-made bug was caught when it was hunted last', () => {
  const { bugs } = readResults();
  expect(bugNames().filter((bug) => bugs[bug] == null)).toEqual([]);
});

test('every test that is said to cover a point exists', () => {
  const missing = COVERED_POINTS.flatMap(({ tests }) => tests).filter(({ file, name }) => {
    const path = join(ROOT, file);
    return !existsSync(path) || !readFileSync(path, 'utf8').includes(name);
  });
  expect(missing).toEqual([]);
});
