import {
  type AccountId,
  type ClientOrderId,
  type Instrument,
  type InstrumentId,
  instrumentIdOf,
  instrumentParts,
  type Market,
  RecentMap,
  type TimeUs,
  US_PER_MS,
} from '@algo/model';
import type { VenueClock } from '../port.ts';
import { NETWORK, type Transport } from '../transport.ts';
import { AccountHttp } from './account-http.ts';
import type { ApiKey, Parameters } from './api-key.ts';
import { OrderCounts, type OrderLimits } from './order-counts.ts';
import { type Purpose, RequestBudget, type SharedPause } from './request-budget.ts';
import { openWire, type RequestPaths } from './request-paths.ts';
import { rowOf } from './rows.ts';
import { ToldOrders } from './told-orders.ts';
import { VenueTime } from './venue-time.ts';
import { bodyIn, type CodeTable, verdictOf } from './verdict.ts';

/** Orders whose two names are remembered. */
const NAMES_MAX = 20_000;

/** All in which one of Binance's markets differs from the others for an account. */
export interface AccountMarket {
  readonly market: Market;
  readonly weightPerMinute: number;
  readonly orderLimits: OrderLimits;
  readonly timePath: string;
  readonly table: CodeTable;
}

/** What is needed to speak for an account at Binance. */
export interface AccountParts {
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
  readonly pause?: SharedPause;
  /** Above it no contract is traded; the market's own bound where nothing is said. */
  readonly leverageMax?: number;
  /** By which way requests go; directly where nothing is said. */
  readonly paths?: RequestPaths;
  /** How the venue is reached; over the network where nothing is said. */
  readonly transport?: Transport;
}

/** A read that the venue answered. *Units*: `asOfUs` its time when it was asked. */
export interface Read {
  readonly body: unknown;
  readonly asOfUs: TimeUs;
}

/** Rows, and as of when they are. */
export interface Rows<Value> {
  readonly value: Value;
  readonly asOfUs: number;
}

/** A read that failed. *Shape*: `verdict` where the venue answered with an error that can be read. */
export class AccountReadError extends Error {
  readonly code: number | undefined;

  constructor(what: string, code?: number) {
    super(what);
    this.code = code;
  }
}

/** What orders, reads and the account stream of one account share: time, budgets, connections, names. */
export class AccountLink implements AsyncDisposable {
  readonly parts: AccountParts;
  readonly market: AccountMarket;
  readonly budget: RequestBudget;
  readonly time: VenueTime;
  readonly http: AccountHttp;
  readonly instruments: readonly Instrument[];
  readonly transport: Transport;
  /** Our names of orders by the venue's: a fill that is read has the venue's alone. */
  readonly names = new RecentMap<ClientOrderId>(NAMES_MAX);
  /** And the venue's by ours: who cancels an order by hand takes our name from it. */
  readonly numbers = new RecentMap<string>(NAMES_MAX);
  /** Which orders the account stream told of. */
  readonly told = new ToldOrders();
  /** Symbols in which something may have happened since their fills were read. */
  touched = new Set<string>();
  /** Whether all that happens is told just now; null where nobody listens. */
  isHeard: boolean | null = null;

  constructor(parts: AccountParts, of: AccountMarket) {
    const { clock, pause, transport = NETWORK } = parts;
    const monotonicMs = () => clock.monotonicMs();
    this.parts = parts;
    this.market = of;
    this.transport = transport;
    this.budget = new RequestBudget(of.weightPerMinute, pause);
    const [ask, wallMs] = [() => this.#serverMs(), () => clock.nowMs()];
    this.time = new VenueTime({ ask, monotonicMs, wallMs, transport });
    const wire = { url: parts.restUrl, key: parts.key, monotonicMs, transport, table: of.table };
    this.http = new AccountHttp({
      wire: openWire(wire, parts.paths),
      ...{ time: this.time, budget: this.budget, monotonicMs },
      counts: new OrderCounts(of.orderLimits),
    });
    this.instruments = parts.instruments.filter(
      ({ venue, market }) => venue === 'binance' && market === of.market,
    );
  }

  /** Returns what a read answers. *Errors*: AccountReadError. */
  async read(path: string, parameters: Parameters, weight: number, purpose: Purpose): Promise<Read> {
    // Nothing of the answer is older than the question, but for the venue's own lag.
    const askedUs = this.nowUs();
    const answer = await this.http.ask({ method: 'GET', path, parameters, weight, purpose });
    if (answer.type === 'too late') throw new AccountReadError(`${path}: too late`);
    if (answer.type !== 'answered') throw new AccountReadError(`${path}: ${answer.reason}`);
    const { status, text, retryAfterS } = answer;
    const body = bodyIn(text);
    if (status === 200 && body !== undefined) return { body, asOfUs: askedUs };
    const code = status < 500 ? (body as { readonly code?: unknown } | undefined)?.code : undefined;
    const { reason } = verdictOf(this.market.table, status, text, retryAfterS);
    throw new AccountReadError(`${path}: ${reason}`, typeof code === 'number' ? code : undefined);
  }

  /** Remembers both names of an order, as they were first told. */
  named(number: string, id: ClientOrderId): void {
    if (this.names.get(number) !== undefined) return;
    this.names.set(number, id);
    this.numbers.set(id, number);
  }

  /** The venue's time. *Units*: µs, on the ms. */
  nowUs(): TimeUs {
    return Math.floor(this.time.nowMs() ?? this.parts.clock.nowMs()) * US_PER_MS;
  }

  /** Returns the instrument of a symbol, also of one that nobody trades here. */
  instrumentOf(symbol: string): InstrumentId {
    return instrumentIdOf('binance', this.market.market, symbol);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.time[Symbol.dispose]();
    await this.http[Symbol.asyncDispose]();
  }

  async #serverMs(): Promise<number> {
    const path = this.market.timePath;
    const call = {
      method: 'GET',
      path,
      parameters: {},
      weight: 1,
      // Nothing can be signed without it.
      purpose: 'guard',
      isPublic: true,
    } as const;
    const answer = await this.http.ask(call);
    if (answer.type === 'too late') throw new Error(`${path}: too late`);
    if (answer.type !== 'answered') throw new Error(`${path}: ${answer.reason}`);
    const serverMs = answer.status === 200 ? rowOf(bodyIn(answer.text)).serverTime : undefined;
    if (typeof serverMs === 'number' && Number.isFinite(serverMs)) return serverMs;
    throw new Error(`${path}: ${verdictOf(this.market.table, answer.status, answer.text, undefined).reason}`);
  }
}

/** The venue knows no such symbol. */
const NO_SUCH_SYMBOL = -1121;

/**
 * Returns what a read of one symbol answers; undefined where the venue does not list it, so that nothing of
 * ours happened there: one line of the catalogue must not stop all the others. *Errors*: as the read.
 */
export async function listedOnly(read: Promise<Read>): Promise<Read | undefined> {
  try {
    return await read;
  } catch (error) {
    if (error instanceof AccountReadError && error.code === NO_SUCH_SYMBOL) return undefined;
    throw error;
  }
}

/** Returns the venue's name of an instrument. */
export function symbolOf(instrument: InstrumentId): string {
  return instrumentParts(instrument).symbol;
}
