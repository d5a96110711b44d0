import type { ClientOrderId, OrderRequest } from '@algo/model';
import type { ExecutionEngine } from '../execution-engine.ts';
import { place, ready, S, sent, submitted } from './execution-scenario.ts';

/** An engine with one entry whose outcome is unknown and that the venue is asked about. */
export function inDoubt(): { engine: ExecutionEngine; entry: OrderRequest; id: ClientOrderId } {
  const engine = ready();
  const entry = sent(engine.handle(place(1)));
  const id = entry.clientOrderId;
  engine.handle(submitted(id, 'unknown', S));
  return { engine, entry, id };
}
