import { ENVIRONMENT } from './environment.ts';
import { SimulatedEngine } from './simulated-engine.ts';
import type { SimulatedWorld } from './simulated-world.ts';

/** Returns an engine on the made-up market of seed 1, at a speed, whose paper exchange has these vices. */
export function paperEngine(
  speed: number,
  vices: string,
  { environment, ...world }: Partial<SimulatedWorld> = {},
): SimulatedEngine {
  const market = { ALGO_SEED: '1', ALGO_SPEED: `${speed}`, ALGO_PAPER_VICES: vices };
  return new SimulatedEngine({
    seed: 1,
    ...world,
    environment: { ...ENVIRONMENT, ...market, ...environment },
  });
}
