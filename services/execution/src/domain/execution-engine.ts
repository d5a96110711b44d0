import {
  binds,
  type ClientOrderId,
  type Denial,
  FeedTimes,
  type HaltScope,
  type Instrument,
  type InstrumentId,
  type Order,
  RecentMap,
  type StandingMode,
  type TimeUs,
  TradingModes,
  venueOf,
} from '@algo/model';
import { type Books, CommandDesk } from './command-desk.ts';
import type { ExecutionInput, ExecutionOutput, SubmitOrder } from './execution-io.ts';
import type { ExecutionSettings } from './execution-settings.ts';
import type { ExecutionState } from './execution-state.ts';
import { GateKeeper } from './gate-keeper.ts';
import { GuardWatch } from './guard-watch.ts';
import { OrderFollower } from './order-follower.ts';
import { OrderLedger } from './order-ledger.ts';
import { type NetPosition, PositionBook } from './position-book.ts';
import { ReferencePrices } from './reference-price.ts';

/** Limits of persons that wait for position-risk's word; more than persons give while it is away. */
const UNANSWERED_MAX = 256;

/**
 * The judgement of the execution service for one account: takes commands, prices, halts and what the venue
 * says; returns order events and what is to be done outside. Pure and synchronous; each instrument has the
 * time of its own feed. What is another account's is passed over.
 */
export class ExecutionEngine {
  readonly #settings: ExecutionSettings;
  readonly #instruments: ReadonlyMap<InstrumentId, Instrument>;
  readonly #times: FeedTimes;
  readonly #keeper: GateKeeper;
  readonly #guard: GuardWatch;
  readonly #positions: PositionBook;
  readonly #modes: TradingModes;
  readonly #ledger: OrderLedger;
  readonly #follower: OrderFollower;
  readonly #desk: CommandDesk;
  readonly #prices: ReferencePrices;
  readonly #commandIds: Set<string>;
  /** What persons limited, by command, until position-risk has answered it. */
  readonly #unanswered: RecentMap<StandingMode>;

  /** Makes it anew, or as it was when the state was taken. */
  constructor(settings: ExecutionSettings, state?: ExecutionState) {
    this.#settings = settings;
    this.#instruments = new Map(settings.instruments.map((i) => [i.id, i]));
    this.#times = new FeedTimes(state?.times);
    this.#keeper = new GateKeeper(settings, this.#times, state?.gate);
    this.#guard = new GuardWatch(state?.guard);
    this.#positions = new PositionBook(this.#instruments, state?.positions);
    this.#modes = new TradingModes(settings.account, state?.modes);
    this.#ledger = new OrderLedger(settings.closedOrdersMax, state?.ledger);
    this.#prices = new ReferencePrices(state?.prices);
    this.#commandIds = new Set(state?.commands);
    this.#unanswered = new RecentMap(UNANSWERED_MAX, state?.unanswered);
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
      nowUs: (instrument) => this.#times.nowUs(venueOf(instrument)),
      newestUs: () => this.#times.newestUs(),
      speed: () => this.#times.speed,
      isHeard: () => this.#keeper.gate.state.isHeard,
      // The gate must have been open once in this epoch: before, the order we believe in may be fiction.
      mayCancel: () => this.#keeper.gate.state.openedOnce,
    });
  }

  /** Returns what follows from an input, in the order in which it is said and asked for. */
  handle(input: ExecutionInput): ExecutionOutput[] {
    const out: ExecutionOutput[] = [];
    if ('account' in input && input.account !== this.#settings.account) return out;
    this.#dispatch(input, out);
    if (this.#ledger.awaits) this.#follower.poll(out);
    return out;
  }

  /** Says why an order may not leave now, by the present state, or null. Changes nothing. */
  mayLeave(order: SubmitOrder): Denial | null {
    return this.#desk.mayLeave(order, this.#books(order.request.instrument));
  }

  /** Returns when the newest time of an instrument's feed was said, by ingest's wall clock. *Units*: µs. */
  toldWallUs(instrument: InstrumentId): TimeUs {
    return this.#times.of(venueOf(instrument)).wallUs;
  }

  /**
   * When any feed last told a time, by ingest's wall clock, while something is to come from the venue; else
   * undefined. *Units*: µs.
   */
  get awaitsSinceWallUs(): TimeUs | undefined {
    return this.#ledger.awaits ? this.#times.newestWallUs : undefined;
  }

  /** True while a reconciliation of this epoch is fresh. */
  get isGateOpen(): boolean {
    return this.#keeper.gate.isFresh(this.#times.newestUs());
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
      times: this.#times.state(),
      gate: this.#keeper.state(),
      guard: this.#guard.state(),
      modes: this.#modes.entries(),
      prices: this.#prices.state(),
      positions: this.#positions.all(),
      ledger: this.#ledger.state(),
      commands: [...this.#commandIds],
      unanswered: this.#unanswered.entries(),
      entryTimes: this.#desk.entryTimes,
    };
  }

  #dispatch(input: ExecutionInput, out: ExecutionOutput[]): void {
    switch (input.type) {
      case 'PlaceOrder':
      case 'ClosePosition':
        this.#hear(input.instrument, input.timeUs);
        if (this.#isNewCommand(input.commandId)) this.#desk.take(input, this.#books(input.instrument), out);
        return;
      case 'SubmitOutcomeKnown':
        this.#follower.submitOutcome(input.outcome, out);
        return;
      case 'CancelOutcomeKnown':
        this.#follower.cancelOutcome(input.outcome, out);
        return;
      case 'OrderNeverLeft':
        this.#follower.neverLeft(input, out);
        return;
      case 'OrderLookedUp':
        this.#follower.lookedUp(input, out);
        return;
      case 'AbsenceKnown':
        this.#follower.absenceKnown(input, out);
        return;
      case 'FillsFetched':
        this.#follower.fetched(input.answer, out);
        return;
      case 'AccountStreamConnected':
        if (this.#keeper.streamConnected(out)) this.#follower.streamConnected(out);
        return;
      case 'AccountStreamLost':
        this.#keeper.gate.lose();
        return;
      case 'VenueFilled':
        this.#hear(input.fill.instrument, input.fill.timeUs);
        this.#follower.filled(input.fill, input.cumulative, out);
        return;
      case 'VenueCanceled':
      case 'VenueExpired':
        this.#hear(input.instrument, input.timeUs);
        this.#follower.ended(input, out);
        return;
      case 'PriceSeen':
        this.#hear(input.instrument, input.timeUs);
        this.#priceSeen(input);
        return;
      case 'TimeAdvanced':
        this.#times.take(input);
        if (!input.warm) this.#keeper.advance(out);
        return;
      case 'GuardAlive':
        this.#guard.hear(input);
        return;
      case 'TradingModeChanged':
        this.#modeChanged(input, out);
        return;
      case 'SetTradingMode':
        this.#asked(input, out);
        return;
      case 'FlattenAll':
        if (this.#isNewCommand(input.commandId))
          this.#takeBackEntries({ kind: 'account', account: input.account }, 'flattened', out);
        return;
      case 'ReconciliationCompleted':
      case 'ReconciliationFailed':
        this.#keeper.answered(input);
        return;
      case 'FeedSilent':
        this.#follower.audit(out);
        return;
      case 'EpochStarted':
        if (this.#keeper.start(input.epoch, out)) this.#follower.epochStarted(out);
        return;
      default:
        input satisfies never;
    }
  }

  /** An event of an instrument: its feed has come at least so far. */
  #hear(instrument: InstrumentId, timeUs: TimeUs): void {
    this.#times.hear(venueOf(instrument), timeUs);
  }

  #priceSeen({ instrument, price, timeUs }: Extract<ExecutionInput, { type: 'PriceSeen' }>): void {
    const known = this.#instruments.get(instrument);
    if (known !== undefined) this.#prices.see(known, price, timeUs);
  }

  /**
   * A person limits trading: it holds at once, also while position-risk is away. Only position-risk's word
   * loosens; where that has answered this very command already, it is the newer one.
   */
  #asked(input: Extract<ExecutionInput, { type: 'SetTradingMode' }>, out: ExecutionOutput[]): void {
    const { commandId, scope, mode, reason, by, timeUs } = input;
    if (!this.#isNewCommand(commandId) || mode === 'active') return;
    if (scope.kind === 'account' && scope.account !== this.#settings.account) return;
    const limit = { scope, mode, reason, by, latched: false, timeUs };
    this.#unanswered.set(commandId, limit);
    this.#halted(this.#modes.tighten(limit), out);
  }

  #modeChanged(input: Extract<ExecutionInput, { type: 'TradingModeChanged' }>, out: ExecutionOutput[]): void {
    const { commandId } = input;
    if (commandId !== null) {
      this.#isNewCommand(commandId);
      this.#unanswered.delete(commandId);
    }
    this.#halted(this.#modes.set(input), out);
    // What a person has limited since must not be loosened by an answer to somebody before.
    for (const [, limit] of this.#unanswered.entries()) this.#modes.tighten(limit);
  }

  #halted(standing: StandingMode | null, out: ExecutionOutput[]): void {
    if (standing?.mode === 'halted') this.#takeBackEntries(standing.scope, 'halted', out);
  }

  /** Entries that have not ended are canceled; exits and stops stay. */
  #takeBackEntries(scope: HaltScope, why: string, out: ExecutionOutput[]): void {
    for (const order of this.openOrders()) {
      const { account, instrument, clientOrderId } = order.request;
      if (order.intent !== 'entry' || !binds(scope, { account, instrument, strategy: order.strategy }))
        continue;
      this.#follower.wantCancel(clientOrderId, why, out);
    }
  }

  #books(instrument: InstrumentId): Books {
    const venue = venueOf(instrument);
    return {
      nowUs: this.#times.nowUs(venue),
      newestUs: this.#times.newestUs(),
      noGuard: this.#guard.denial(this.#times, venue),
      account: this.#settings.account,
      gate: this.#keeper.gate,
      modes: this.#modes,
      prices: this.#prices,
    };
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
