import type { InstrumentId } from './ids.ts';
import type { TimeUs } from './time.ts';
import type { TradeBatch, TradeIds } from './trade.ts';

/**
 * Where a feed's time stands: the clock of whoever reads the feed. Said every 250 ms of feed time.
 * *Units*: `toldUs` feed time, drives timers and never stands still while the feed lives; `sureUs` the
 * time up to which all trades were given, drives candles and states; `wallUs` when it was said, by
 * ingest's machine; `speed` feed time per wall time. *Shape*: `behind` lists the instruments that
 * `sureUs` doesn't hold for; `warm` while history is given that nothing may be decided on.
 */
export interface TimeAdvanced {
  readonly type: 'TimeAdvanced';
  readonly feed: string;
  readonly toldUs: TimeUs;
  readonly sureUs: TimeUs;
  readonly behind: readonly InstrumentId[];
  readonly wallUs: TimeUs;
  readonly speed: number;
  readonly warm: boolean;
}

/**
 * What a feed's driver can prove of what it gives. `complete-by-id`: ids are dense and the venue's history is
 * read by id, so that nothing is lost unseen; `audited`: ids are names, but each new connection is joined
 * to the old one by a trade that both have, and the venue's own bars are held against ours; `best-effort`:
 * a loss may stay unseen.
 */
export const COMPLETENESS = ['complete-by-id', 'audited', 'best-effort'] as const;
export type Completeness = (typeof COMPLETENESS)[number];

/** Returns in words what can be proven of a feed. */
export function completenessWords(completeness: Completeness): string {
  return completeness.replaceAll('-', ' ');
}

/**
 * What a driver declares of its feed. *Shape*: `sides` and `ids` as a TradeBatch says them; `rowsSpanIds`:
 * each trade of a merged row has an id, the row that of the last; elsewhere ids count rows. *Units*:
 * `mergedUs`: how far the trades of a merged row may lie apart; 0 where all of them have the row's time.
 */
export interface FeedTraits {
  readonly completeness: Completeness;
  readonly sides: TradeBatch['sides'];
  readonly ids: TradeIds['kind'];
  readonly rowsSpanIds: boolean;
  readonly mergedUs: number;
}

/**
 * A closed bar of one minute as the venue tells it on a stream. *Units*: `openTimeUs` µs, `volume` base.
 * *Shape*: `trades` undefined where the venue doesn't count them.
 */
export interface VenueBar {
  readonly openTimeUs: TimeUs;
  readonly volume: number;
  readonly trades: number | undefined;
}

/** What is believed of a feed that declares nothing. */
export const BEST_EFFORT: FeedTraits = {
  ...{ completeness: 'best-effort', sides: 'told', ids: 'counted' },
  ...{ rowsSpanIds: false, mergedUs: 0 },
};

/** Ids of trades from one to another, both inclusive. */
export interface TradeIdRange {
  readonly fromTradeId: number;
  readonly toTradeId: number;
}

/**
 * By what trades are known to be missing. `ids`: ids leap; `time`: a connection began with no trade that the
 * one before had; `bar`: the venue's own bar tells of other trades than ours.
 */
export const FEED_GAP_KINDS = ['ids', 'time', 'bar'] as const;
export type FeedGapKind = (typeof FEED_GAP_KINDS)[number];

/**
 * Where trades of a feed are missing. *Units*: µs, event time: the missing ones lie from `fromUs` to `toUs`,
 * inclusive; `fromUs` 0 where nobody knows; `timeUs` when it was noticed. *Shape*: `ids` null unless they
 * leap.
 */
export interface FeedGap {
  readonly instrument: InstrumentId;
  readonly kind: FeedGapKind;
  readonly fromUs: TimeUs;
  readonly toUs: TimeUs;
  readonly ids: TradeIdRange | null;
  readonly timeUs: TimeUs;
}

/** What ingest knows of a feed, beside the trades themselves. */
export type FeedEvent =
  | {
      readonly type: 'FeedConnected';
      readonly instrument: InstrumentId;
      readonly source: string;
      readonly completeness: Completeness;
      readonly timeUs: TimeUs;
    }
  | {
      readonly type: 'FeedDisconnected';
      readonly instrument: InstrumentId;
      readonly source: string;
      readonly reason: string;
      readonly timeUs: TimeUs;
    }
  /** *Shape*: `missing` ids; 0 where nobody can count. */
  | (FeedGap & { readonly type: 'GapOpened'; readonly missing: number })
  /** `absent`: ids that the venue itself has no trade of, nothing is lost with them. */
  | (FeedGap & { readonly type: 'GapFilled'; readonly recovered: number; readonly absent: number })
  | (FeedGap & {
      readonly type: 'GapUnfillable';
      readonly missing: number;
      readonly code: GapReasonCode;
      readonly reason: string;
    })
  /**
   * The newest price while trades wait behind a hole, so that nobody who only needs the price is blind. It
   * is no trade: bars and books never have it; the trade itself follows. *Units*: `price` quote, `timeUs`
   * the trade's.
   */
  | {
      readonly type: 'PriceSeen';
      readonly instrument: InstrumentId;
      readonly price: number;
      readonly timeUs: TimeUs;
    }
  | {
      readonly type: 'TradeRefused';
      readonly instrument: InstrumentId;
      readonly tradeId: string;
      readonly code: TradeRefusalCode;
      readonly detail: string;
      readonly timeUs: TimeUs;
    }
  | {
      readonly type: 'FeedEnded';
      readonly instrument: InstrumentId;
      readonly trades: number;
      readonly timeUs: TimeUs;
    };

/**
 * Why a gap stays. `TIMEOUT`: not fetched in the time that trades may wait behind it; `BUDGET`: the venue
 * would have been asked too much; `TOO_OLD`: too many trades to be fetched; `BOUND`: too many trades waited
 * behind it; `VENUE_LACKS`: the venue's history did not reach it in time; `NO_REST`: there is nobody to ask;
 * `RESTARTED`: the venue began to count anew, nobody knows what lies between; `NO_OVERLAP`: the venue's
 * newest page held no trade that we have; `BAR_DIFFERS`: the venue's own bar is not what our trades add up
 * to.
 */
export const GAP_REASON_CODES = [
  'TIMEOUT',
  'BUDGET',
  'TOO_OLD',
  'BOUND',
  'VENUE_LACKS',
  'NO_REST',
  'RESTARTED',
  'NO_OVERLAP',
  'BAR_DIFFERS',
] as const;
export type GapReasonCode = (typeof GAP_REASON_CODES)[number];

/**
 * Why a trade is left out. `LATE`: it came after its place was given up; `CONFLICT`: another trade has its
 * id, and stands.
 */
export const TRADE_REFUSAL_CODES = [
  'PRICE_NOT_POSITIVE',
  'QUANTITY_NOT_POSITIVE',
  'TIME_BACKWARDS',
  'TIME_AHEAD',
  'DUPLICATE_ID',
  'UNREADABLE_ROW',
  'LATE',
  'CONFLICT',
] as const;
export type TradeRefusalCode = (typeof TRADE_REFUSAL_CODES)[number];

/** Rows that were refused, by why. */
export type Refusals = Readonly<Partial<Record<TradeRefusalCode, number>>>;

/** Returns how many rows were refused in all. */
export function refusedIn(refusals: Refusals): number {
  return Object.values(refusals).reduce((sum, count) => sum + count, 0);
}

/** Returns what was refused, for a person: `2,999 refused: DUPLICATE_ID 2,999`; an empty text for nothing. */
export function refusalWords(refusals: Refusals): string {
  const all = refusedIn(refusals);
  if (all === 0) return '';
  const why = Object.entries(refusals).map(([code, count]) => `${code} ${count.toLocaleString('en')}`);
  return `${all.toLocaleString('en')} refused: ${why.join(', ')}`;
}

/** Of so large a share of refused rows a person must say that it is meant. */
const REFUSED_SHARE_MAX = 0.01;

/**
 * Returns whether a result over rows passes for one over all: none was used, or more than one in a hundred
 * were refused, and not so many are accepted.
 */
export function isMuchRefused(used: number, refused: number, accepted: number): boolean {
  return used === 0 || refused > Math.max(accepted, REFUSED_SHARE_MAX * (used + refused));
}
