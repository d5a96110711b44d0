import { binanceScenarioOf } from './binance-scenario.ts';
import { SOMETIMES, type Sometimes, STANDS, type Violation } from './judge-notes.ts';
import { runScenario } from './run-scenario.ts';
import { type Exchange, type Scenario, scenarioOf } from './scenario.ts';

/** What many seeds came to. */
export interface Tally {
  seeds: number;
  readonly failed: { readonly seed: number; readonly violation: Violation }[];
  /** In how many seeds each happened. */
  readonly sometimes: Map<Sometimes, number>;
  /** In how many seeds a fault fell while an order stood somewhere: `fault × stand`. */
  readonly met: Map<string, number>;
}

/** Returns a tally of nothing yet. */
export function emptyTally(): Tally {
  return { seeds: 0, failed: [], sometimes: new Map(), met: new Map() };
}

/** Adds what other seeds came to. */
export function addTally(tally: Tally, { seeds, failed, sometimes, met }: Tally): void {
  tally.seeds += seeds;
  tally.failed.push(...failed);
  for (const [what, count] of sometimes) tally.sometimes.set(what, (tally.sometimes.get(what) ?? 0) + count);
  for (const [what, count] of met) tally.met.set(what, (tally.met.get(what) ?? 0) + count);
}

/** Returns what a seed stands for at an exchange. */
export function seededScenario(exchange: Exchange, seed: number): Scenario {
  return exchange === 'paper' ? scenarioOf(seed) : binanceScenarioOf(exchange, seed);
}

/** Runs one seed into a tally. */
export async function runSeed(seed: number, tally: Tally, exchange: Exchange = 'paper'): Promise<void> {
  const { violation, sometimes, met } = await runScenario(seededScenario(exchange, seed));
  tally.seeds++;
  if (violation !== null) tally.failed.push({ seed, violation });
  for (const what of sometimes) tally.sometimes.set(what, (tally.sometimes.get(what) ?? 0) + 1);
  for (const what of met) tally.met.set(what, (tally.met.get(what) ?? 0) + 1);
}

/** Returns the line that repeats a failing seed, and what it broke. */
export function lineOf({ seed, violation }: Tally['failed'][number], exchange: Exchange = 'paper'): string {
  const { invariant, detail } = violation;
  const of = exchange === 'paper' ? '' : `${exchange} `;
  return `npm run test:soak -- ${of}--from ${seed} --count 1    # ${invariant}: ${detail}`;
}

/** Returns what is left of a scenario, one fault or step a line. */
export function textOf({ seed, vices, faults, steps }: Scenario): string {
  const parts = [...faults, ...steps].toSorted((a, b) => a.atMs - b.atMs);
  return [`seed ${seed}, vices '${vices}'`, ...parts.map((part) => JSON.stringify(part))].join('\n  ');
}

/** Returns how often each fault met each stand of an order, and how often each rare thing happened. */
export function coverageOf({ met, seeds, sometimes }: Tally): string {
  const faults = [...new Set([...met.keys()].map((key) => key.split(' × ')[0]!))].toSorted();
  const row = (name: string, cells: readonly (string | number)[]) =>
    name.padEnd(14) + cells.map((cell) => String(cell).padStart(13)).join('');
  return [
    row('fault', STANDS),
    ...faults.map((fault) =>
      row(
        fault,
        STANDS.map((stand) => met.get(`${fault} × ${stand}`) ?? 0),
      ),
    ),
    `of ${seeds} seeds: ${SOMETIMES.map((what) => `${what} ${sometimes.get(what) ?? 0}`).join(', ')}`,
  ].join('\n');
}
