import { fileURLToPath } from 'node:url';
import { type InstrumentId, instrumentId, type TimeUs, US_PER_HOUR, US_PER_SECOND } from '@algo/model';
import { instrumentOf, readInstrumentCatalog } from '@algo/runtime';
import { SyntheticMarket } from '@algo/simulation';
import { rowAfter, sliceRows, type TapeLane, type TapeRows } from '../tape.ts';

const CONFIG = fileURLToPath(new URL('../../../../config/', import.meta.url));
/** What the services of these tests are configured by. */
export const TEST_ENVIRONMENT = {
  ALGO_INSTRUMENTS_FILE: `${CONFIG}instruments.yaml`,
  ALGO_TRADING_CONFIGS_DIR: `${CONFIG}trading`,
  ALGO_LIMITS_FILE: `${CONFIG}limits.yaml`,
  ALGO_PORTFOLIO_FILE: `${CONFIG}portfolio_risk.yaml`,
};
/** Of different shards where two processes share the instruments. */
export const TEST_INSTRUMENTS: readonly InstrumentId[] = [
  instrumentId('binance.spot.LTCUSDT'),
  instrumentId('synthetic.spot.ALGOUSD'),
];
/** 2025-01-01T00:00Z. */
const START_US: TimeUs = 1_735_689_600_000_000;

/** A made-up market, in pieces of so many rows. *Shape*: trades are missing before some of its rows. */
export class SyntheticLane implements TapeLane {
  readonly instrument: InstrumentId;
  readonly #rows: TapeRows;
  readonly #rowsPerRead: number;
  #next = 0;

  constructor(instrument: InstrumentId, hours: number, rowsPerRead: number) {
    this.instrument = instrument;
    this.#rowsPerRead = rowsPerRead;
    this.#rows = syntheticRows(instrument, hours);
  }

  async read(): Promise<TapeRows | undefined> {
    const from = this.#next;
    const to = Math.min(this.#rows.trades.count, from + this.#rowsPerRead);
    if (from === to) return undefined;
    this.#next = to;
    return sliceRows(this.#rows, from, to);
  }
}

const MADE = new Map<string, TapeRows>();

/** Returns the same rows at each call: nobody may write into them. */
function syntheticRows(id: InstrumentId, hours: number): TapeRows {
  const key = `${id} ${hours}`;
  const made = MADE.get(key);
  if (made !== undefined) return made;
  const instrument = instrumentOf(readInstrumentCatalog(TEST_ENVIRONMENT.ALGO_INSTRUMENTS_FILE), id);
  const startPrice = instrument.priceTick.toNumber() * 10_000;
  const market = new SyntheticMarket({ instrument, seed: 3, startUs: START_US, startPrice });
  const whole = market.next(START_US + hours * US_PER_HOUR);
  // A silence of some seconds without trades, and two places where trades are missing.
  const quietFrom = rowAfter(whole, 0, START_US + US_PER_HOUR / 2);
  const quietTo = rowAfter(whole, 0, START_US + US_PER_HOUR / 2 + 47 * US_PER_SECOND);
  const keep = Array.from({ length: whole.count }, (_, row) => row).filter(
    (row) => row < quietFrom || row >= quietTo,
  );
  const column = (from: Float64Array) => Float64Array.from(keep, (row) => from[row]!);
  const rows: TapeRows = {
    trades: {
      instrument: id,
      count: keep.length,
      timeUs: column(whole.timeUs),
      price: column(whole.price),
      quantity: column(whole.quantity),
      side: Uint8Array.from(keep, (row) => whole.side[row]!),
      ids: { kind: 'counted', values: Float64Array.from(keep, (_, i) => i + 1) },
    },
    holes: [quietFrom, quietFrom + 1, quietFrom + 700],
  };
  MADE.set(key, rows);
  return rows;
}
