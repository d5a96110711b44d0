import type { Clock } from '@algo/bus';
import type { Instrument, TradeColumns } from '@algo/model';
import type { MarketDataFeed } from '@algo/venues';

/** Gaps longer than this are not asked for: it would take longer than trades may be held back. */
export const GAP_TRADES_MAX = 200_000;
/** Gaps that are asked for at the same time, so that a break of many streams is no flood of requests. */
const AT_ONCE = 4;
const TRIES_MAX = 5;
/** Waits between tries; each is twice as long as the one before. */
const RETRY_FIRST_MS = 250;

/**
 * A stretch of ids to be brought. *Shape*: `take` gets pages by rising id; false means that nobody waits any
 * more.
 */
export interface GapRequest {
  readonly instrument: Instrument;
  readonly fromTradeId: number;
  readonly toTradeId: number;
  readonly take: (page: TradeColumns) => boolean;
}

/** Fetches missed trades from the venue, page by page. */
export class GapFiller {
  readonly #tradesFrom: NonNullable<MarketDataFeed['tradesFrom']>;
  readonly #clock: Clock;
  #turn = 0;
  readonly #lanes: Promise<unknown>[] = Array.from({ length: AT_ONCE }, () => Promise.resolve());

  constructor(tradesFrom: NonNullable<MarketDataFeed['tradesFrom']>, clock: Clock) {
    this.#tradesFrom = tradesFrom;
    this.#clock = clock;
  }

  /** Returns why it stopped early; undefined when the venue gave what it has. Never rejects. */
  fill(request: GapRequest): Promise<string | undefined> {
    const lane = this.#turn++ % AT_ONCE;
    const filled = this.#lanes[lane]!.then(() => this.#fill(request));
    this.#lanes[lane] = filled;
    return filled;
  }

  async #fill({ instrument, fromTradeId, toTradeId, take }: GapRequest): Promise<string | undefined> {
    for (let nextId = fromTradeId; nextId <= toTradeId; ) {
      const page = await this.#page(instrument, nextId);
      if (typeof page === 'string') return page;
      if (page.ids.kind !== 'counted') return 'the trades that were fetched have no counted ids';
      const lastId = page.ids.values[page.count - 1];
      if (lastId === undefined || lastId < nextId) return undefined;
      nextId = lastId + 1;
      if (!take(page)) return 'given up';
    }
    return undefined;
  }

  async #page(instrument: Instrument, id: number): Promise<TradeColumns | string> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.#tradesFrom(instrument, id);
      } catch (error) {
        if (tries === TRIES_MAX) return `after ${tries} tries: ${(error as Error).message}`;
        await this.#clock.sleep(RETRY_FIRST_MS * 2 ** (tries - 1));
      }
    }
  }
}
