import {
  type ClientOrderId,
  Decimal,
  type DenialCode,
  type ExitReason,
  hashId,
  type OrderEvent,
  type PositionId,
  type TimeUs,
} from '@algo/model';

/** How stubbornly an exit is followed. *Units*: `exitRetryUs` µs of feed time at speed 1. */
export interface ExitPatience {
  /** The pause behind a refusal before the next attempt. */
  readonly exitRetryUs: number;
  /** Attempts made at that pace before a person is called and the pace slows. */
  readonly exitAttemptsMax: number;
}

/**
 * Where one exit order stands. `settling`: ended, but its last fills are still on their way to us.
 * *Units*: `filled` and `owed` base; `owed` is what the venue says it filled in all, known while settling.
 */
interface ExitOrder {
  state: 'submitted' | 'working' | 'unknown' | 'settling';
  filled: Decimal;
  owed: Decimal;
}

/** An exit as it is kept. */
export interface ExitState {
  readonly position: PositionId;
  readonly reason: ExitReason;
  /** Of commands, denied ones too: each has an id of its own. */
  readonly commands: number;
  readonly attempt: number;
  /** Of these, the last ones in a row that filled nothing. */
  readonly idle: number;
  readonly answered: boolean;
  readonly hurried: boolean;
  readonly newsUs: TimeUs;
  readonly refusals: number;
  readonly tooSmall: boolean;
  readonly escalated: boolean;
  readonly orders: ReadonlyMap<ClientOrderId, Readonly<ExitOrder>>;
}

/** Live exit orders we keep track of; at this many no further attempt is made until one of them ends. */
const LIVE_ORDERS_MAX = 8;
/**
 * An exit is an immediate order, which the venue ends by itself: while one works it is left alone for so many
 * retry times. So is a command that has no answer: it stands in its stream until execution takes it.
 */
const WORKING_PATIENCE = 40;
/**
 * Past the last quick attempt the pause doubles with each attempt that fills nothing, at most this often: 32
 * times `exitRetryUs`. A thin book that fills a part of each is asked again at the pace of one.
 */
const DOUBLINGS_MAX = 5;
/** While attempts are denied or rejected the pause doubles less: what forbids them may end at any moment. */
const REFUSED_DOUBLINGS_MAX = 2;

/** How strong a reason to leave is: a stronger one takes over an exit that is under way. */
const URGENCY = {
  target: 0,
  hold_time: 0,
  health: 0,
  residual: 0,
  initial_stop: 1,
  trailing_stop: 1,
  dump: 1,
  leader_correlation: 1,
  circuit_breaker: 2,
  operator: 3,
} as const satisfies Record<ExitReason, number>;

/**
 * Follows one position's exit until it is flat. It never gives up, because a position whose stop has fired
 * must not be left alone, but after `exitAttemptsMax` attempts it calls for a person and slows down. While
 * any of its orders is in doubt (sent and not acknowledged, unknown, or fills outstanding) nothing is sent
 * again. An attempt that execution denied, or that came while the venue takes no order, never was one.
 */
export class ExitFollower {
  readonly position: PositionId;
  #reason: ExitReason;
  readonly #patience: ExitPatience;
  #orders = new Map<ClientOrderId, ExitOrder>();
  #commands = 0;
  #attempt = 0;
  #idle = 0;
  #answered = true;
  #hurried = false;
  #newsUs: TimeUs;
  #refusals = 0;
  #tooSmall = false;
  #escalated = false;

  constructor(position: PositionId, reason: ExitReason, patience: ExitPatience, nowUs: TimeUs) {
    this.position = position;
    this.#reason = reason;
    this.#patience = patience;
    this.#newsUs = nowUs;
  }

  static restore(state: ExitState, patience: ExitPatience): ExitFollower {
    const exit = new ExitFollower(state.position, state.reason, patience, state.newsUs);
    exit.#commands = state.commands;
    exit.#attempt = state.attempt;
    exit.#idle = state.idle;
    exit.#answered = state.answered;
    exit.#hurried = state.hurried;
    exit.#refusals = state.refusals;
    exit.#tooSmall = state.tooSmall;
    exit.#escalated = state.escalated;
    exit.#orders = copyOf(state.orders);
    return exit;
  }

  /** The strongest reason so far. */
  get reason(): ExitReason {
    return this.#reason;
  }

  /** The attempt that stands or comes next; denied ones don't count. */
  get attempt(): number {
    return this.#attempt;
  }

  /**
   * The id of the standing command: the n-th of a position always has the same, so a repeat is
   * recognised.
   */
  get commandId(): string {
    return hashId('close', this.position, this.#commands);
  }

  /** True once execution denied an attempt because what is left is below the venue's minimum. */
  get wasTooSmall(): boolean {
    return this.#tooSmall;
  }

  /** True while an order's outcome isn't known, when sending another could sell twice. */
  get inDoubt(): boolean {
    if (this.#orders.size >= LIVE_ORDERS_MAX) return true;
    for (const order of this.#orders.values()) if (order.state !== 'working') return true;
    return false;
  }

  /** Where it stands, in the words of a person. */
  get #standing(): string {
    if (this.inDoubt) return 'still in doubt';
    if (this.#refusals > 0) return 'refused';
    return this.#answered ? 'not done' : 'not taken up by execution';
  }

  /** Returns what a person is called for when it is time, once; null else. */
  escalate(): string | null {
    const { exitAttemptsMax: max } = this.#patience;
    if (this.#escalated) return null;
    this.#escalated = this.inDoubt || !this.#answered || this.#attempt >= max || this.#refusals >= max;
    return this.#escalated ? `exit ${this.#standing} after attempt ${this.#attempt}` : null;
  }

  /**
   * Returns the event time at which something must be done unless there is news before; Infinity while there
   * is only waiting. Others need wall time to answer, so patience is times the feed's speed.
   */
  dueUs(speed: number): TimeUs {
    const { exitAttemptsMax } = this.#patience;
    const exitRetryUs = this.#patience.exitRetryUs * speed;
    const callUs = this.#newsUs + exitAttemptsMax * exitRetryUs;
    if (this.inDoubt) return this.#escalated ? Infinity : callUs;
    if (!this.#answered && !this.#escalated) return callUs;
    if (!this.#answered || this.#orders.size > 0) return this.#newsUs + WORKING_PATIENCE * exitRetryUs;
    // The first refusal is answered at once; a second in a row would only be refused again.
    if (this.#hurried || (this.#attempt < exitAttemptsMax && this.#refusals < 2)) return this.#newsUs;
    const slow = Math.min(Math.max(this.#idle - exitAttemptsMax, 0), DOUBLINGS_MAX);
    const refused = Math.min(Math.max(this.#refusals - exitAttemptsMax, 0), REFUSED_DOUBLINGS_MAX);
    return this.#newsUs + exitRetryUs * 2 ** Math.max(slow, refused);
  }

  /** Whether a reason is stronger than the present one; a person who asks again is in a hurry. */
  yieldsTo(reason: ExitReason): boolean {
    return reason === 'operator' || URGENCY[reason] > URGENCY[this.#reason];
  }

  /** A stronger reason takes over: the next attempt is made at once, unless an order is still in doubt. */
  takeOver(reason: ExitReason, nowUs: TimeUs): void {
    this.#reason = reason;
    this.#refusals = 0;
    this.#escalated = false;
    this.#hurried = true;
    this.#newsUs = nowUs;
  }

  /** Counts the next attempt; its command is to be sent now. */
  begin(nowUs: TimeUs): void {
    this.#commands++;
    // Silence about the one before is no attempt.
    if (this.#answered) this.#count(1);
    this.#answered = false;
    this.#hurried = false;
    this.#newsUs = nowUs;
  }

  /**
   * Takes note of what happened to an order of the instrument. Another order than this position's exits may
   * be what an attempt was refused for: when its doubt ends, or it does, the next attempt is made at once.
   */
  note(event: Exclude<OrderEvent, { type: 'OrderQuarantined' }>, nowUs: TimeUs): void {
    const { clientOrderId } = event;
    if (event.type === 'OrderSubmitted') {
      const ours = event.intent === 'exit' && event.position === this.position;
      if (ours || event.commandId === this.commandId) this.#submitted(event.commandId, clientOrderId, nowUs);
      return;
    }
    if (event.type === 'OrderDenied') {
      this.#denied(event.commandId, event.denial.code, nowUs);
      return;
    }
    const order = this.#orders.get(clientOrderId);
    if (order === undefined) {
      this.#hurried ||= this.#refusals > 0 && event.type !== 'OrderUnknown';
      return;
    }
    this.#newsUs = nowUs;
    if (event.type !== 'OrderRejected') this.#refusals = 0;
    switch (event.type) {
      case 'OrderAccepted':
      case 'OrderUnknown':
        if (order.state !== 'settling') order.state = event.type === 'OrderAccepted' ? 'working' : 'unknown';
        break;
      case 'OrderRejected':
        // A venue that takes no order for now has not tried this one.
        if (event.retryAfterMs !== null) this.#count(-1);
        this.#refusals++;
        this.#orders.delete(clientOrderId);
        break;
      case 'OrderFilled':
        order.filled = order.filled.plus(event.fill.quantity);
        this.#idle = 0;
        if (order.state !== 'settling') order.state = 'working';
        if (order.state === 'settling' ? !order.filled.lessThan(order.owed) : !event.leaves.isPositive())
          this.#orders.delete(clientOrderId);
        break;
      case 'OrderCanceled':
      case 'OrderExpired':
        // Fills that the venue counts and we have not heard
        // of yet are waited for: they are part of this order.
        order.state = 'settling';
        order.owed = event.cumulative;
        if (!order.filled.lessThan(order.owed)) this.#orders.delete(clientOrderId);
        break;
      default:
        event satisfies never;
    }
  }

  snapshot(): ExitState {
    return {
      position: this.position,
      reason: this.reason,
      commands: this.#commands,
      attempt: this.#attempt,
      idle: this.#idle,
      hurried: this.#hurried,
      answered: this.#answered,
      newsUs: this.#newsUs,
      refusals: this.#refusals,
      tooSmall: this.#tooSmall,
      escalated: this.#escalated,
      orders: copyOf(this.#orders),
    };
  }

  #submitted(commandId: string, order: ClientOrderId, nowUs: TimeUs): void {
    if (commandId === this.commandId) this.#answered = true;
    if (this.#orders.has(order)) return;
    this.#orders.set(order, { state: 'submitted', filled: Decimal.zero, owed: Decimal.zero });
    this.#newsUs = nowUs;
  }

  #count(attempts: 1 | -1): void {
    this.#attempt = Math.max(0, this.#attempt + attempts);
    this.#idle = Math.max(0, this.#idle + attempts);
  }

  #denied(commandId: string, code: DenialCode, nowUs: TimeUs): void {
    if (commandId !== this.commandId || this.#answered) return;
    this.#answered = true;
    this.#count(-1);
    this.#refusals++;
    this.#tooSmall = code === 'QUANTITY_BELOW_MIN' || code === 'NOTIONAL_BELOW_MIN';
    this.#newsUs = nowUs;
  }
}

function copyOf(orders: ExitState['orders']): Map<ClientOrderId, ExitOrder> {
  return new Map([...orders].map(([id, order]) => [id, { ...order }]));
}
