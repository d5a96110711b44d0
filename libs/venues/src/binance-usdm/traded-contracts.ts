import { type TimeUs, US_PER_MS } from '@algo/model';
import type { AccountLink } from '../binance/account-link.ts';
import { rowsOf, textOf } from '../binance/rows.ts';

const PATH = '/fapi/v1/income';
const WEIGHT = 30;
const PAGE = 1_000;
const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;
/** What is younger is always asked for: no document says how soon an income is listed. A week is one read. */
const SETTLED_MS = 6 * DAY_MS;

/** Which contracts had an income in a stretch of time. *Units*: ms of the venue. */
interface Stretch {
  readonly fromMs: number;
  readonly untilMs: number;
  /** Undefined where there were too many incomes to know all. */
  readonly symbols: ReadonlySet<string> | undefined;
}

/**
 * Which contracts an account has traded at all. A fill is in the account's income by its fee or by what it
 * realized, over all contracts in one read of 30 weights; to ask each contract for its fills costs five a
 * week. A fill without either, of a position that is no more, moved nothing.
 */
export class TradedContracts {
  readonly #link: AccountLink;
  readonly #startMsOf: (sinceUs: TimeUs) => number;
  #known: Stretch | undefined;

  /** `startMsOf`: where a time is older than what the venue keeps, from when on it has all. */
  constructor(link: AccountLink, startMsOf: (sinceUs: TimeUs) => number) {
    this.#link = link;
    this.#startMsOf = startMsOf;
  }

  /**
   * Returns since when the fills of a contract of which nothing is held must be read, to have all since a
   * time. *Errors*: rejects where incomes can't be read.
   */
  async since(symbol: string, sinceUs: TimeUs): Promise<TimeUs> {
    const fromMs = this.#startMsOf(sinceUs);
    const untilMs = Math.floor(this.#link.nowUs() / US_PER_MS) - SETTLED_MS;
    if (this.#known === undefined || fromMs < this.#known.fromMs) {
      if (untilMs - fromMs < WEEK_MS) return sinceUs;
      this.#known = { fromMs, untilMs, symbols: await this.#symbols(fromMs, untilMs) };
    }
    const { symbols, untilMs: knownMs } = this.#known;
    return symbols === undefined || symbols.has(symbol) ? sinceUs : Math.max(sinceUs, knownMs * US_PER_MS);
  }

  /** Asks for all at once, and week by week where those are more than a page. */
  async #symbols(fromMs: number, untilMs: number): Promise<ReadonlySet<string> | undefined> {
    const whole = await this.#page({ startTime: `${fromMs}` });
    if (whole !== undefined) return whole;
    const symbols = new Set<string>();
    for (let startMs = fromMs; startMs < untilMs; startMs += WEEK_MS) {
      const endMs = Math.min(startMs + WEEK_MS, untilMs) - 1;
      const page = await this.#page({ startTime: `${startMs}`, endTime: `${endMs}` });
      if (page === undefined) return undefined;
      for (const symbol of page) symbols.add(symbol);
    }
    return symbols;
  }

  /** Returns the contracts of a page; undefined where it is full, and there may be more. */
  async #page(asked: Readonly<Record<string, string>>): Promise<ReadonlySet<string> | undefined> {
    const { body } = await this.#link.read(PATH, { ...asked, limit: `${PAGE}` }, WEIGHT, 'look_up');
    const rows = rowsOf(body);
    return rows.length < PAGE ? new Set(rows.map((row) => textOf(row, 'symbol'))) : undefined;
  }
}
