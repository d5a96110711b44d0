import { BinanceError, failureOfStatus } from './errors.ts';
import { RequestBudget } from './request-budget.ts';
import { type BinanceTrade, historicalTradeOf } from './trade.ts';

/** Trades that one request may ask for, by Binance's rule. */
export const TRADES_PER_REQUEST_MAX = 1_000;
/** A read that takes longer is better tried again: trades wait behind it. */
const ANSWER_MAX_MS = 3_000;
/** What a read of old trades costs, by Binance's rule. */
const HISTORICAL_TRADES_WEIGHT = 25;
const DETAIL_CHARACTERS_MAX = 200;

/** Binance's REST service, as far as trades are read from it. */
export class BinanceHttp implements Disposable {
  readonly #url: string;
  readonly #ending = new AbortController();

  readonly #nowMs: () => number;
  readonly #budget: RequestBudget;

  /** *Units*: `nowMs` monotonic. */
  constructor(url: string, nowMs: () => number, budget = new RequestBudget()) {
    this.#url = url.replace(/\/$/, '');
    this.#nowMs = nowMs;
    this.#budget = budget;
  }

  /**
   * Returns public trades by rising id: from an id on, or without one the newest. *Errors*: BinanceError.
   */
  async historicalTrades(
    symbol: string,
    fromId: number | undefined,
    limit = TRADES_PER_REQUEST_MAX,
  ): Promise<BinanceTrade[]> {
    const from = fromId === undefined ? {} : { fromId: `${fromId}` };
    const query = new URLSearchParams({ symbol, ...from, limit: `${limit}` });
    const answer = await this.get(`/api/v3/historicalTrades?${query}`, HISTORICAL_TRADES_WEIGHT);
    if (!Array.isArray(answer) || answer.length > TRADES_PER_REQUEST_MAX)
      throw new BinanceError(
        'unreadable',
        `no list of at most ${TRADES_PER_REQUEST_MAX} trades of ${symbol}`,
      );
    let lastId = (fromId ?? 0) - 1;
    return answer.map((row: unknown) => {
      const trade = historicalTradeOf(row, symbol);
      if (trade === undefined || trade.id <= lastId)
        throw new BinanceError(
          'unreadable',
          `a trade of ${symbol} behind ${lastId}: ${short(JSON.stringify(row))}`,
        );
      lastId = trade.id;
      return trade;
    });
  }

  [Symbol.dispose](): void {
    this.#ending.abort();
  }

  /** Returns what a read of some weight answers. *Errors*: BinanceError. */
  async get(path: string, weight: number): Promise<unknown> {
    const waitMs = this.#budget.take(weight, this.#nowMs());
    if (waitMs > 0) throw new BinanceError('budget', `asked enough for ${Math.ceil(waitMs)} ms`, waitMs);
    let response: Response;
    let text: string;
    try {
      response = await fetch(`${this.#url}${path}`, {
        // Trades of the stream and of a read must be told in one unit, or those of one are before the other.
        headers: { 'X-MBX-TIME-UNIT': 'MICROSECOND' },
        signal: AbortSignal.any([this.#ending.signal, AbortSignal.timeout(ANSWER_MAX_MS)]),
      });
      text = await response.text();
    } catch (error) {
      throw new BinanceError('unreachable', `${this.#url}${path}: ${(error as Error).message}`);
    }
    const { headers, status } = response;
    const used = headers.get('X-MBX-USED-WEIGHT-1M');
    if (used !== null) this.#budget.used(Number(used), this.#nowMs());
    if (status === 429 || status === 418)
      this.#refused(status, headers.get('Retry-After'), `${path}: ${text}`);
    if (!response.ok)
      throw new BinanceError(failureOfStatus(status), `${path}: HTTP ${status} ${short(text)}`);
    try {
      return JSON.parse(text);
    } catch {
      throw new BinanceError('unreadable', `${path}: ${short(text)}`);
    }
  }

  /** Asked too much: whoever asks on is banned for longer. */
  #refused(status: number, retryAfter: string | null, answer: string): never {
    const seconds = retryAfter !== null && /^\d+$/.test(retryAfter) ? Number(retryAfter) : undefined;
    const waitMs = this.#budget.refused(seconds, this.#nowMs());
    throw new BinanceError('busy', `HTTP ${status} ${short(answer)}`, waitMs);
  }
}

function short(text: string): string {
  return text.slice(0, DETAIL_CHARACTERS_MAX);
}
