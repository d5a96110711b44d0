import { BinanceError, failureOfStatus } from './errors.ts';
import { type BinanceTrade, historicalTradeOf } from './trade.ts';

/** Trades that one request may ask for, by Binance's rule. */
export const TRADES_PER_REQUEST_MAX = 1_000;
const ANSWER_MAX_MS = 10_000;
const DETAIL_CHARACTERS_MAX = 200;

/** Binance's REST service, as far as trades are read from it. */
export class BinanceHttp implements Disposable {
  readonly #url: string;
  readonly #ending = new AbortController();

  constructor(url: string) {
    this.#url = url.replace(/\/$/, '');
  }

  /** Returns public trades from an id on, by rising id. *Errors*: BinanceError. */
  async historicalTrades(symbol: string, fromId: number): Promise<BinanceTrade[]> {
    const query = new URLSearchParams({ symbol, fromId: `${fromId}`, limit: `${TRADES_PER_REQUEST_MAX}` });
    const answer = await this.#get(`/api/v3/historicalTrades?${query}`);
    if (!Array.isArray(answer) || answer.length > TRADES_PER_REQUEST_MAX)
      throw new BinanceError(
        'unreadable',
        `no list of at most ${TRADES_PER_REQUEST_MAX} trades of ${symbol}`,
      );
    let lastId = fromId - 1;
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

  async #get(path: string): Promise<unknown> {
    let status: number;
    let text: string;
    try {
      const response = await fetch(`${this.#url}${path}`, {
        // Trades of the stream and of a read must be told in one unit, or those of one are before the other.
        headers: { 'X-MBX-TIME-UNIT': 'MICROSECOND' },
        signal: AbortSignal.any([this.#ending.signal, AbortSignal.timeout(ANSWER_MAX_MS)]),
      });
      status = response.status;
      text = await response.text();
    } catch (error) {
      throw new BinanceError('unreachable', `${this.#url}${path}: ${(error as Error).message}`);
    }
    if (status < 200 || status > 299)
      throw new BinanceError(failureOfStatus(status), `${path}: HTTP ${status} ${short(text)}`);
    try {
      return JSON.parse(text);
    } catch {
      throw new BinanceError('unreadable', `${path}: ${short(text)}`);
    }
  }
}

function short(text: string): string {
  return text.slice(0, DETAIL_CHARACTERS_MAX);
}
