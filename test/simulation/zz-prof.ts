import { SimulatedEngine } from './simulated-engine.ts';
const t0 = performance.now();
const [seed, warm, speed, secs, instruments] = process.argv.slice(2);
const engine = new SimulatedEngine({ seed: 1, delays: true, environment: {
    ALGO_INSTRUMENTS: instruments ?? 'synthetic.spot.ALGOUSD', ALGO_SPEED: speed!, ALGO_SEED: seed!, ALGO_WARM_HISTORY_MINUTES: warm!, ALGO_SNAPSHOT_INTERVAL_MS: '2000' } });
await engine.start(...engine.identities);
console.log('started', performance.now() - t0);
for (let i = 0; i < 3; i++) { await engine.pass(Number(secs)*1000/3); console.log(performance.now() - t0, engine.said('ORDERS','OrderSubmitted').filter(o=>o.intent==='entry').length, engine.said('DECISIONS','DecisionMade').length, engine.said('MARKET','TradeBatch').reduce((n,b)=>n+b.trades.count,0)); }
const t1 = performance.now();
const r = await engine.replayed();
console.log(r.every(x=>x.difference===undefined), performance.now() - t1);
process.exit(0);
