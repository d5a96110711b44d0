import { SimulatedEngine } from './simulated-engine.ts';
import { ENVIRONMENT } from './environment.ts';
import { SeededRandom } from '@algo/simulation';
const t0 = performance.now();
const seed = Number(process.argv[2]);
const engine = new SimulatedEngine({ seed, delays: true, environment: { ...ENVIRONMENT, ALGO_SEED: String(seed), ALGO_SPEED: '60', ALGO_SNAPSHOT_INTERVAL_MS: '2000' } });
await engine.start(...engine.identities);
const random = SeededRandom.seeded(seed).stream('kills');
const pick = (bound: number) => Math.floor(random.uniform() * bound);
const log = (what: string) => {
  const names = new Map<string, number>();
  for (const s of ['MARKET', 'ANALYTICS', 'DECISIONS', 'ORDERS', 'POSITIONS', 'RECONCILIATION'] as const)
    for (const f of engine.facts(s)) names.set(f.name, (names.get(f.name) ?? 0) + 1);
  console.log((performance.now() - t0).toFixed(0), engine.clock.nowMs() - 1750000000000, what, JSON.stringify(Object.fromEntries(names)));
};
for (let i = 0; i < 12; i++) {
  await engine.pass(200 + pick(4_000));
  const what = pick(10);
  const dead = what === 0 ? engine.identities : [engine.identities[pick(engine.identities.length)]!];
  log(what === 1 ? 'lose' : `kill ${dead}`);
  if (what === 1) engine.server.lose();
  else for (const identity of dead) engine.kill(identity);
  await engine.pass(pick(1_500));
  const t1 = engine.clock.nowMs();
  await Promise.all(dead.filter((identity) => !engine.lives(identity)).map((identity) => engine.passing(engine.begin(identity))));
  console.log('   back after', engine.clock.nowMs() - t1);
}
console.log(engine.said('ORDERS', 'OrderDenied').map(o => o.denial.code + ' ' + o.denial.detail).slice(0, 9));
console.log(engine.divergences.length);
process.exit(0);
