/** What goes wrong at an exchange or on the way to it, for a while. */
export const OF_VENUE = [
  ...(['streamCut', 'streamMuted', 'cutOff', 'tooMuch', 'readsBehind', 'venueAhead', 'maintenance'] as const),
  'keyExpired',
] as const;
/** What was added later; drawn by itself, so that it moves none of the others. */
export const OF_VENUE_LATER = ['keyLost', 'marketShut', 'fillsBehind'] as const;
/** What happens to a share of what is on its way from the exchange. */
export const OF_VENUE_SHARED = [
  ...(['eventLost', 'eventLate', 'eventTwice', 'html', 'serverError', 'lineReset'] as const),
] as const;

/**
 * One fault of a real exchange. *Shape*: an answer is another one `before` what was asked is done, `after`
 * it, or up to 4 s before it is done `late`. *Units*: virtual ms.
 */
export type VenueFault = { readonly atMs: number; readonly forMs: number } & (
  | { readonly kind: 'streamCut' | 'streamMuted' | 'cutOff' | 'tooMuch' | 'maintenance' | 'keyExpired' }
  | { readonly kind: 'keyLost' }
  | { readonly kind: 'marketShut'; readonly instrument: number; readonly takesCancels: boolean }
  | { readonly kind: 'readsBehind' | 'fillsBehind' | 'venueAhead'; readonly byMs: number }
  | { readonly kind: 'eventLost' | 'eventLate' | 'eventTwice'; readonly share: number }
  | {
      readonly kind: 'html' | 'serverError' | 'lineReset';
      readonly share: number;
      readonly at: 'before' | 'after' | 'late';
    }
);

/** What each of them does, in plain words. */
export const VENUE_FAULT_WORDS: Readonly<Record<VenueFault['kind'], string>> = {
  streamCut: 'The account’s sockets are cut, with what was on its way, and none is let in.',
  streamMuted: 'The account’s sockets stay open and are dead.',
  cutOff: 'Nobody reaches the exchange: no connection comes about, and all sockets are cut.',
  tooMuch: 'Somebody else on the address asks so much that it is turned away (429), and banned (418).',
  readsBehind: 'Reads show the books as they were up to 6 s before.',
  fillsBehind: 'The list of fills alone is up to 9 s old.',
  venueAhead: 'The exchange’s clock is ahead by 2 to 9 s of what was measured, for good (−1021).',
  maintenance: 'All is answered with an error of maintenance.',
  keyExpired: 'The key to listen with expires (USD-M).',
  keyLost: 'The key to listen with is lost: who is connected stays so, and hears nothing (USD-M).',
  marketShut: 'An instrument takes no order, or cancels alone.',
  eventLost: 'An event of the account never comes.',
  eventLate: 'An event of the account comes up to 3 s late, behind newer ones.',
  eventTwice: 'An event of the account comes twice.',
  html: 'A proxy answers with a page in HTML and 502: what was asked is done, or not, or later.',
  serverError: 'The exchange answers −1007 or −1000 with 503: what was asked is done, or not, or later.',
  lineReset: 'The line breaks: what was asked is done, or not, or later.',
};
