import type { JudgeNotes, Violation } from './judge-notes.ts';
import type { Scenario } from './scenario.ts';

/** Runs that a shrinking may cost. */
const RUNS_MAX = 200;

/**
 * Returns a scenario that breaks the same rule with as few faults and steps as were found: parts are left
 * out, halves first, while it still fails.
 */
export async function shrink(
  scenario: Scenario,
  violation: Pick<Violation, 'invariant'>,
  run: (scenario: Scenario) => Promise<Pick<JudgeNotes, 'violation'>>,
): Promise<Scenario> {
  let runs = 0;
  const fails = async (candidate: Scenario): Promise<boolean> =>
    ++runs <= RUNS_MAX && (await run(candidate)).violation?.invariant === violation.invariant;
  let least = scenario;
  const thin = async <Part>(
    parts: (of: Scenario) => readonly Part[],
    having: (kept: readonly Part[]) => Scenario,
  ): Promise<void> => {
    for (let size = Math.ceil(parts(least).length / 2); size >= 1; size = Math.floor(size / 2))
      for (let at = 0; at < parts(least).length; ) {
        const kept = parts(least).filter((_, n) => n < at || n >= at + size);
        const candidate = having(kept);
        if (await fails(candidate)) least = candidate;
        else at += size;
      }
  };
  if (least.vices !== '' && (await fails({ ...least, vices: '' }))) least = { ...least, vices: '' };
  await thin(
    (of) => of.faults,
    (faults) => ({ ...least, faults }),
  );
  await thin(
    (of) => of.steps,
    (steps) => ({ ...least, steps }),
  );
  return least;
}
