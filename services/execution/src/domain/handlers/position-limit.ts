import { deny, type Handler } from './handler.ts';

/** Denies an entry when as many instruments as allowed are held or being entered. */
export const positionLimit: Handler = (context) => {
  const max = context.limits.positionsMax;
  if (max === null) return deny('NO_LIMIT_CONFIGURED', { limit: 'positions_max' });
  const taken = new Set(context.positions.map((p) => p.instrument));
  for (const order of context.openOrders) if (order.intent === 'entry') taken.add(order.request.instrument);
  return taken.size < max ? null : deny('POSITION_LIMIT', { positions: taken.size, positions_max: max });
};
