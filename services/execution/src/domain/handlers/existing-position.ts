import { deny, type Handler, heldQuantity } from './handler.ts';

/**
 * Denies a second entry on the same side of an instrument, whether the first is held or still on its way.
 * What the command itself has filled by attempts before is no other entry.
 */
export const existingPosition: Handler = (context, command) => {
  const held = heldQuantity(context);
  const ours = command.direction === 'long' ? held : held.negated();
  if (ours.greaterThan(context.sentBefore))
    return deny('POSITION_EXISTS', { held, direction: command.direction });
  const working = context.openOrders.find(
    (o) => o.intent === 'entry' && o.request.instrument === command.instrument,
  );
  if (working === undefined) return null;
  return deny('POSITION_EXISTS', { working: working.request.clientOrderId, status: working.status });
};
