import {
  type ClientOrderId,
  type ClosePosition,
  type Decimal,
  type Denial,
  type Instrument,
  type InstrumentId,
  isDust,
  isEnded,
  newOrder,
  type OrderCommand,
  type OrderRequest,
  type OrderSeed,
  type PlaceOrder,
  type ProtectPosition,
} from '@algo/model';
import { clientOrderIdOf, refusalIdOf } from './client-order-id.ts';
import { EntryPace, type PastEntry } from './entry-pace.ts';
import type { ExecutionOutput, SubmitOrder } from './execution-io.ts';
import type { ExecutionSettings } from './execution-settings.ts';
import { type AdmissionContext, admitEntry, admitExit, venueShut } from './handlers/admission.ts';
import { type Admitted, passEntry, passExit } from './handlers/admitted.ts';
import { ENTRY_CHAIN } from './handlers/entry-chain.ts';
import { deny, type EntryContext, notionalOf } from './handlers/handler.ts';
import type { ExecutionLimits, InstrumentLimits } from './limits.ts';
import { orderDenied } from './order-facts.ts';
import { type Attempts, NO_ATTEMPTS, type OrderLedger, type Tracked, tracked } from './order-ledger.ts';
import { entryRequest, exitRequest } from './order-placement.ts';
import type { NetPosition, PositionBook } from './position-book.ts';
import { ProtectionDesk } from './protection-desk.ts';
import type { ReferencePrices } from './reference-price.ts';

/** How often a post-only entry that would have taken is priced anew, in the life of its command. */
export const PRICED_ANEW_MAX = 3;

/** What the desk judges by, as it is at one moment of event time. */
export interface Books extends AdmissionContext {
  readonly prices: Pick<ReferencePrices, 'get'>;
  readonly limits: ExecutionLimits;
  readonly holdsStops: boolean;
  /** What the venue holds of an instrument, signed. */
  readonly heldThere: (instrument: InstrumentId) => Decimal;
}

/** An order that is to be made, and that has passed. */
type Passed = OrderSeed & { readonly request: Admitted };

/** Turns commands into orders or denials. What it lets pass is in the ledger before it is said. */
export class CommandDesk {
  readonly #settings: ExecutionSettings;
  readonly #instruments: ReadonlyMap<InstrumentId, Instrument>;
  readonly #ledger: OrderLedger;
  readonly #positions: PositionBook;
  readonly pace: EntryPace;
  readonly stops: ProtectionDesk;

  constructor(parts: {
    readonly settings: ExecutionSettings;
    readonly instruments: ReadonlyMap<InstrumentId, Instrument>;
    readonly ledger: OrderLedger;
    readonly positions: PositionBook;
    readonly entries: readonly PastEntry[];
  }) {
    this.#settings = parts.settings;
    this.#instruments = parts.instruments;
    this.#ledger = parts.ledger;
    this.#positions = parts.positions;
    this.pace = new EntryPace(parts.entries);
    this.stops = new ProtectionDesk(parts);
  }

  /** Says what follows from a command that wasn't seen before. Returns the denial, or null if it passed. */
  take(command: OrderCommand, books: Books, out: ExecutionOutput[]): Denial | null {
    const id = clientOrderIdOf(command);
    if (this.#ledger.get(id) !== undefined) {
      const denial: Denial = { code: 'DUPLICATE_ORDER', detail: `client_order_id=${id}` };
      out.push(orderDenied(command, refusalIdOf(command.account, command.commandId), denial, books.nowUs));
      return denial;
    }
    const instrument = this.#instruments.get(command.instrument);
    const denial =
      instrument === undefined
        ? ({ code: 'UNKNOWN_INSTRUMENT', detail: `instrument=${command.instrument}` } as const)
        : this.#act(command, instrument, books, out);
    if (denial !== null) out.push(orderDenied(command, id, denial, books.nowUs));
    return denial;
  }

  /**
   * Sends a post-only entry that would have taken once more, at another price and under another name, as long
   * as its command and every handler let it. Returns the denial if one did not, and what is to be said of it.
   */
  priceAnew(
    { order: { request }, command, cancelReason }: Tracked,
    books: Books,
    out: ExecutionOutput[],
  ): { readonly denial: Denial | null; readonly said: string } {
    const instrument = this.#instruments.get(request.instrument);
    if (command === null || cancelReason !== null || instrument === undefined)
      return { denial: null, said: 'no longer wanted' };
    const earlier = this.#ledger.attempts(request.clientOrderId);
    if (earlier.count > PRICED_ANEW_MAX)
      return { denial: null, said: `the last attempt: priced anew ${PRICED_ANEW_MAX} times` };
    const denial = this.#enter(command, instrument, earlier, books, out);
    const said = denial === null ? 'priced anew' : `not priced anew: ${denial.code} ${denial.detail}`;
    return { denial, said };
  }

  #act(command: OrderCommand, instrument: Instrument, books: Books, out: ExecutionOutput[]): Denial | null {
    switch (command.type) {
      case 'PlaceOrder':
        return this.#enter(command, instrument, NO_ATTEMPTS, books, out);
      case 'ClosePosition':
        return this.#exit(command, instrument, books, out);
      case 'ProtectPosition':
        return this.#protect(command, instrument, books, out);
      default:
        return command satisfies never;
    }
  }

  #enter(
    command: PlaceOrder,
    instrument: Instrument,
    earlier: Attempts,
    books: Books,
    out: ExecutionOutput[],
  ): Denial | null {
    const refused = admitEntry(books, command);
    if (refused !== null) return refused;
    const limits = books.limits.byInstrument.get(instrument.id);
    if (limits === undefined) return deny('NO_LIMIT_CONFIGURED', { limit: `instrument ${instrument.id}` });
    const reference = books.prices.get(instrument.id) ?? null;
    const request = entryRequest(command, instrument, reference, limits.marketCap, earlier);
    const { commandId } = command;
    const context: EntryContext = {
      ...this.#entryContext(instrument, request, limits, books),
      pace: earlier.last === null ? this.pace : this.pace.without(commandId),
      sentBefore: earlier.sent,
    };
    const verdict = passEntry(ENTRY_CHAIN, context, command);
    if (verdict.type === 'denied') return verdict.denial;
    const { strategy, plan } = command;
    const { side } = request;
    const notional = notionalOf(context);
    if (earlier.last === null)
      this.pace.count({
        commandId,
        timeUs: books.nowUs,
        strategy,
        instrument: instrument.id,
        side,
        notional,
      });
    this.#submit(
      commandId,
      { ...this.#seed(verdict.request, books), intent: 'entry', strategy, position: null, plan },
      { command, retryOf: earlier.last, replaces: null },
      out,
    );
    return null;
  }

  #exit(command: ClosePosition, instrument: Instrument, books: Books, out: ExecutionOutput[]): Denial | null {
    const refused = admitExit(books, instrument.id) ?? venueShut(books);
    if (refused !== null) return refused;
    const limits = books.limits.byInstrument.get(instrument.id);
    const seen = books.prices.get(instrument.id);
    const isPriced =
      limits !== undefined && seen !== undefined && books.nowUs - seen.timeUs <= limits.marketStaleUs;
    const within = isPriced ? { reference: seen, marketCap: limits.marketCap } : null;
    const context = {
      instrument,
      held: this.#positions.quantity(instrument.id),
      openOrders: this.#ledger.orders(),
      mark: this.#positions.markOf(instrument.id, books.prices),
      stops: this.stops.sellingBeside(instrument.id),
    };
    const { held } = context;
    const reducesThere = books.heldThere(instrument.id).isPositive() === held.isPositive();
    const limit = this.#settings.exitStyle === 'market' ? null : within;
    const verdict = passExit(command, context, (quantity) =>
      exitRequest(command, instrument, quantity, limit, reducesThere),
    );
    if (verdict.type === 'denied') return verdict.denial;
    const seed = {
      ...this.#seed(verdict.request, books),
      intent: 'exit',
      strategy: null,
      plan: null,
    } as const;
    this.#submit(
      command.commandId,
      { ...seed, position: command.position },
      { command: null, retryOf: null, replaces: this.stops.replaced(instrument.id) },
      out,
    );
    return null;
  }

  #protect(
    command: ProtectPosition,
    instrument: Instrument,
    books: Books,
    out: ExecutionOutput[],
  ): Denial | null {
    const refused = admitExit(books, instrument.id) ?? venueShut(books);
    if (refused !== null) return refused;
    const verdict = this.stops.admit(command, instrument, books.holdsStops);
    if (verdict.type === 'denied') return verdict.denial;
    const { commandId, position } = command;
    const seed = { ...this.#seed(verdict.request, books), position, strategy: null, plan: null };
    const why = { command: null, retryOf: null, replaces: this.stops.replaced(instrument.id) };
    this.#submit(commandId, { ...seed, intent: 'protection' }, why, out);
    return null;
  }

  #submit(
    commandId: string,
    seed: Passed,
    why: Pick<Tracked, 'command' | 'retryOf'> & { readonly replaces: ClientOrderId | null },
    out: ExecutionOutput[],
  ): void {
    const { request, intent, strategy, position, plan, epoch, submittedUs: timeUs } = seed;
    const { replaces } = why;
    this.#ledger.put(tracked(newOrder(seed), why));
    const { clientOrderId, account, instrument } = request;
    out.push({
      ...{ type: 'OrderSubmitted', clientOrderId, account, instrument, timeUs },
      ...{ commandId, intent, strategy, position, request, plan, epoch, retryOf: why.retryOf, replaces },
    });
    out.push({ type: 'SubmitOrder', request, replaces, intent, strategy, position, plan, epoch, timeUs });
  }

  /** Says why an order that is about to leave may not, or null: what has changed since it was made counts. */
  mayLeave({ request, intent, strategy }: SubmitOrder, books: Books): Denial | null {
    const { clientOrderId, instrument, quantity } = request;
    const t = this.#ledger.get(clientOrderId);
    if (t === undefined || isEnded(t.order.status) || quantity.greaterThan(t.order.request.quantity))
      return deny('CONSERVATION', { quantity, admitted: `${t?.order.request.quantity ?? 'never'}` });
    const before = this.#ledger.attempts(t.retryOf).sent;
    if (t.command !== null && before.plus(quantity).greaterThan(t.command.quantity))
      return deny('CONSERVATION', { quantity, before, asked: t.command.quantity });
    switch (intent) {
      case 'entry':
        return admitEntry(books, { instrument, strategy, expiresUs: t.command?.expiresUs ?? 0 });
      case 'exit':
        return admitExit(books, instrument);
      case 'protection':
        return admitExit(books, instrument) ?? this.stops.mayLeave(request);
      default:
        return intent satisfies never;
    }
  }

  #entryContext(
    instrument: Instrument,
    request: OrderRequest,
    instrumentLimits: InstrumentLimits,
    books: Books,
  ): Omit<EntryContext, 'pace' | 'sentBefore'> {
    const { limits, rejects, setup } = books;
    return {
      nowUs: books.nowUs,
      instrument,
      request,
      reference: books.prices.get(instrument.id) ?? null,
      limits,
      instrumentLimits,
      positions: this.#positions.open().filter((p) => !this.#isDust(p, books)),
      openOrders: this.#ledger.orders(),
      rejectsPauseUntilUs: rejects.pausedUntilUs,
      shortSpot: setup.shortSpot,
      beside: this.#positions.beside(instrument.id),
      markOf: (id) => this.#positions.markOf(id, books.prices),
    };
  }

  /** What no order could close must not bar the instrument for ever. */
  #isDust({ instrument: id, quantity }: NetPosition, books: Books): boolean {
    const instrument = this.#instruments.get(id);
    return instrument !== undefined && isDust(quantity, this.#positions.markOf(id, books.prices), instrument);
  }

  #seed(request: Admitted, { gate, nowUs }: Books) {
    return { request, epoch: gate.state.epoch, submittedUs: nowUs };
  }
}
