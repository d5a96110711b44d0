/** What our own code says of why an order stands as it does. Codes are stable; a venue's words have none. */
export const ORDER_REASON_CODES = [
  /** The venue answered nothing in time. */
  'VENUE_SILENT',
  /** An earlier life of execution may have sent it. */
  'MAY_HAVE_LEFT',
  /** Execution began anew while it was on its way. */
  'EXECUTION_RESTARTED',
  /** A look at the venue's books says that it has ended. */
  'FOUND_ENDED',
  /** It is proven not to have been sent. */
  'NEVER_LEFT',
  /** It is proven not to have arrived. */
  'NEVER_ARRIVED',
  /** It would have been sent too late. */
  'TOO_LATE',
] as const;
export type OrderReasonCode = (typeof ORDER_REASON_CODES)[number];

/** Returns a reason as it is said of an order: the code, and behind it the numbers or the venue's words. */
export function orderReason(code: OrderReasonCode, detail = ''): string {
  return detail === '' ? code : `${code} ${detail}`;
}

/** Returns a reason as people read it: a code of ours in plain words, what a venue said as it is. */
export function orderReasonWords(reason: string): string {
  const [head = '', ...rest] = reason.split(' ');
  if (!ORDER_REASON_CODES.some((code) => code === head)) return reason;
  const words = head.toLowerCase().replaceAll('_', ' ');
  return rest.length === 0 ? words : `${words} (${rest.join(' ')})`;
}
