import {
  Decimal,
  InputError,
  type Instrument,
  instrumentIdOf,
  type Listing,
  MARKET_TRAITS,
  type Market,
} from '@algo/model';
import { decimalOf, type Row, rowsOf, textOf, UnreadableAnswer } from './rows.ts';

/** Contracts that never expire; the others are another market. */
const PERPETUAL: ReadonlySet<unknown> = new Set(['PERPETUAL', 'TRADIFI_PERPETUAL']);

/**
 * Returns what a market of Binance lists, by its symbol, with the rules by which orders are taken. A row that
 * can't be read, or that is of another market, is left out: one line never stops the others.
 */
export function listedInstruments(rows: readonly unknown[], market: Market): ReadonlyMap<string, Instrument> {
  const listed = new Map<string, Instrument>();
  for (const row of rows) {
    const instrument = isRow(row) ? listedInstrument(row, market) : undefined;
    if (instrument !== undefined) listed.set(instrument.symbol, instrument);
  }
  return listed;
}

function isRow(row: unknown): row is Row {
  return typeof row === 'object' && row !== null;
}

function listedInstrument(row: Row, market: Market): Instrument | undefined {
  if (market === 'perp' && !PERPETUAL.has(row.contractType)) return undefined;
  try {
    const symbol = textOf(row, 'symbol');
    const filters = new Map(rowsOf(row.filters).map((filter) => [filter.filterType, filter]));
    const [price, lot] = [filters.get('PRICE_FILTER'), filters.get('LOT_SIZE')];
    if (price === undefined || lot === undefined) return undefined;
    const instrument: Instrument = {
      ...{ id: instrumentIdOf('binance', market, symbol), venue: 'binance', market, symbol },
      ...{ base: textOf(row, 'baseAsset'), quote: textOf(row, 'quoteAsset'), assetClass: 'regular' },
      ...{ priceTick: decimalOf(price, 'tickSize'), quantityStep: decimalOf(lot, 'stepSize') },
      minQuantity: decimalOf(lot, 'minQty'),
      minNotional: leastNotionalIn(filters),
      // Spot holds every order to it; of a contract an order that only reduces is let off.
      minNotionalBindsExits: !MARKET_TRAITS[market].knowsReduceOnly,
      listing: listingOf(row.status),
    };
    const { minQuantity, priceTick, quantityStep } = instrument;
    return [priceTick, quantityStep, minQuantity].every((each) => each.isPositive()) ? instrument : undefined;
  } catch (error) {
    if (error instanceof UnreadableAnswer || error instanceof InputError) return undefined;
    throw error;
  }
}

/** None where a symbol has no such filter. */
function leastNotionalIn(filters: ReadonlyMap<unknown, Row>): Decimal {
  const filter = filters.get('NOTIONAL') ?? filters.get('MIN_NOTIONAL');
  if (filter === undefined) return Decimal.zero;
  return decimalOf(filter, 'minNotional' in filter ? 'minNotional' : 'notional');
}

function listingOf(status: unknown): Listing {
  return status === 'TRADING' ? 'trading' : 'suspended';
}
