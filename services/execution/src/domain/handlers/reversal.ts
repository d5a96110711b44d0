import { deny, type Handler, heldQuantity } from './handler.ts';

/**
 * Denies an entry against what we hold, for it would close or flip a position that another decision guards;
 * and against what lies beside it: one account has one net position, so that the two would cancel each other,
 * and no exit of ours could be filled.
 */
export const reversal: Handler = (context, command) => {
  const held = heldQuantity(context);
  const { beside } = context;
  const isAgainst = command.direction === 'long' ? 'isNegative' : 'isPositive';
  if (!held[isAgainst]() && !beside[isAgainst]()) return null;
  return deny('REVERSAL_REFUSED', { held, beside, direction: command.direction });
};
