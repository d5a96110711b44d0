import { type OrderRequest, type ProtectPosition, positionId } from '@algo/model';
import type { ExecutionEngine } from '../execution-engine.ts';
import type { ExecutionInput } from '../execution-io.ts';
import { ACCOUNT, d, holding, LTC, S, sent, submitted } from './execution-scenario.ts';

/** Position-risk asks for a stop at the venue. */
export function protect(n: number, change: Partial<ProtectPosition> = {}): ProtectPosition {
  return {
    type: 'ProtectPosition',
    commandId: `protect-${n}`,
    position: positionId('position-1'),
    account: ACCOUNT,
    instrument: LTC,
    direction: 'long',
    quantity: d('10'),
    triggerPrice: d('82.123'),
    timeUs: 2 * S,
    ...change,
  };
}

/** What the venue can do. */
export const described = (holdsStops: boolean): ExecutionInput => ({
  type: 'VenueDescribed',
  holdsStops,
  objections: [],
  readsSettleMs: 10_000,
});

/** An engine that holds 10 LTC with a stop that rests at the venue. */
export function guarded(): { engine: ExecutionEngine; stop: OrderRequest } {
  const { engine } = holding();
  engine.handle(described(true));
  const stop = sent(engine.handle(protect(1)));
  engine.handle(submitted(stop.clientOrderId, 'confirmed', 2 * S));
  return { engine, stop };
}
