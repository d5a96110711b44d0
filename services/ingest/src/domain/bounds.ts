/** How long a jump of ids waits for frames that overtook each other, before anybody is asked. *Units*: ms. */
export const REORDER_WAIT_MS = 250;
/** How often the newest price is said while trades wait. *Units*: ms. */
export const PRICE_EVERY_MS = 100;
/** How long trades wait behind a hole, at most, while this process runs. *Units*: ms. */
export const HOLE_WAIT_MAX_MS = 10_000;
/**
 * A longer pause between two looks, which come each 20 ms: the process stood still, or others had the
 * processor, and what is longer is no time that a hole was waited for. *Units*: ms.
 */
export const LOOK_PAUSE_MAX_MS = 100;
/** Trades of one instrument that wait behind holes, at most. */
export const WAITING_ROWS_MAX = 50_000;
/** The same of all instruments of a process. */
export const WAITING_ROWS_PROCESS_MAX = 1_000_000;
/** A longer hole is not asked for: it would take longer than trades may wait. *Units*: trades. */
export const HOLE_TRADES_MAX = 100_000;
/** The first pause before a venue is asked again that had nothing new; the next ones double. *Units*: ms. */
export const ASK_AGAIN_FIRST_MS = 250;
/** The longest such pause. *Units*: ms. */
export const ASK_AGAIN_MAX_MS = 1_000;
/** Stretches of ids that were given up and are remembered, to tell a late trade from a repeated one. */
export const LOST_REMEMBERED_MAX = 256;
/** Released trades that are remembered, to tell a repeat from another trade with the same id. */
export const RECENT_TRADES = 1_024;
/** Trades that may speak for a restart of ids and wait for the venue's word on it, at most. */
export const SUSPECTS_MAX = 1_024;
/** How long a bar of the venue waits for trades that are slower than it. *Units*: ms. */
export const AUDIT_WAIT_MS = 1_000;
/**
 * How long one that differs waits for a trade of a later minute, which shows that all of its own have come:
 * bars and trades may come over two connections, of which one stands still. *Units*: ms.
 */
export const AUDIT_MAX_MS = 60_000;
/** Trades in a venue's newest page, at most. */
export const PAGE_ROWS = 1_000;
/** Names of trades that are remembered, of one instrument whose ids are names, to know a repeat. */
export const NAMES_MAX = 50_000;
