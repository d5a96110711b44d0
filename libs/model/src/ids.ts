import type { Brand } from './brand.ts';
import { InputError } from './input-error.ts';

/**
 * `venue.market.symbol` in lower case but for the symbol, which the venue spells, in any script and with
 * dots if it likes: `binance.spot.LTCUSDT`. Subjects and folders have it by `instrumentToken`.
 */
export type InstrumentId = Brand<string, 'InstrumentId'>;
/** One set of balances at one venue: `paper-main`. */
export type AccountId = Brand<string, 'AccountId'>;
/** A strategy's name as its file or the engine declares it: `order_flow_scalping`. */
export type StrategyName = Brand<string, 'StrategyName'>;
/** Names one fact for ever; a function of what caused it, so that a repeat is recognised. */
export type EventId = Brand<string, 'EventId'>;
/** A signal that analytics raised. */
export type SignalId = Brand<string, 'SignalId'>;
/** One evaluation of one strategy. */
export type DecisionId = Brand<string, 'DecisionId'>;
/** Our name for an order, known before the venue hears of it. Goes on the wire once. */
export type ClientOrderId = Brand<string, 'ClientOrderId'>;
/** The venue's name for an order. */
export type VenueOrderId = Brand<string, 'VenueOrderId'>;
/** The venue's name for one fill or public trade. */
export type VenueTradeId = Brand<string, 'VenueTradeId'>;
/** One life of a position in one instrument, from flat to flat. */
export type PositionId = Brand<string, 'PositionId'>;
/** A supply or demand zone. */
export type ZoneId = Brand<string, 'ZoneId'>;
/** A fair value gap. */
export type GapId = Brand<string, 'GapId'>;

const TOKEN = /^[A-Za-z0-9_-]{1,64}$/;
/** Of a symbol: no blanks and commas, which part names in lists and keys, and nothing that can't be seen. */
const INSTRUMENT = /^[a-z0-9_-]{1,32}\.[a-z0-9_-]{1,32}\.([^\s,\p{C}]+)$/u;
/** *Units*: bytes of UTF-8; three times as many characters are the longest name of a folder. */
const SYMBOL_BYTES_MAX = 64;
/** A symbol of so few characters has no more bytes than it may, in any script. */
const SHORT = 20;
const utf8 = new TextEncoder();
/** Texts that have been found to be of that form: each message names one, and few are named. */
const KNOWN = new Set<string>();
const KNOWN_MAX = 4_096;

function checked<Id>(pattern: RegExp, kind: string, shape: string): (text: string) => Id {
  return (text) => {
    if (!pattern.test(text))
      throw new InputError({
        field: kind,
        value: text,
        because: `not ${shape}`,
        remedy: 'Use letters, digits, "-" and "_" only; no blanks, no dots inside a part.',
      });
    return text as Id;
  };
}

/** *Errors*: InputError for a text that is not of the form venue.market.SYMBOL. */
export function instrumentId(text: string): InstrumentId {
  if (KNOWN.has(text)) return text as InstrumentId;
  const symbol = INSTRUMENT.exec(text)?.[1];
  if (symbol !== undefined && (symbol.length <= SHORT || utf8.encode(symbol).length <= SYMBOL_BYTES_MAX)) {
    if (KNOWN.size >= KNOWN_MAX) KNOWN.clear();
    KNOWN.add(text);
    return text as InstrumentId;
  }
  throw new InputError({
    field: 'instrument',
    value: text,
    because:
      symbol === undefined
        ? 'not of the form venue.market.SYMBOL'
        : `its symbol has more than ${SYMBOL_BYTES_MAX} bytes`,
    remedy: 'Use lower-case words for venue and market, and a symbol without blanks and commas.',
  });
}
export const accountId = checked<AccountId>(TOKEN, 'account', 'a single word');
export const strategyName = checked<StrategyName>(TOKEN, 'strategy', 'a single word');
/** Whose a position or dust is that no order of a strategy made. */
export const NO_STRATEGY = strategyName('external');
export const signalId = checked<SignalId>(TOKEN, 'signal id', 'a single word');
export const decisionId = checked<DecisionId>(TOKEN, 'decision id', 'a single word');
export const clientOrderId = checked<ClientOrderId>(
  /^[A-Za-z0-9_-]{1,36}$/,
  'client order id',
  'a word of at most 36 characters',
);
export const venueOrderId = checked<VenueOrderId>(/^[\x21-\x7e]{1,128}$/, 'venue order id', 'printable text');
export const venueTradeId = checked<VenueTradeId>(/^[\x21-\x7e]{1,128}$/, 'venue trade id', 'printable text');
export const positionId = checked<PositionId>(TOKEN, 'position id', 'a single word');
export const eventId = checked<EventId>(/^[\x21-\x7e]{1,256}$/, 'event id', 'printable text');
export const zoneId = checked<ZoneId>(TOKEN, 'zone id', 'a single word');
export const gapId = checked<GapId>(TOKEN, 'gap id', 'a single word');
