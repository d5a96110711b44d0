import {
  ALWAYS_QUIET,
  BUY,
  Decimal,
  InputError,
  type Instrument,
  NEVER_QUIET,
  type OrderRequest,
  type Quiet,
  quietInBoth,
  type TimeUs,
  type TradeColumns,
} from '@algo/model';
import { type TradingRules, tradingRules } from './paper-filters.ts';
import {
  arrivalOf,
  type Ending,
  endingOf,
  type MatchingRules,
  nextUs,
  type PaperOrder,
  waitsAtTicks,
} from './paper-matching.ts';
import { type Factors, regridded } from './paper-regrid.ts';
import { emptyTape, type Print, type Tape } from './paper-tape.ts';

/** Forgives what a double loses when an amount is divided by its step. */
const STEP_TOLERANCE = 1e-6;

/**
 * One instrument at the venue: its rules, its tape and the orders that work in it, in the order they came
 * alive. *Shape*: `aside` what no print can fill yet: stops before their price, what waits to replace one.
 */
export class PaperMarket {
  #rules: TradingRules;
  tape: Tape = emptyTape();
  orders: PaperOrder[] = [];
  aside: PaperOrder[] = [];
  fills = 0;
  prints = 0;

  constructor(instrument: Instrument) {
    this.#rules = tradingRules(instrument);
  }

  get rules(): TradingRules {
    return this.#rules;
  }

  /**
   * Takes orders by other rules from here on, on a grid of these sizes where they are told. Returns by how
   * much finer it counts now.
   */
  relist(instrument: Instrument, grid: Pick<TradingRules, 'prices' | 'quantities'> = this.#rules): Factors {
    const { factors, rules } = regridded(grid, instrument);
    this.#rules = rules;
    return factors;
  }

  /** Returns the row as a print on the venue's grids; a quantity between two steps counts as the smaller. */
  print(trades: TradeColumns, row: number): Print {
    const { prices, quantities } = this.rules;
    return {
      timeUs: trades.timeUs[row]!,
      ticks: Math.max(1, Math.round(trades.price[row]! / prices.sizeNumber)),
      lots: Math.floor(trades.quantity[row]! / quantities.sizeNumber + STEP_TOLERANCE),
      buys: trades.side[row] === BUY,
    };
  }

  price(ticks: number): Decimal {
    return this.rules.prices.size.times(Decimal.small(ticks, 0));
  }

  quantity(lots: number): Decimal {
    return this.rules.quantities.size.times(Decimal.small(lots, 0));
  }

  /**
   * Puts an order behind those that come alive before it; ties by client order id, not by who called first.
   */
  insert(order: PaperOrder): void {
    const isAside = order.waits || (order.triggerTicks !== null && order.arrival === null);
    const orders = isAside ? this.aside : this.orders;
    const after = orders.findIndex((other) => precedes(order, other));
    orders.splice(after === -1 ? orders.length : after, 0, order);
  }

  remove(order: PaperOrder): void {
    this.orders = this.orders.filter((other) => other !== order);
    this.aside = this.aside.filter((other) => other !== order);
  }

  /** Whether a print may fill an order, or comes behind the end of one. */
  get isBusy(): boolean {
    if (this.orders.length > 0) return true;
    return this.aside.length > 0 && this.aside.some(({ cancel }) => cancel !== null);
  }

  /** What does nothing to its orders. */
  get quiet(): Quiet {
    let quiet = ALWAYS_QUIET;
    for (const order of this.orders) quiet = quietInBoth(quiet, this.quietFor(order));
    for (const order of this.aside) quiet = quietInBoth(quiet, this.quietFor(order));
    return quiet;
  }

  /** Puts an order in the place that it waited for. */
  admit(order: PaperOrder): void {
    this.remove(order);
    order.waits = false;
    this.insert(order);
  }

  /** Makes a stop a market order, as of the last print. */
  letGo(stop: PaperOrder, { timeUs }: Print, rules: MatchingRules): void {
    this.remove(stop);
    stop.liveUs = timeUs;
    stop.arrival = arrivalOf(stop, this.tape, rules);
    this.insert(stop);
  }

  /**
   * Lets the orders arrive that came alive before a time; `inclusive` says whether the time itself counts.
   */
  arrive(timeUs: TimeUs, inclusive: boolean, rules: MatchingRules): void {
    for (const order of this.orders)
      if (order.arrival === null && isPast(order.liveUs, timeUs, inclusive))
        order.arrival = arrivalOf(order, this.tape, rules);
  }

  /** Returns the orders that are over before a time, the earliest first; what waits comes behind its stop. */
  due(timeUs: TimeUs, inclusive: boolean): readonly Due[] {
    let due: Due[] | undefined;
    for (const orders of [this.orders, this.aside])
      for (const order of orders) {
        const ending = endingOf(order);
        if (ending === null || !isPast(ending.timeUs, timeUs, inclusive)) continue;
        due ??= [];
        due.push({ market: this, order, ending });
      }
    return due === undefined
      ? NOTHING_DUE
      : due.sort(
          (a, b) =>
            a.ending.timeUs - b.ending.timeUs ||
            Number(a.order.waits) - Number(b.order.waits) ||
            (precedes(a.order, b.order) ? -1 : 1),
        );
  }

  /** *Errors*: InputError on trades that can't follow those already seen; then none of them counts. */
  refuseUnusable(trades: TradeColumns): void {
    let lastUs = this.tape.last?.timeUs ?? Number.NEGATIVE_INFINITY;
    for (let row = 0; row < trades.count; row++) {
      const timeUs = trades.timeUs[row]!;
      const price = trades.price[row]!;
      const quantity = trades.quantity[row]!;
      if (!(timeUs >= lastUs)) throw unusable('timeUs', row, timeUs, `before ${lastUs}`);
      if (!(price > 0 && price < Number.POSITIVE_INFINITY))
        throw unusable('price', row, price, 'not a price');
      if (!(quantity > 0 && quantity < Number.POSITIVE_INFINITY))
        throw unusable('quantity', row, quantity, 'not a traded quantity');
      lastUs = timeUs;
    }
  }

  /** Until it arrives or ends, prints do nothing to an order that don't reach the price at which it waits. */
  private quietFor(order: PaperOrder): Quiet {
    const ticks = waitsAtTicks(order);
    const { sizeNumber } = this.rules.prices;
    if (ticks === null) return { ...NEVER_QUIET, untilUs: nextUs(order) };
    const waitsBelow = (order.request.side === 'sell') === (order.triggerTicks !== null);
    return waitsBelow
      ? { ...ALWAYS_QUIET, above: (ticks + 1) * sizeNumber }
      : { ...ALWAYS_QUIET, below: (ticks - 1) * sizeNumber };
  }
}

/** An order that is over. */
export interface Due {
  readonly market: PaperMarket;
  readonly order: PaperOrder;
  readonly ending: Ending;
}

/** As nearly always. */
const NOTHING_DUE: readonly Due[] = [];

/** Returns whether one order comes alive before the other; ties by name, not by who called first. */
export function precedes(a: PaperOrder, b: PaperOrder): boolean {
  if (a.liveUs !== b.liveUs) return a.liveUs < b.liveUs;
  return orderKey(a) < orderKey(b);
}

/** Returns the name of an order among all accounts. */
export function orderKey({
  request,
}: {
  readonly request: Pick<OrderRequest, 'account' | 'clientOrderId'>;
}): string {
  return `${request.account}/${request.clientOrderId}`;
}

function isPast(eventUs: TimeUs, timeUs: TimeUs, inclusive: boolean): boolean {
  return inclusive ? eventUs <= timeUs : eventUs < timeUs;
}

function unusable(field: string, row: number, value: number, because: string): InputError {
  return new InputError({
    field: `trades.${field}[${row}]`,
    value,
    because,
    remedy: 'Give the venue each trade once, in order.',
  });
}
