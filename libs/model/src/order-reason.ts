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

/** Returns our own code in a reason, null where the words are the venue's. */
export function reasonCode(reason: string): OrderReasonCode | null {
  return ORDER_REASON_CODES.find((code) => code === reason.split(' ')[0]) ?? null;
}

/** Returns a reason as people read it: a code of ours in plain words, what a venue said as it is. */
export function orderReasonWords(reason: string): string {
  const code = reasonCode(reason);
  if (code === null) return reason;
  const [, ...rest] = reason.split(' ');
  const words = code.toLowerCase().replaceAll('_', ' ');
  return rest.length === 0 ? words : `${words} (${rest.join(' ')})`;
}
