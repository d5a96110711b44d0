import {
  binds,
  type ClientOrderId,
  InputError,
  type Instrument,
  type InstrumentId,
  type Order,
  type OrderEvent,
  type TimeUs,
  TradingModes,
} from '@algo/model';
import { type Books, CommandDesk } from './command-desk.ts';
import { type ExecutionInput, type ExecutionOutput, timeOf } from './execution-io.ts';
import type { ExecutionSettings } from './execution-settings.ts';
import type { ExecutionState } from './execution-state.ts';
import { OrderFollower } from './order-follower.ts';
import { OrderLedger } from './order-ledger.ts';
import { type NetPosition, PositionBook } from './position-book.ts';
import { closedGate, ReconciliationGate } from './reconciliation-gate.ts';
import { type ReferencePrice, referencePrice } from './reference-price.ts';

/**
 * The judgement of the execution service for one account: takes commands, prices, halts and what the venue
 * says; returns order events and what the shell must do. Pure and synchronous; its clock is the event time it
 * is fed.
 */
export class ExecutionEngine {
  readonly #settings: ExecutionSettings;
  readonly #instruments: ReadonlyMap<InstrumentId, Instrument>;
  readonly #positions: PositionBook;
  readonly #modes: TradingModes;
  readonly #ledger: OrderLedger;
  readonly #follower: OrderFollower;
  readonly #desk: CommandDesk;
  readonly #prices = new Map<InstrumentId, ReferencePrice>();
  readonly #commandIds: Set<string>;
  #gate: ReconciliationGate;
  #nowUs: TimeUs;

  constructor(settings: ExecutionSettings, state?: ExecutionState) {
    this.#settings = settings;
    this.#instruments = new Map(settings.instruments.map((i) => [i.id, i]));
    this.#positions = new PositionBook(this.#instruments, state?.positions);
    this.#modes = new TradingModes(settings.account, state?.modes);
    this.#ledger = new OrderLedger(settings.closedOrdersMax, state?.ledger);
    this.#gate = new ReconciliationGate(state?.gate ?? closedGate(settings.epoch));
    for (const { instrument, price, timeUs } of state?.prices ?? [])
      this.#prices.set(instrument, { price, timeUs });
    this.#commandIds = new Set(state?.commands);
    this.#nowUs = state?.nowUs ?? 0;
    this.#desk = new CommandDesk({
      settings,
      instruments: this.#instruments,
      ledger: this.#ledger,
      positions: this.#positions,
      entryTimes: state?.entryTimes ?? [],
    });
    this.#follower = new OrderFollower({
      account: settings.account,
      ledger: this.#ledger,
      positions: this.#positions,
      modes: this.#modes,
    });
  }

  /** Returns the engine as it was when the snapshot was taken. */
  static restore(settings: ExecutionSettings, state: ExecutionState): ExecutionEngine {
    return new ExecutionEngine(settings, state);
  }

  /** Returns what follows from an input, in the order in which it must be done. */
  handle(input: ExecutionInput): ExecutionOutput[] {
    const out: ExecutionOutput[] = [];
    this.#nowUs = Math.max(this.#nowUs, timeOf(input));
    this.#dispatch(input, out);
    if (this.#ledger.openCount > 0) this.#follower.poll(this.#nowUs, this.#mayCancel(), out);
    return out;
  }

  /**
   * Takes back an event that was published after the snapshot, in stream order, before anything else is
   * handled. Publishes nothing; an event that the snapshot holds already changes nothing.
   */
  recover(event: OrderEvent): void {
    this.#nowUs = Math.max(this.#nowUs, event.timeUs);
    if (event.type === 'OrderDenied' || event.type === 'OrderSubmitted') {
      const isNew = this.#isNewCommand(event.commandId);
      if (isNew && event.type === 'OrderSubmitted' && event.intent === 'entry')
        this.#desk.countEntry(event.timeUs);
    }
    this.#follower.recover(event);
  }

  /** Returns an order, or undefined if it was never ours or has been forgotten. */
  order(id: ClientOrderId): Order | undefined {
    return this.#ledger.get(id)?.order;
  }

  /** Returns every order that isn't over, oldest first. */
  openOrders(): readonly Order[] {
    return [...this.#ledger.open()].map((t) => t.order);
  }

  /** Returns what our own fills add up to, flat instruments left out. */
  positions(): readonly NetPosition[] {
    return this.#positions.open();
  }

  /** Returns all that it knows; what it does later changes nothing in it. */
  snapshot(): ExecutionState {
    return {
      nowUs: this.#nowUs,
      gate: this.#gate.state,
      modes: this.#modes.entries(),
      prices: [...this.#prices].map(([instrument, price]) => ({ instrument, ...price })),
      positions: this.#positions.all(),
      ledger: this.#ledger.state(),
      commands: [...this.#commandIds],
      entryTimes: this.#desk.entryTimes,
    };
  }

  #dispatch(input: ExecutionInput, out: ExecutionOutput[]): void {
    const { epoch } = this.#gate.state;
    switch (input.type) {
      case 'PlaceOrder':
      case 'ClosePosition':
        if (this.#isNewCommand(input.commandId)) this.#desk.take(input, this.#books(), out);
        return;
      case 'CancelOrder':
        if (this.#isNewCommand(input.commandId))
          this.#follower.wantCancel(input.clientOrderId, input.reason, this.#nowUs, this.#mayCancel(), out);
        return;
      case 'SubmitOutcomeKnown':
        this.#follower.submitOutcome(input.outcome, this.#mayCancel(), out);
        return;
      case 'CancelOutcomeKnown':
        this.#follower.cancelOutcome(input.outcome, out);
        return;
      case 'OrderLookedUp':
        this.#follower.lookedUp(input, epoch, (t) => this.#desk.readmit(t, this.#books()), out);
        return;
      case 'VenueFilled':
        this.#follower.filled(input.fill, input.cumulative, out);
        return;
      case 'VenueCanceled':
      case 'VenueExpired':
        this.#follower.ended(input, out);
        return;
      case 'PriceSeen':
        this.#priceSeen(input);
        return;
      case 'TradingModeChanged':
        this.#modeChanged(input, out);
        return;
      case 'GateOpened':
        this.#gate.opened(input.epoch, input.validUntilUs);
        return;
      case 'GateClosed':
        this.#gate.closed(input.epoch);
        return;
      case 'EpochStarted':
        this.#startEpoch(input.epoch, out);
        return;
      default:
        input satisfies never;
    }
  }

  #priceSeen(input: Extract<ExecutionInput, { type: 'PriceSeen' }>): void {
    const instrument = this.#instruments.get(input.instrument);
    if (instrument === undefined) return;
    const seen = referencePrice(instrument, input.price, input.timeUs);
    const last = this.#prices.get(instrument.id);
    if (seen !== null && (last === undefined || last.timeUs <= seen.timeUs))
      this.#prices.set(instrument.id, seen);
  }

  /** A halt also takes back the entries that still work (C16); exits and stops stay. */
  #modeChanged(input: Extract<ExecutionInput, { type: 'TradingModeChanged' }>, out: ExecutionOutput[]): void {
    const standing = this.#modes.set(input);
    if (standing?.mode !== 'halted') return;
    for (const order of this.openOrders()) {
      const { account, instrument, clientOrderId } = order.request;
      if (
        order.intent !== 'entry' ||
        !binds(standing.scope, { account, instrument, strategy: order.strategy })
      )
        continue;
      this.#follower.wantCancel(clientOrderId, 'halted', this.#nowUs, this.#mayCancel(), out);
    }
  }

  #startEpoch(epoch: number, out: ExecutionOutput[]): void {
    if (!Number.isSafeInteger(epoch) || epoch <= this.#gate.state.epoch)
      throw new InputError({
        field: 'epoch',
        value: epoch,
        because: `the last epoch of this account was ${this.#gate.state.epoch}`,
        remedy: 'Take the lease again: an epoch is used once and only grows.',
      });
    this.#gate = new ReconciliationGate(closedGate(epoch));
    this.#follower.epochStarted(this.#nowUs, out);
  }

  #books(): Books {
    const { account } = this.#settings;
    const books = { nowUs: this.#nowUs, account, gate: this.#gate, modes: this.#modes };
    return { ...books, prices: this.#prices };
  }

  /** A cancel needs the gate to have been open once in this epoch; until then the wish is kept. */
  #mayCancel(): boolean {
    return this.#gate.state.openedOnce;
  }

  #isNewCommand(commandId: string): boolean {
    if (this.#commandIds.has(commandId)) return false;
    this.#commandIds.add(commandId);
    for (const oldest of this.#commandIds) {
      if (this.#commandIds.size <= this.#settings.commandIdsMax) break;
      this.#commandIds.delete(oldest);
    }
    return true;
  }
}
