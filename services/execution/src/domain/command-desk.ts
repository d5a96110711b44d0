import {
  type ClientOrderId,
  type ClosePosition,
  type Decimal,
  type Denial,
  type Instrument,
  type InstrumentId,
  isDust,
  newOrder,
  type Order,
  type OrderRequest,
  type OrderSeed,
  type PlaceOrder,
  type TimeUs,
  US_PER_MINUTE,
} from '@algo/model';
import { clientOrderIdOf, refusalIdOf } from './client-order-id.ts';
import type { ExecutionOutput, SubmitOrder } from './execution-io.ts';
import type { ExecutionSettings } from './execution-settings.ts';
import { type AdmissionContext, admitEntry, admitExit } from './handlers/admission.ts';
import { ENTRY_CHAIN } from './handlers/entry-chain.ts';
import { exitQuantity } from './handlers/exit-quantity.ts';
import { type EntryContext, runChain } from './handlers/handler.ts';
import { submission } from './order-facts.ts';
import { type OrderLedger, tracked } from './order-ledger.ts';
import { entryRequest, exitRequest } from './order-placement.ts';
import type { NetPosition, PositionBook } from './position-book.ts';
import type { ReferencePrices } from './reference-price.ts';

/** What the desk judges by, as it is at one moment of event time. */
export interface Books extends AdmissionContext {
  readonly prices: Pick<ReferencePrices, 'get'>;
}

/** Turns commands into orders or denials. What it lets pass is in the ledger before it is said. */
export class CommandDesk {
  readonly #settings: ExecutionSettings;
  readonly #instruments: ReadonlyMap<InstrumentId, Instrument>;
  readonly #ledger: OrderLedger;
  readonly #positions: PositionBook;
  #entryTimes: readonly TimeUs[];

  constructor(parts: {
    readonly settings: ExecutionSettings;
    readonly instruments: ReadonlyMap<InstrumentId, Instrument>;
    readonly ledger: OrderLedger;
    readonly positions: PositionBook;
    readonly entryTimes: readonly TimeUs[];
  }) {
    this.#settings = parts.settings;
    this.#instruments = parts.instruments;
    this.#ledger = parts.ledger;
    this.#positions = parts.positions;
    this.#entryTimes = parts.entryTimes;
  }

  /** Event times of the entries of the last minute, oldest first: never more than the entry rate allows. */
  get entryTimes(): readonly TimeUs[] {
    return this.#entryTimes;
  }

  /** Says what follows from a command that wasn't seen before. */
  take(command: PlaceOrder | ClosePosition, books: Books, out: ExecutionOutput[]): void {
    const id = clientOrderIdOf(command);
    if (this.#ledger.get(id) !== undefined) {
      const denial: Denial = { code: 'DUPLICATE_ORDER', detail: `client_order_id=${id}` };
      this.#deny(command, refusalIdOf(command.account, command.commandId), denial, books, out);
      return;
    }
    const instrument = this.#instruments.get(command.instrument);
    const denial =
      instrument === undefined
        ? ({ code: 'UNKNOWN_INSTRUMENT', detail: `instrument=${command.instrument}` } as const)
        : command.type === 'PlaceOrder'
          ? this.#enter(command, instrument, books, out)
          : this.#exit(command, instrument, books, out);
    if (denial !== null) this.#deny(command, id, denial, books, out);
  }

  #enter(command: PlaceOrder, instrument: Instrument, books: Books, out: ExecutionOutput[]): Denial | null {
    const refused = admitEntry(books, command);
    if (refused !== null) return refused;
    this.#sweep(instrument.id, books);
    const { limits } = this.#settings;
    const reference = books.prices.get(instrument.id) ?? null;
    const request = entryRequest(command, instrument, reference, limits.marketCap);
    const denial = runChain(ENTRY_CHAIN, this.#entryContext(instrument, request, books), command);
    if (denial !== null) return denial;
    this.countEntry(books.nowUs);
    const { strategy, plan } = command;
    this.#submit(
      command.commandId,
      { ...this.#seed(request, books), intent: 'entry', strategy, position: null, plan },
      command.expiresUs,
      out,
    );
    return null;
  }

  #exit(command: ClosePosition, instrument: Instrument, books: Books, out: ExecutionOutput[]): Denial | null {
    const refused = admitExit(books);
    if (refused !== null) return refused;
    const sized = exitQuantity(command, {
      instrument,
      held: this.#positions.quantity(instrument.id),
      openOrders: this.#openOrders(),
      mark: this.#markOf(instrument.id, books),
    });
    if (sized.type === 'denied') return sized.denial;
    const { limits, exitStyle } = this.#settings;
    const seen = books.prices.get(instrument.id) ?? null;
    const isFresh = seen !== null && books.nowUs - seen.timeUs <= limits.marketStaleUs;
    const pricing = { style: exitStyle, reference: isFresh ? seen : null, marketCap: limits.marketCap };
    const request = exitRequest(command, instrument, sized.quantity, pricing);
    const seed = { ...this.#seed(request, books), intent: 'exit', strategy: null, plan: null } as const;
    this.#submit(command.commandId, { ...seed, position: command.position }, null, out);
    return null;
  }

  #submit(commandId: string, seed: OrderSeed, expiresUs: TimeUs | null, out: ExecutionOutput[]): void {
    const { request, intent, strategy, position, plan, epoch, submittedUs: timeUs } = seed;
    const order = newOrder(seed);
    this.#ledger.put(tracked(order, expiresUs));
    const { clientOrderId, account, instrument } = request;
    out.push({
      ...{ type: 'OrderSubmitted', clientOrderId, account, instrument, timeUs },
      ...{ commandId, intent, strategy, position, request, plan, epoch },
    });
    out.push(submission(order));
  }

  #deny(
    command: PlaceOrder | ClosePosition,
    clientOrderId: ClientOrderId,
    denial: Denial,
    books: Books,
    out: ExecutionOutput[],
  ): void {
    const { commandId, account, instrument } = command;
    const timeUs = books.nowUs;
    out.push({ type: 'OrderDenied', clientOrderId, account, instrument, timeUs, commandId, denial });
  }

  /** Says why an order that is about to leave may not, or null: what has changed since it was made counts. */
  mayLeave({ request, intent, strategy }: SubmitOrder, books: Books): Denial | null {
    const { clientOrderId, instrument } = request;
    if (intent === 'exit') return admitExit(books);
    const expiresUs = this.#ledger.get(clientOrderId)?.expiresUs ?? 0;
    return admitEntry(books, { instrument, strategy, expiresUs });
  }

  #entryContext(instrument: Instrument, request: OrderRequest, books: Books): EntryContext {
    const { limits } = this.#settings;
    return {
      nowUs: books.nowUs,
      instrument,
      request,
      reference: books.prices.get(instrument.id) ?? null,
      limits,
      instrumentLimits: limits.byInstrument.get(instrument.id) ?? null,
      positions: this.#positions.open().filter((p) => !this.#isDust(p, books)),
      openOrders: this.#openOrders(),
      entryTimes: this.#entryTimes,
      markOf: (id) => this.#markOf(id, books),
    };
  }

  /** What no order could close must not bar the instrument for ever. */
  #isDust({ instrument: id, quantity }: NetPosition, books: Books): boolean {
    const instrument = this.#instruments.get(id);
    return instrument !== undefined && isDust(quantity, this.#markOf(id, books), instrument);
  }

  /** Sets dust aside before a new position begins, unless an order that still works may yet make it more. */
  #sweep(id: InstrumentId, books: Books): void {
    const dust = this.#positions.open().find((p) => p.instrument === id && this.#isDust(p, books));
    if (dust !== undefined && !this.#openOrders().some((order) => order.request.instrument === id))
      this.#positions.setAside(id);
  }

  #markOf(id: InstrumentId, books: Books): Decimal | null {
    return books.prices.get(id)?.price ?? this.#positions.lastPrice(id);
  }

  #seed(request: OrderRequest, { gate, nowUs }: Books) {
    return { request, epoch: gate.state.epoch, submittedUs: nowUs };
  }

  /** Counts an entry toward the rate. */
  countEntry(timeUs: TimeUs): void {
    this.#entryTimes = [...this.#entryTimes.filter((t) => t > timeUs - US_PER_MINUTE), timeUs];
  }

  #openOrders(): readonly Order[] {
    return [...this.#ledger.open()].map((t) => t.order);
  }
}
