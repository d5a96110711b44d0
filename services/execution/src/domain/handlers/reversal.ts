import { deny, type Handler, heldQuantity } from './handler.ts';

/** Denies an entry against what we hold: it would close or flip a position that another decision guards. */
export const reversal: Handler = (context, command) => {
  const held = heldQuantity(context);
  const against = command.direction === 'long' ? held.isNegative() : held.isPositive();
  if (!against) return null;
  return deny('REVERSAL_REFUSED', { held, direction: command.direction });
};
