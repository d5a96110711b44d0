import {
  type ClientOrderId,
  CommandIds,
  type Denial,
  FeedTimes,
  type HaltScope,
  type InstrumentId,
  type Order,
  type OrderCommand,
  type Quiet,
  RuleBook,
  type StandingMode,
  venueOf,
} from '@algo/model';
import { CashWatch } from './cash-watch.ts';
import { type Books, CommandDesk } from './command-desk.ts';
import { Corrections } from './corrections.ts';
import { entriesInTheWay, entriesUnder } from './entries-to-cancel.ts';
import type { ExecutionInput, ExecutionOutput, SubmitOrder, VenueDescribed } from './execution-io.ts';
import type { ExecutionSettings } from './execution-settings.ts';
import { type ExecutionState, UNDESCRIBED } from './execution-state.ts';
import { GateKeeper } from './gate-keeper.ts';
import { GuardWatch } from './guard-watch.ts';
import { Halts } from './halts.ts';
import { type LatchCode, latch } from './latch.ts';
import { type NamedLimits, NO_LIMITS } from './limits.ts';
import { LookingTime } from './looking-time.ts';
import { OrderAudit } from './order-audit.ts';
import { OrderFollower, type OrderReport } from './order-follower.ts';
import { OrderLedger, type Tracked } from './order-ledger.ts';
import { OrderSteps } from './order-steps.ts';
import { PersonDesk } from './person-desk.ts';
import { type NetPosition, PositionBook } from './position-book.ts';
import { ReferencePrices } from './reference-price.ts';
import { RejectWatch } from './reject-watch.ts';
import { SetupWatch } from './setup-watch.ts';
import { StandingWatch } from './standing-watch.ts';

/** Judges what an account says of orders and has done outside; each instrument has its own feed's time. */
export class ExecutionEngine {
  readonly #rules: RuleBook;
  readonly #account: Extract<HaltScope, { kind: 'account' }>;
  /** What time each feed has told. */
  readonly times: Pick<FeedTimes, 'of' | 'newestWallUs'>;
  readonly #times: FeedTimes;
  readonly #looking: LookingTime;
  readonly #keeper: GateKeeper;
  readonly #guard: GuardWatch;
  readonly #positions: PositionBook;
  readonly #halts: Halts;
  readonly #rejects: RejectWatch;
  readonly #ledger: OrderLedger;
  readonly #follower: OrderFollower;
  readonly #audit: OrderAudit;
  readonly #desk: CommandDesk;
  readonly #prices: ReferencePrices;
  readonly #commandIds: CommandIds;
  readonly #persons: PersonDesk;
  readonly #corrections: Corrections;
  readonly #cash: CashWatch;
  readonly #setup: SetupWatch;
  /** Says why entries do not pass, when that changes. */
  readonly standing: StandingWatch;
  #limits: NamedLimits;
  #venue: VenueDescribed;

  /** Makes it anew, or as it was when the state was taken. */
  constructor(settings: ExecutionSettings, state?: ExecutionState) {
    this.#rules = new RuleBook(settings.instruments, state?.rules);
    this.#account = { kind: 'account', account: settings.account };
    this.#times = new FeedTimes(state?.times);
    this.times = this.#times;
    this.#looking = new LookingTime(this.#times, state?.silentUs);
    this.#ledger = new OrderLedger(settings.closedOrdersMax, state?.ledger);
    this.#keeper = new GateKeeper({ ...settings, ledger: this.#ledger }, this.#looking, state?.gate);
    this.#guard = new GuardWatch(state?.guard);
    this.#positions = new PositionBook(this.#rules.instruments, state?.positions);
    this.#halts = new Halts(settings.account, state?.halts);
    this.#limits = state?.limits ?? NO_LIMITS;
    this.#venue = state?.venue ?? UNDESCRIBED;
    this.#rejects = new RejectWatch((id) => this.#ledger.isStop(id), state?.rejects);
    this.#prices = new ReferencePrices(state?.prices);
    this.#commandIds = new CommandIds(settings.commandIdsMax, state?.commands);
    this.#setup = new SetupWatch(settings.instruments, [this.#limits, this.#venue], state?.setup);
    const [gate, setup, modes] = [this.#keeper.gate, this.#setup, this.#halts.modes];
    const bars = { times: this.#times, gate, setup, modes, guard: this.#guard, rejects: this.#rejects };
    this.standing = new StandingWatch({ ...bars, rules: this.#rules, settings }, state?.standing);
    const [instruments, ledger, positions] = [this.#rules.instruments, this.#ledger, this.#positions];
    const books = { account: settings.account, instruments, ledger, positions, times: this.#times };
    this.#desk = new CommandDesk({ settings, ...books, entries: state?.entries ?? [] });
    const priceAnew = (t: Tracked, out: ExecutionOutput[]) => this.#priceAnew(t, out);
    const steps = new OrderSteps(settings.account, ledger, modes, priceAnew);
    const parts = { ...books, steps, gate };
    this.#follower = new OrderFollower({ ...parts, took: (fill, out) => this.#corrections.took(fill, out) });
    this.#audit = new OrderAudit(parts);
    const isUnseen = (id: InstrumentId) => this.#keeper.isUnseen(id);
    const outside = { prices: this.#prices, venue: () => this.#venue, setup, isUnseen };
    this.#corrections = new Corrections({ ...books, ...outside }, state?.corrections);
    this.#cash = new CashWatch(settings.account, state?.cash);
    this.#persons = new PersonDesk(this.#follower, this.#keeper, this.#corrections, state?.persons);
  }

  /** Returns what follows from an input, in the order in which it is said and asked for. */
  handle(input: ExecutionInput): ExecutionOutput[] {
    const out: ExecutionOutput[] = [];
    if ('account' in input && input.account !== this.#account.account) return out;
    this.#cash.hear(input, out);
    this.#setup.hear(input);
    if (input.type === 'InstrumentChanged') this.#rules.take(input);
    this.#dispatch(input, out);
    if (out.length > 0) this.#corrections.hear([...out], out);
    this.#follower.wantCancel(this.#desk.stops.idleAfter(out, this.#prices), 'nothing left to close', out);
    if (this.#ledger.awaits) this.#audit.poll(out);
    this.#keeper.hear(out);
    if (this.#rejects.hear(out, this.#limits.limits.venue))
      this.#latch(this.#account, 'reducing', 'VENUE_REJECTS', out);
    return out;
  }

  /** Says why an order may not leave now, by the present state, or null. Changes nothing. */
  mayLeave(order: SubmitOrder): Denial | null {
    return this.#desk.mayLeave(order, this.#books(order.request.instrument));
  }

  /** Says what of an instrument's feed need not be given at once. */
  quiet(instrument: InstrumentId): Quiet {
    const dueUs = Math.min(this.standing.dueUs(venueOf(instrument)), this.#keeper.dueUs);
    return { ...this.#prices.quiet(instrument), untilUs: Math.min(dueUs, this.#audit.dueUs) };
  }

  get isGateOpen(): boolean {
    return this.#keeper.gate.isFresh(this.#times.newestUs());
  }

  /** Names the limits that hold. */
  get limitsHash(): string {
    return this.#limits.hash;
  }

  /** Returns an order, or undefined if it was never ours or has been forgotten. */
  order(id: ClientOrderId): Order | undefined {
    return this.#ledger.get(id)?.order;
  }

  /** Returns every order that isn't over, oldest first. */
  openOrders(): readonly Order[] {
    return this.#ledger.orders();
  }

  /** Returns what our own fills add up to, flat instruments left out. */
  positions(): readonly NetPosition[] {
    return this.#positions.open();
  }

  /** Returns all that it knows; what it does later changes nothing in it. */
  snapshot(): ExecutionState {
    const [times, ledger] = [this.#times.state(), this.#ledger.state()];
    return {
      ...{ times, silentUs: this.#looking.silentUs, guard: this.#guard.state(), gate: this.#keeper.state() },
      ...{ halts: this.#halts.state(), ledger, cash: this.#cash.state(), persons: this.#persons.state() },
      ...{ limits: this.#limits, prices: this.#prices.state(), standing: this.standing.state },
      ...{ positions: this.#positions.all(), corrections: this.#corrections.state(), venue: this.#venue },
      ...{ setup: this.#setup.state(), rules: this.#rules.state() },
      ...{ commands: this.#commandIds.all(), entries: this.#desk.pace.entries, rejects: this.#rejects.state },
    };
  }

  #dispatch(input: ExecutionInput, out: ExecutionOutput[]): void {
    switch (input.type) {
      case 'PlaceOrder':
      case 'ClosePosition':
      case 'ProtectPosition':
        this.#times.hear(venueOf(input.instrument), input.timeUs);
        if (this.#commandIds.isNew(input.commandId)) this.#commanded(input, out);
        return;
      case 'SubmitOutcomeKnown':
      case 'CancelOutcomeKnown':
      case 'OrderNeverLeft':
      case 'OrderLookedUp':
      case 'AbsenceKnown':
      case 'FillsFetched':
      case 'VenueFilled':
      case 'VenueCanceled':
      case 'VenueExpired':
        this.#reported(input, out);
        return;
      case 'AccountStreamConnected':
        if (this.#keeper.streamConnected(out)) this.#audit.streamConnected(out);
        return;
      case 'AccountStreamLost':
        this.#keeper.gate.lose();
        return;
      case 'PriceSeen':
        this.#times.hear(venueOf(input.instrument), input.timeUs);
        this.#prices.see(this.#rules.instruments.get(input.instrument), input.price, input.timeUs);
        return;
      case 'TimeAdvanced':
        this.#times.take(input);
        if (!input.warm) this.#keeper.advance(out);
        return;
      case 'GuardAlive':
        this.#guard.hear(input);
        return;
      case 'TradingModeChanged':
        if (input.commandId !== null) this.#commandIds.isNew(input.commandId);
        if (input.mode === 'active') this.#resumed(input.scope);
        this.#halted(this.#halts.changed(input), out);
        return;
      case 'SetTradingMode':
        if (this.#commandIds.isNew(input.commandId)) this.#halted(this.#halts.asked(input), out);
        return;
      case 'LimitsChanged':
        this.#limits = { limits: input.limits, objections: input.objections, hash: input.hash };
        return;
      case 'VenueDescribed':
        this.#venue = input;
        return;
      case 'FlattenAll':
      case 'CancelOrders':
      case 'CorrectBooks':
      case 'CompareBooks':
        if (this.#commandIds.isNew(input.commandId)) out.push(this.#persons.ask(input));
        return;
      case 'WallTold':
        this.#persons.told(input, this.openOrders(), this.#times.newestUs(), out);
        return;
      case 'ReconciliationCompleted':
      case 'ReconciliationFailed':
        if (!this.#keeper.answered(input)) return;
        if (input.type === 'ReconciliationCompleted') this.#setup.take(input.setup);
        this.#audit.compared(input, this.#keeper.askedUs, out);
        this.#corrections.compared(input, this.#audit, out);
        return;
      case 'FeedSilent':
        this.#looking.pass(input.forMs);
        this.#audit.all(out);
        this.#keeper.advance(out);
        return;
      case 'EpochStarted':
        if (this.#keeper.start(input.epoch, out)) this.#audit.epochStarted(out);
        return;
      default:
        input.type satisfies 'VenueCashMoved' | 'CashFetched' | 'InstrumentChanged'; // heard before
    }
  }

  #reported(report: OrderReport, out: ExecutionOutput[]): void {
    if ('outcome' in report) this.#rejects.answered(report.outcome);
    this.#follower.take(report, out);
    if (report.type === 'OrderNeverLeft' && report.code === 'CONSERVATION')
      this.#latch(this.#account, 'halted', 'CONSERVATION', out);
  }

  /** A person lets a scope go on, so that what stopped it counts anew. */
  #resumed(scope: HaltScope): void {
    if (scope.kind === 'strategy') this.#desk.pace.forgive(scope.strategy);
    if (scope.kind === 'account' && scope.account === this.#account.account) this.#rejects.calm();
  }

  #commanded(command: OrderCommand, out: ExecutionOutput[]): void {
    const inTheWay = command.type === 'ClosePosition' ? entriesInTheWay(command, this.openOrders()) : [];
    this.#follower.wantCancel(inTheWay, 'its position is being left', out);
    const denial = this.#desk.take(command, this.#books(command.instrument), out);
    if (denial !== null) this.#denied(command, denial, out);
  }

  #priceAnew(ended: Tracked, out: ExecutionOutput[]): string {
    const { denial, said } = this.#desk.priceAnew(ended, this.#books(ended.order.request.instrument), out);
    if (denial !== null && ended.command !== null) this.#denied(ended.command, denial, out);
    return said;
  }

  /** Stops what a denial shows to be wrong until a person resumes it. */
  #denied(command: OrderCommand, { code }: Denial, out: ExecutionOutput[]): void {
    if (code === 'CONSERVATION') this.#latch(this.#account, 'halted', code, out);
    if (code === 'ENTRY_COUNT_MAX' && command.type === 'PlaceOrder')
      this.#latch({ kind: 'strategy', strategy: command.strategy }, 'reducing', code, out);
  }

  #latch(scope: HaltScope, mode: 'reducing' | 'halted', reason: LatchCode, out: ExecutionOutput[]): void {
    this.#halted(latch(this.#halts.modes, scope, mode, reason, this.#times.newestUs()), out);
  }

  #halted(standing: StandingMode | null, out: ExecutionOutput[]): void {
    if (standing?.mode === 'halted')
      this.#follower.wantCancel(entriesUnder(standing.scope, this.openOrders()), 'halted', out);
  }

  #books(instrument: InstrumentId): Books {
    const venue = venueOf(instrument);
    return {
      ...{ nowUs: this.#times.nowUs(venue), newestUs: this.#times.newestUs() },
      ...{ account: this.#account.account, gate: this.#keeper.gate, modes: this.#halts.modes },
      ...{ setup: this.#setup, rules: this.#rules },
      heldThere: (id) => this.#corrections.heldThere(id),
      ...{ prices: this.#prices, limits: this.#limits.limits, rejects: this.#rejects.state },
      ...{ noGuard: this.#guard.denial(this.#times, venue), holdsStops: this.#venue.holdsStops },
    };
  }
}
