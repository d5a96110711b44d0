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

/** How stubbornly an exit is followed. *Units*: `exitRetryUs` µs of event time. */
export interface ExitPatience {
  /** Silence after which the next attempt is made. */
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
  readonly attempt: number;
  readonly answered: boolean;
  readonly newsUs: TimeUs;
  readonly refusals: number;
  readonly tooSmall: boolean;
  readonly escalated: boolean;
  readonly orders: ReadonlyMap<ClientOrderId, Readonly<ExitOrder>>;
}

/** Live exit orders we keep track of; at this many no further attempt is made until one of them ends. */
const LIVE_ORDERS_MAX = 8;
/**
 * An exit is an immediate order, which the venue ends by itself:
 * while one works it is left alone for so many retry times.
 */
const WORKING_PATIENCE = 40;
/**
 * Past the last quick attempt the pause doubles with each
 * attempt, at most this often: 32 times `exitRetryUs`.
 */
const DOUBLINGS_MAX = 5;

/**
 * Follows one position's exit until it is flat. It never gives up, because a position whose stop has fired
 * must not be left alone, but after `exitAttemptsMax` attempts it calls for a person and slows down. While
 * any of its orders is in doubt (sent and not acknowledged, unknown, or fills outstanding) nothing is sent
 * again.
 */
export class ExitFollower {
  readonly position: PositionId;
  readonly reason: ExitReason;
  readonly #patience: ExitPatience;
  #orders = new Map<ClientOrderId, ExitOrder>();
  #attempt = 0;
  #answered = true;
  #newsUs: TimeUs;
  #refusals = 0;
  #tooSmall = false;
  #escalated = false;

  constructor(position: PositionId, reason: ExitReason, patience: ExitPatience, nowUs: TimeUs) {
    this.position = position;
    this.reason = reason;
    this.#patience = patience;
    this.#newsUs = nowUs;
  }

  static restore(state: ExitState, patience: ExitPatience): ExitFollower {
    const exit = new ExitFollower(state.position, state.reason, patience, state.newsUs);
    exit.#attempt = state.attempt;
    exit.#answered = state.answered;
    exit.#refusals = state.refusals;
    exit.#tooSmall = state.tooSmall;
    exit.#escalated = state.escalated;
    exit.#orders = copyOf(state.orders);
    return exit;
  }

  get attempt(): number {
    return this.#attempt;
  }

  /**
   * The id of the standing command: the same position and
   * attempt give the same id, so a repeat is recognised.
   */
  get commandId(): string {
    return hashId('close', this.position, this.#attempt);
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

  /** True when a person must be called and has not been yet. */
  get mustEscalate(): boolean {
    return !this.#escalated && (this.inDoubt || this.#attempt >= this.#patience.exitAttemptsMax);
  }

  /**
   * The event time at which something must be done unless there
   * is news before; Infinity while there is only waiting.
   */
  get dueUs(): TimeUs {
    const { exitRetryUs, exitAttemptsMax } = this.#patience;
    if (this.inDoubt) return this.#escalated ? Infinity : this.#newsUs + exitAttemptsMax * exitRetryUs;
    if (this.#orders.size > 0) return this.#newsUs + WORKING_PATIENCE * exitRetryUs;
    const quick = this.#attempt < exitAttemptsMax;
    // The first refusal is answered at once; a second in a row would only be refused again.
    if (this.#answered && quick && this.#refusals < 2) return this.#newsUs;
    const doublings = Math.min(Math.max(this.#attempt - exitAttemptsMax, 0), DOUBLINGS_MAX);
    return this.#newsUs + exitRetryUs * 2 ** doublings;
  }

  escalated(): void {
    this.#escalated = true;
  }

  /** Counts the next attempt; its command is to be sent now. */
  begin(nowUs: TimeUs): void {
    this.#attempt++;
    this.#answered = false;
    this.#newsUs = nowUs;
  }

  /**
   * Takes note of what happened to an order of the instrument;
   * other orders than this position's exits are passed over.
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
    if (order === undefined) return;
    this.#newsUs = nowUs;
    if (event.type !== 'OrderRejected') this.#refusals = 0;
    switch (event.type) {
      case 'OrderAccepted':
      case 'OrderUnknown':
        if (order.state !== 'settling') order.state = event.type === 'OrderAccepted' ? 'working' : 'unknown';
        break;
      case 'OrderRejected':
        this.#refusals++;
        this.#orders.delete(clientOrderId);
        break;
      case 'OrderFilled':
        order.filled = order.filled.plus(event.fill.quantity);
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
      attempt: this.#attempt,
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

  #denied(commandId: string, code: DenialCode, nowUs: TimeUs): void {
    if (commandId !== this.commandId || this.#answered) return;
    this.#answered = true;
    this.#refusals++;
    this.#tooSmall = code === 'QUANTITY_BELOW_MIN' || code === 'NOTIONAL_BELOW_MIN';
    this.#newsUs = nowUs;
  }
}

function copyOf(orders: ExitState['orders']): Map<ClientOrderId, ExitOrder> {
  return new Map([...orders].map(([id, order]) => [id, { ...order }]));
}
