/** Why an exit may be denied: it can't be, or the exchange takes nothing. */
export const EXIT_DENIALS = new Set([
  ...['NO_POSITION', 'GATE_CLOSED', 'QUANTITY_BELOW_MIN', 'NOTIONAL_BELOW_MIN', 'DUPLICATE_ORDER'],
  ...['BOOKS_DIFFER', 'VENUE_SHUT'],
]);
