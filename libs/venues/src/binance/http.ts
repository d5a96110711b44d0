import type { VenueListing } from '../port.ts';
import type { BinanceMarket, BinanceRead } from './binance-market.ts';
import { BinanceError, failureOfStatus, isTurnedAway } from './errors.ts';
import { wordsOfBody, wordsOfError, wordsOfStatus } from './failure-words.ts';
import { historicalTradeOf } from './frames.ts';
import { listedInstruments } from './listed-instruments.ts';
import { type RequestBudget, retryAfterOf } from './request-budget.ts';
import { type BinanceTrade, microseconds, wholeNumber } from './trade.ts';

/** A read of trades that takes longer is better tried again: trades wait behind it. */
const ANSWER_MAX_MS = 3_000;
/** The list of all symbols is megabytes. */
const LIST_MAX_MS = 15_000;

/**
 * The names of all symbols of a market, those whose rules can be read, its time, and the weight that an
 * address may use in a minute. *Units*: µs; NaN where it says none of them.
 */
export interface BinanceListing extends VenueListing {
  readonly symbols: ReadonlySet<string>;
  readonly weightPerMinute: number;
}

/** The REST service of one of Binance's markets, as far as public data is read from it. */
export class BinanceHttp implements Disposable {
  readonly #url: string;
  readonly #market: BinanceMarket;
  readonly #nowMs: () => number;
  readonly #budget: RequestBudget;
  readonly #ending = new AbortController();

  /** *Units*: `nowMs` monotonic. */
  constructor(url: string, market: BinanceMarket, nowMs: () => number, budget: RequestBudget) {
    this.#url = url.replace(/\/$/, '');
    this.#market = market;
    this.#nowMs = nowMs;
    this.#budget = budget;
  }

  /**
   * Returns public trades by rising id: from an id on, or without one the newest. *Errors*: BinanceError.
   */
  async historicalTrades(
    symbol: string,
    fromId: number | undefined,
    limit = this.#market.history.most,
  ): Promise<BinanceTrade[]> {
    const { history } = this.#market;
    const from = fromId === undefined ? {} : { fromId: `${fromId}` };
    const query = new URLSearchParams({ symbol, ...from, limit: `${limit}` });
    const answer = await this.get({ ...history, path: `${history.path}?${query}` }, ANSWER_MAX_MS);
    if (!Array.isArray(answer) || answer.length > history.most)
      throw new BinanceError('unreadable', `no list of at most ${history.most} trades of ${symbol}`);
    let lastId = (fromId ?? 0) - 1;
    return answer.map((row: unknown) => {
      const trade = historicalTradeOf(row, symbol, history.tradeOf);
      if (trade === undefined || trade.id <= lastId)
        throw new BinanceError(
          'unreadable',
          `a trade of ${symbol} behind ${lastId}: ${wordsOfBody(JSON.stringify(row))}`,
        );
      lastId = trade.id;
      return trade;
    });
  }

  /** Returns what is listed. *Errors*: BinanceError. */
  async listing(): Promise<BinanceListing> {
    const { exchangeInfo } = this.#market;
    const answer = (await this.get(exchangeInfo, LIST_MAX_MS)) as Partial<
      Record<'symbols' | 'serverTime' | 'rateLimits', unknown>
    > | null;
    const rows: unknown = answer?.symbols;
    const list: readonly unknown[] = Array.isArray(rows) ? rows : [];
    const names = list.map((row) => (row as { readonly symbol?: unknown } | null)?.symbol);
    const listed = new Set(names.filter((name) => typeof name === 'string'));
    if (listed.size === 0) throw new BinanceError('unreadable', `${exchangeInfo.path}: it lists no symbol`);
    const weightPerMinute = weightLimitIn(answer?.rateLimits);
    const instruments = listedInstruments(list, this.#market.market);
    return { symbols: listed, instruments, timeUs: microseconds(answer?.serverTime), weightPerMinute };
  }

  [Symbol.dispose](): void {
    this.#ending.abort();
  }

  /** Returns what a read answers. *Errors*: BinanceError. */
  async get({ path, weight }: BinanceRead, answerMaxMs: number): Promise<unknown> {
    const waitMs = this.#budget.take(weight, this.#nowMs());
    if (waitMs > 0) throw new BinanceError('budget', `asked enough for ${Math.ceil(waitMs)} ms`, waitMs);
    let response: Response;
    let text: string;
    try {
      response = await fetch(`${this.#url}${path}`, {
        // Trades of the stream and of a read must be told in one unit, or those of one are before the other.
        headers: { 'X-MBX-TIME-UNIT': 'MICROSECOND' },
        signal: AbortSignal.any([this.#ending.signal, AbortSignal.timeout(answerMaxMs)]),
      });
      text = await response.text();
    } catch (error) {
      throw new BinanceError('unreachable', `${this.#url}${path}: ${wordsOfError(error)}`);
    }
    const { headers, status } = response;
    const used = headers.get('X-MBX-USED-WEIGHT-1M');
    if (used !== null) this.#budget.used(Number(used), this.#nowMs());
    if (!response.ok) {
      // Asked too much: whoever asks on is banned for longer.
      const pauseMs = isTurnedAway(status)
        ? this.#budget.refused(retryAfterOf(headers.get('Retry-After')), this.#nowMs())
        : undefined;
      throw new BinanceError(failureOfStatus(status), `${path}: ${wordsOfStatus(status, text)}`, pauseMs);
    }
    try {
      return JSON.parse(text);
    } catch {
      throw new BinanceError('unreadable', `${path}: ${wordsOfBody(text)}`);
    }
  }
}

function weightLimitIn(limits: unknown): number {
  if (!Array.isArray(limits)) return Number.NaN;
  const [found] = limits.filter(
    (each: Readonly<Record<string, unknown>> | null) =>
      each?.rateLimitType === 'REQUEST_WEIGHT' && each.interval === 'MINUTE' && each.intervalNum === 1,
  );
  return wholeNumber((found as { readonly limit?: unknown } | undefined)?.limit);
}
