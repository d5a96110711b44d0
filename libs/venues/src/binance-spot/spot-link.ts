import {
  type AccountId,
  type ClientOrderId,
  type Instrument,
  type InstrumentId,
  instrumentIdOf,
  instrumentParts,
  RecentMap,
  type TimeUs,
  US_PER_MS,
} from '@algo/model';
import { AccountHttp } from '../binance/account-http.ts';
import type { ApiKey, Parameters } from '../binance/api-key.ts';
import { OrderCounts, SPOT_ORDER_LIMITS } from '../binance/order-counts.ts';
import { type Purpose, RequestBudget } from '../binance/request-budget.ts';
import { VenueTime } from '../binance/venue-time.ts';
import type { VenueClock } from '../port.ts';
import { BINANCE_SPOT } from './spot-market.ts';
import { rowOf } from './spot-rows.ts';
import { bodyIn, verdictOf } from './spot-verdict.ts';

/** Orders whose two names are remembered. */
const NAMES_MAX = 20_000;

/** What is needed to speak for an account at Binance's spot market. */
export interface SpotParts {
  readonly account: AccountId;
  readonly key: ApiKey;
  readonly restUrl: string;
  /** Of the WebSocket API. */
  readonly socketUrl: string;
  /** All that may be traded; those of other markets are passed over. */
  readonly instruments: readonly Instrument[];
  readonly clock: VenueClock & { nowMs(): number };
  /** A number from 0 to 1, for the jitter of waits. */
  readonly random: () => number;
  /** How long the venue still wants to be left alone, as an earlier life was told. *Units*: ms. */
  readonly pauseMs?: number;
  /** Hears how long the venue wants to be left alone. *Units*: ms. */
  readonly onPause?: (pauseMs: number) => void;
}

/** A read that the venue answered. *Units*: `asOfUs` its time when it was asked. */
export interface Read {
  readonly body: unknown;
  readonly asOfUs: TimeUs;
}

/** A read that failed. *Shape*: `verdict` where the venue answered with an error that can be read. */
export class SpotReadError extends Error {
  readonly code: number | undefined;

  constructor(what: string, code?: number) {
    super(what);
    this.code = code;
  }
}

/** What orders, reads and the account stream of one account share: time, budgets, connections, names. */
export class SpotLink implements AsyncDisposable {
  readonly parts: SpotParts;
  readonly budget: RequestBudget;
  readonly time: VenueTime;
  readonly http: AccountHttp;
  readonly instruments: readonly Instrument[];
  /** Our names of orders by the venue's: a fill that is read has the venue's alone. */
  readonly names = new RecentMap<ClientOrderId>(NAMES_MAX);
  /** Symbols in which something may have happened since their fills were read. */
  touched = new Set<string>();
  /** Whether all that happens is told just now; null where nobody listens. */
  isHeard: boolean | null = null;

  constructor(parts: SpotParts) {
    const { clock, onPause, pauseMs = 0 } = parts;
    const monotonicMs = () => clock.monotonicMs();
    this.parts = parts;
    this.budget = new RequestBudget(BINANCE_SPOT.weightPerMinute, onPause);
    this.budget.pause(pauseMs, monotonicMs());
    this.time = new VenueTime({ ask: () => this.#serverMs(), monotonicMs, wallMs: () => clock.nowMs() });
    this.http = new AccountHttp({
      ...{ url: parts.restUrl, key: parts.key, time: this.time, budget: this.budget, monotonicMs },
      counts: new OrderCounts(SPOT_ORDER_LIMITS),
    });
    this.instruments = parts.instruments.filter(
      ({ venue, market }) => venue === 'binance' && market === 'spot',
    );
  }

  /** Returns what a read answers. *Errors*: SpotReadError. */
  async read(path: string, parameters: Parameters, weight: number, purpose: Purpose): Promise<Read> {
    // Nothing of the answer is older than the question, but for the venue's own lag.
    const askedUs = this.nowUs();
    const answer = await this.http.ask({ method: 'GET', path, parameters, weight, purpose });
    if (answer.type === 'too late') throw new SpotReadError(`${path}: too late`);
    if (answer.type !== 'answered') throw new SpotReadError(`${path}: ${answer.reason}`);
    const { status, text, retryAfterS } = answer;
    const body = bodyIn(text);
    if (status === 200 && body !== undefined) return { body, asOfUs: askedUs };
    const code = status < 500 ? (body as { readonly code?: unknown } | undefined)?.code : undefined;
    const { reason } = verdictOf(status, text, retryAfterS);
    throw new SpotReadError(`${path}: ${reason}`, typeof code === 'number' ? code : undefined);
  }

  /** The venue's time. *Units*: µs, on the ms. */
  nowUs(): TimeUs {
    return Math.floor(this.time.nowMs() ?? this.parts.clock.nowMs()) * US_PER_MS;
  }

  /** Returns the instrument of a symbol, also of one that nobody trades here. */
  instrumentOf(symbol: string): InstrumentId {
    return instrumentIdOf('binance', 'spot', symbol);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.time[Symbol.dispose]();
    await this.http[Symbol.asyncDispose]();
  }

  async #serverMs(): Promise<number> {
    const path = '/api/v3/time';
    const call = {
      method: 'GET',
      path,
      parameters: {},
      weight: 1,
      purpose: 'audit',
      isPublic: true,
    } as const;
    const answer = await this.http.ask(call);
    if (answer.type === 'too late') throw new Error(`${path}: too late`);
    if (answer.type !== 'answered') throw new Error(`${path}: ${answer.reason}`);
    const serverMs = answer.status === 200 ? rowOf(bodyIn(answer.text)).serverTime : undefined;
    if (typeof serverMs === 'number' && Number.isFinite(serverMs)) return serverMs;
    throw new Error(`${path}: ${verdictOf(answer.status, answer.text, undefined).reason}`);
  }
}

/** Returns the venue's name of an instrument. */
export function symbolOf(instrument: InstrumentId): string {
  return instrumentParts(instrument).symbol;
}
