import {
  binds,
  type ClientOrderId,
  type ClosePosition,
  entrySide,
  type HaltScope,
  type Order,
  rests,
} from '@algo/model';

/** Returns the entries that a halt takes back: exits and stops stay. */
export function entriesUnder(scope: HaltScope, open: readonly Order[]): readonly ClientOrderId[] {
  return ordersUnder(
    scope,
    open.filter(({ intent }) => intent === 'entry'),
  );
}

/** Returns the orders of a scope, exits and stops among them. */
export function ordersUnder(scope: HaltScope, open: readonly Order[]): readonly ClientOrderId[] {
  return open
    .filter(({ strategy, request: { account, instrument } }) =>
      binds(scope, { account, instrument, strategy }),
    )
    .map(({ request }) => request.clientOrderId);
}

/**
 * Returns the entries that rest in the way of an exit: it must not meet our own order, and that order must
 * not fill again what is being left.
 */
export function entriesInTheWay(exit: ClosePosition, open: readonly Order[]): readonly ClientOrderId[] {
  return open
    .filter(({ intent, request }) => {
      const { instrument, side } = request;
      const isAgainst = instrument === exit.instrument && side === entrySide(exit.direction);
      return intent === 'entry' && rests(request) && isAgainst;
    })
    .map(({ request }) => request.clientOrderId);
}
