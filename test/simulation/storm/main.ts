import { runScenario } from './run-scenario.ts';
import { scenarioOf } from './scenario.ts';

const [from, count] = process.argv.slice(2).map(Number);
let bad = 0;
const seen = new Map<string, number>();
const start = process.cpuUsage();
for (let seed = from!; seed < from! + count!; seed++) {
  const notes = await runScenario(scenarioOf(seed));
  for (const what of notes.sometimes) seen.set(what, (seen.get(what) ?? 0) + 1);
  if (notes.violation === null) continue;
  bad++;
  const { invariant, detail, atMs } = notes.violation;
  console.log(seed, invariant, detail, atMs - 1_750_000_000_000);
}
const { user, system } = process.cpuUsage(start);
console.log(bad, 'of', count, 'cpu/seed', (user + system) / 1e6 / count!, seen);
