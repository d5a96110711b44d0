import { expect, test } from '@jest/globals';
import { SimulatedEngine } from './simulated-engine.ts';

test('smoke', async () => {
  const t0 = performance.now();
  const engine = new SimulatedEngine({ seed: 1, delays: true, environment: {
    ALGO_INSTRUMENTS: 'synthetic.spot.ALGOUSD', ALGO_SPEED: '20', ALGO_WARM_HISTORY_MINUTES: '30', ALGO_SNAPSHOT_INTERVAL_MS: '2000' } });
  await engine.start(...engine.identities);
  console.log('started', performance.now() - t0);
  for (let i = 0; i < 9; i++) {
    await engine.pass(10_000);
    const names = new Map<string, number>();
    for (const s of ['MARKET', 'ANALYTICS', 'CANDLES', 'DECISIONS', 'ORDERS', 'POSITIONS', 'RISK', 'VENUES', 'RECONCILIATION', 'SYSTEM', 'CONTROL'] as const)
      for (const f of engine.facts(s)) names.set(f.name, (names.get(f.name) ?? 0) + 1);
    console.log(i, performance.now() - t0, JSON.stringify([...names]), engine.submitted.length);
  }
  console.log(await engine.replayed(), performance.now() - t0);
  expect(engine.divergences).toEqual([]);
});
