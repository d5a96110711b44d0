import {
  BUY,
  Decimal,
  type Instrument,
  type InstrumentId,
  sliceTrades,
  type TradeColumns,
  US_PER_MINUTE,
  US_PER_MS,
} from '@algo/model';
import { readInstrumentCatalog } from '@algo/runtime';
import { SyntheticMarket } from '@algo/simulation';
import { eventually } from '@algo/testkit';
import { BinanceStandIn, SPOT_DIALECT, type TapeTrade } from '@algo/testkit/venues';
import { ROOT } from './algo-process.ts';

/** In told time all begins here: 2025-01-01. */
const START_US = Date.UTC(2025, 0, 1) * US_PER_MS;
const START_TICKS = 10_000;
/** In calm times; a state is said four times a second of the market's time at most. */
const ORDERS_PER_SECOND = 1;
const PLAY_EVERY_MS = 5;
const WAIT_MAX_MS = 120_000;

/** What is played. *Units*: minutes of the market's time; `speed` the market's time per wall time. */
export interface MarketSettings {
  readonly instruments: readonly string[];
  readonly seed: number;
  /** History that is told at once to the first who listens: analytics needs a past to trust its windows. */
  readonly historyMinutes: number;
  /** After so long it ends, if nobody has ended it before. */
  readonly liveMinutesMax: number;
  readonly speed: number;
}

interface Tape {
  readonly symbol: string;
  readonly columns: TradeColumns;
  readonly trades: readonly TapeTrade[];
  told: number;
}

/** A stand-in for Binance that plays made-up markets as a venue would: whoever isn't there misses them. */
export class PlayedMarket implements AsyncDisposable {
  readonly settings: MarketSettings;
  readonly #binance: BinanceStandIn;
  readonly #tapes: readonly Tape[];
  readonly #liveUs: number;
  #beganMs: number | undefined;
  #timer: NodeJS.Timeout;

  private constructor(settings: MarketSettings, binance: BinanceStandIn) {
    const catalog = readInstrumentCatalog(`${ROOT}config/instruments.yaml`);
    this.settings = settings;
    this.#binance = binance;
    this.#liveUs = START_US + settings.historyMinutes * US_PER_MINUTE;
    const played = settings.instruments.map((id) => marketOf(catalog.get(id as InstrumentId)!, settings));
    this.#tapes = played.map((columns) => ({
      symbol: columns.instrument.slice(columns.instrument.lastIndexOf('.') + 1),
      columns,
      trades: told(columns, catalog.get(columns.instrument)!),
      told: 0,
    }));
    for (const { columns, symbol } of this.#tapes) {
      const { priceTick, quantityStep, minQuantity, minNotional } = catalog.get(columns.instrument)!;
      const [tickSize, stepSize] = [`${priceTick}`, `${quantityStep}`];
      binance.rules.set(symbol, {
        tickSize,
        stepSize,
        minQty: `${minQuantity}`,
        minNotional: `${minNotional}`,
      });
    }
    this.#timer = setInterval(() => this.#play(), PLAY_EVERY_MS);
  }

  /** Opens the stand-in; the market begins when the first one listens. */
  static async open(settings: MarketSettings): Promise<PlayedMarket> {
    const symbols = settings.instruments.map((id) => id.slice(id.lastIndexOf('.') + 1));
    const binance = await BinanceStandIn.start({ dialect: SPOT_DIALECT, symbols });
    return new PlayedMarket(settings, binance);
  }

  /** What `algo up` is told to trade here. */
  get options(): string[] {
    return ['--feed', 'binance', '--instruments', this.settings.instruments.join(',')];
  }

  get env(): NodeJS.ProcessEnv {
    const { url, restUrl } = this.#binance;
    return { ALGO_BINANCE_URL: url, ALGO_BINANCE_REST_URL: restUrl, ALGO_SPEED: `${this.settings.speed}` };
  }

  /** Cuts every connection without a word. */
  cut(): void {
    for (const client of this.#binance.open) client.cut();
  }

  /** All trades that have happened so far, by instrument. */
  get trades(): ReadonlyMap<InstrumentId, TradeColumns> {
    return new Map(
      this.#tapes.map(({ columns, told }) => [columns.instrument, sliceTrades(columns, 0, told)]),
    );
  }

  /** Minutes of its live part that have passed; below 0 before it began. */
  get minutes(): number {
    return (this.nowUs - this.#liveUs) / US_PER_MINUTE;
  }

  /** What time it is there; before all time until it has begun. *Units*: µs. */
  get nowUs(): number {
    return this.#liveUs + this.#sinceMs() * US_PER_MS * this.settings.speed;
  }

  /** Resolves when so many minutes of its live part have passed. */
  async reached(minutes: number): Promise<void> {
    const wallMs = (minutes * US_PER_MINUTE) / US_PER_MS / this.settings.speed;
    await eventually(`the market's minute ${minutes}`, () => this.minutes >= minutes, wallMs + WAIT_MAX_MS);
  }

  /** Lets no further trade happen. */
  end(): void {
    clearInterval(this.#timer);
  }

  #sinceMs(): number {
    return this.#beganMs === undefined ? Number.NEGATIVE_INFINITY : performance.now() - this.#beganMs;
  }

  #play(): void {
    if (this.#beganMs === undefined && this.#binance.open.length === 0) return;
    this.#beganMs ??= performance.now();
    const { nowUs } = this;
    // In the order of time over all instruments, as a venue tells them.
    for (let next = this.#next(nowUs); next !== undefined; next = this.#next(nowUs)) {
      this.#binance.tell(next.symbol, [next.trades[next.told]!]);
      next.told++;
    }
  }

  /** Returns the tape whose next trade is the oldest that has happened by now. */
  #next(nowUs: number): Tape | undefined {
    let oldestUs = nowUs;
    let found: Tape | undefined;
    for (const tape of this.#tapes) {
      const timeUs = tape.trades[tape.told]?.timeUs ?? Number.POSITIVE_INFINITY;
      if (timeUs >= oldestUs) continue;
      oldestUs = timeUs;
      found = tape;
    }
    return found;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.#binance[Symbol.asyncDispose]();
  }
}

function marketOf(
  instrument: Instrument,
  { seed, historyMinutes, liveMinutesMax }: MarketSettings,
): TradeColumns {
  const market = new SyntheticMarket({
    ...{ instrument, seed, startUs: START_US },
    startPrice: instrument.priceTick.toNumber() * START_TICKS,
    opensUs: START_US + historyMinutes * US_PER_MINUTE,
    ordersPerSecond: ORDERS_PER_SECOND,
  });
  return market.next(START_US + (historyMinutes + liveMinutesMax) * US_PER_MINUTE);
}

/** Returns the same trades as a venue tells them: exact decimals, ids that rise by one. */
function told(trades: TradeColumns, { priceTick, quantityStep }: Instrument): TapeTrade[] {
  const exact = (value: number, step: Decimal) =>
    Decimal.of(value.toFixed(Math.max(0, `${step}`.length - 2))).toString();
  return Array.from({ length: trades.count }, (_, i) => ({
    id: Number(trades.ids.values[i]),
    timeUs: trades.timeUs[i]!,
    price: exact(trades.price[i]!, priceTick),
    quantity: exact(trades.quantity[i]!, quantityStep),
    isBuyerMaker: trades.side[i] !== BUY,
  }));
}
