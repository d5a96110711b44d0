import {
  type AccountId,
  type Decimal,
  InputError,
  type Instrument,
  US_PER_HOUR,
  US_PER_MS,
} from '@algo/model';
import { NO_VICES, type PaperVices, refuseUnusableVices } from './paper-vices.ts';

/**
 * *Units*: balances in their asset; fees basis points of notional, a rebate below 0; `latency` lognormal,
 * `sigma` of its logarithm; `participation` the share of any print that our orders together may have, (0, 1];
 * `residualMs` how long a taking order gathers fills before its rest expires (IOC), rests (GTC) or slips
 * (market); `history` the most ended orders that a look-up still finds, over all accounts (older ones answer
 * *failed*, never *absent*), and of each account's fills FILLS_AN_ORDER times as many.
 */
export interface PaperSettings {
  readonly accounts: readonly {
    readonly account: AccountId;
    readonly balances: Readonly<Record<string, Decimal>>;
  }[];
  readonly instruments: readonly Instrument[];
  readonly seed: number;
  readonly fees: { readonly makerBps: number; readonly takerBps: number };
  readonly latency: { readonly medianMs: number; readonly sigma: number };
  readonly participation: number;
  readonly residualMs: number;
  readonly vices: PaperVices;
  readonly history: number;
}

/**
 * What a paper venue is like when nothing else is said. *Source*: reference analytics §9; spot fees without
 * discounts.
 */
export const PAPER_DEFAULTS = {
  fees: { makerBps: 10, takerBps: 10 },
  latency: { medianMs: 80, sigma: 0.5 },
  participation: 0.1,
  residualMs: 5_000,
  vices: NO_VICES,
  history: 5_000,
} as const;

/** Most orders that may work at once in one account. */
export const OPEN_ORDERS_MAX = 500;
/** An ended order is found for a day, as where exchanges show them for the shortest time. *Units*: µs. */
export const ORDERS_KEPT_US = 24 * US_PER_HOUR;
/**
 * Ids that are spent are kept for three days, fills until the newest is three days younger. *Units*: µs.
 */
export const FILLS_KEPT_US = 3 * ORDERS_KEPT_US;
/** Fills kept at most for each ended order that is. */
export const FILLS_AN_ORDER = 4;
/** So many fills more before the oldest are dropped together. */
export const FILLS_SLACK = 1_000;
/** Movements of cash kept for each account. */
export const MOVES_MAX = 1_000;
/**
 * Client order ids that later orders of an account can't have, beside those of its working ones. An id is
 * asked about, or comes a second time, within seconds of its order: so many orders later nobody does.
 */
export const ORDER_IDS_MAX = 100_000;
/** Refused orders of an account whose ids stay spent: a copy comes within seconds of the first. */
export const REFUSED_MAX = 1_000;
/** A market order's slippage beyond its residual window ends at this share of its reference price… */
export const SLIP_CAP = 0.01;
/** …or after so many seconds, whichever is first. */
export const SLIP_SECONDS_MAX = 60;

/** *Errors*: InputError on settings that no venue can run with. */
export function refuseUnusableSettings(settings: PaperSettings): void {
  const within = (field: string, value: number, from: number, to: number): void => {
    if (!(value >= from && value <= to))
      throw new InputError({
        field,
        value,
        because: 'outside its range',
        remedy: `Use ${from} to ${to}.`,
      });
  };
  within('fees.makerBps', settings.fees.makerBps, -100, 1_000);
  within('fees.takerBps', settings.fees.takerBps, -100, 1_000);
  within('latency.medianMs', settings.latency.medianMs, 0, 60_000);
  within('latency.sigma', settings.latency.sigma, 0, 3);
  within('participation', settings.participation, 0.0001, 1);
  within('history', settings.history, 1, 1_000_000);
  within('residualMs', settings.residualMs, 1 / US_PER_MS, 3_600_000);
  refuseUnusableVices(settings.vices);
  refuseRepeats(
    'accounts',
    settings.accounts.map(({ account }) => account),
  );
  refuseRepeats(
    'instruments',
    settings.instruments.map(({ id }) => id),
  );
}

function refuseRepeats(field: string, names: readonly string[]): void {
  const repeated = names.find((name, i) => names.indexOf(name) !== i);
  if (repeated !== undefined)
    throw new InputError({ field, value: repeated, because: 'named twice', remedy: 'Name it once.' });
}
