import type { Clock, Lease, Requests, RequestTerms, Ticket } from '@algo/bus';
import {
  type Absence,
  type CashMove,
  type ClientOrderId,
  type Denial,
  type Fill,
  type OrderLookup,
  orderReason,
  type SubmitOutcome,
  US_PER_MS,
} from '@algo/model';
import type { Logger } from '@algo/runtime';
import type { ExchangeVenue, VenueAnswer } from '@algo/venues';
import type { ExecutionOwn, ExecutionRequest, Passage, SubmitOrder } from '../domain/index.ts';
import { FailedReads } from './failed-reads.ts';
import { StageTimes } from './stage-times.ts';

/** With less than this left of the lease nothing is begun; what is begun is on the socket before it ends. */
const LEASE_MARGIN_MS = 500;
/** The newest word of the feed may be this old by the wall before an entry leaves. */
const TOLD_LAG_MAX_MS = 2_000;
/** Monotonic time that a request may take to get onto the socket. */
const SEND_WITHIN_MS = 5_000;
/** A venue that has not answered by then has said nothing: an order is unknown, a question failed. */
const ANSWER_WITHIN_MS = 15_000;
/** Longer than any venue's procedure; what comes later is asked for anew. */
const PROVEN_WITHIN_MS = 180_000;
const SILENT = orderReason('VENUE_SILENT', `answer_within_ms=${ANSWER_WITHIN_MS}`);

/** What came of an order on the wire. *Shape*: `replaced` null where it took no other's place. */
interface Sent {
  readonly placed: SubmitOutcome;
  readonly replaced: SubmitOutcome | null;
  readonly passage?: Passage;
}

/** What the wire asks of the judgement right before an order leaves. */
export interface LastLook {
  /** Says why this order may not leave now, or null: halts, the gate, its own expiry. */
  mayLeave(order: SubmitOrder): Denial | null;
  /** When the newest time of the order's feed was said, by ingest's wall clock. *Units*: µs. */
  toldWallUs(order: SubmitOrder): number;
}

/**
 * The last metre to the venue. The intent and the leaving are on disk before a request goes; an order that an
 * earlier life may have sent is asked about, never sent again; halt, lease and deadline are looked at between
 * disk and wire.
 */
export class OrderWire implements Requests<ExecutionRequest, ExecutionOwn> {
  readonly #venue: ExchangeVenue;
  readonly #lease: Pick<Lease, 'epoch' | 'safeFor' | 'untilMs'>;
  readonly #clock: Clock;
  readonly #sharedNowMs: () => Promise<number>;
  readonly #log: Pick<Logger, 'warn'>;
  readonly #isTimed: boolean;
  readonly reads: FailedReads;
  readonly times = new StageTimes();
  /** The machine that is driven; nothing leaves without one. */
  judge: LastLook | null = null;

  constructor(parts: {
    readonly venue: ExchangeVenue;
    readonly lease: Pick<Lease, 'epoch' | 'safeFor' | 'untilMs'>;
    readonly clock: Clock;
    /** What time it is for persons and services alike. *Units*: wall ms. */
    readonly sharedNowMs: () => Promise<number>;
    readonly log: Pick<Logger, 'warn'>;
    /** Whether it tells when an order was where. */
    readonly isTimed: boolean;
  }) {
    this.#venue = parts.venue;
    this.#lease = parts.lease;
    this.#clock = parts.clock;
    this.#sharedNowMs = parts.sharedNowMs;
    this.#log = parts.log;
    this.#isTimed = parts.isTimed;
    this.reads = new FailedReads(parts.log);
  }

  /** What is about one order keeps its order; whatever reduces a position leaves before what opens one. */
  terms(request: ExecutionRequest): RequestTerms {
    switch (request.type) {
      case 'SubmitOrder':
        return {
          key: request.request.clientOrderId,
          priority: request.intent === 'entry' ? 1 : 3,
          effect: 'once',
          withdraws: false,
        };
      case 'CancelAtVenue':
        return { key: request.clientOrderId, priority: 3, effect: 'again', withdraws: true };
      case 'LookUpOrder':
        return { key: request.clientOrderId, priority: 2, effect: 'none', withdraws: false };
      case 'ProveAbsence':
        return { key: `absence ${request.clientOrderId}`, priority: 2, effect: 'none', withdraws: false };
      case 'FetchFills':
        return { key: 'fills', priority: 2, effect: 'none', withdraws: false };
      case 'FetchCash':
        return { key: 'cash', priority: 0, effect: 'none', withdraws: false };
      case 'AskWall':
        return { key: request.commandId, priority: 3, effect: 'none', withdraws: false };
      default:
        return request satisfies never;
    }
  }

  withdrawn(request: ExecutionRequest): readonly ExecutionOwn[] {
    if (request.type !== 'SubmitOrder') return [];
    const { clientOrderId } = request.request;
    const body = { clientOrderId, reason: 'withdrawn', code: null, timeUs: request.timeUs };
    return [{ name: 'OrderNeverLeft', body }];
  }

  carryOut(request: ExecutionRequest, ticket: Ticket<ExecutionOwn>): void {
    switch (request.type) {
      case 'SubmitOrder':
        this.#submit(request, ticket);
        return;
      case 'CancelAtVenue':
        this.#venue.cancel(
          request,
          this.#terms(request.timeUs),
          this.#answered(silent(request), (outcome) =>
            ticket.settle([{ name: 'CancelOutcomeKnown', body: outcome }]),
          ),
        );
        return;
      case 'LookUpOrder': {
        const { clientOrderId, timeUs } = request;
        const told = (lookup: OrderLookup) => {
          this.reads.heard('orders', lookup.type === 'failed' ? lookup.reason : null);
          ticket.settle([{ name: 'OrderLookedUp', body: { clientOrderId, lookup, timeUs } }]);
        };
        this.#venue.order(request, this.#answered<OrderLookup>({ type: 'failed', reason: SILENT }, told));
        return;
      }
      case 'ProveAbsence': {
        const { clientOrderId, sentUs, timeUs } = request;
        const told = (absence: Absence) =>
          ticket.settle([{ name: 'AbsenceKnown', body: { clientOrderId, absence, timeUs } }]);
        const instead: Absence = { type: 'not proven', reason: 'it took too long' };
        this.#venue.proveAbsence(request, sentUs, this.#answered<Absence>(instead, told, PROVEN_WITHIN_MS));
        return;
      }
      case 'FetchFills':
        this.#venue.fillsSince(
          request.account,
          request.sinceUs,
          this.#answered<VenueAnswer<readonly Fill[]>>({ type: 'failed', reason: SILENT }, (answer) => {
            this.reads.heard('fills', answer.type === 'failed' ? answer.reason : null);
            const body = answer.type === 'failed' ? answer : { type: answer.type, fills: answer.value };
            ticket.settle([{ name: 'FillsFetched', body }]);
          }),
        );
        return;
      case 'FetchCash':
        this.#venue.cashSince(
          request.account,
          request.sinceUs,
          this.#answered<VenueAnswer<readonly CashMove[]>>({ type: 'failed', reason: SILENT }, (answer) => {
            const { type } = answer;
            this.reads.heard('cash', answer.type === 'failed' ? answer.reason : null);
            const body =
              type === 'failed' ? answer : { type, moves: answer.value, asOfUs: answer.asOfUs ?? 0 };
            ticket.settle([{ name: 'CashFetched', body }]);
          }),
        );
        return;
      case 'AskWall': {
        const { commandId } = request;
        void this.#sharedNowMs().then((nowMs) =>
          ticket.settle([{ name: 'WallTold', body: { commandId, wallUs: nowMs * US_PER_MS } }]),
        );
        return;
      }
      default:
        request satisfies never;
    }
  }

  #submit(order: SubmitOrder, ticket: Ticket<ExecutionOwn>): void {
    const { request, replaces, timeUs } = order;
    const { clientOrderId } = request;
    if (ticket.past === 'may have left') {
      this.#log.warn({ clientOrderId }, 'an earlier life may have sent it: asking the venue');
      ticket.settle(outcomes(unknown(order, orderReason('MAY_HAVE_LEFT'))));
      return;
    }
    const clock = this.#clock;
    const [takenUs, takenMs] = [clock.nowMs() * US_PER_MS, clock.monotonicMs()];
    // By one reading of the wall, so that steps of it are in no stage.
    const nowUs = () => takenUs + Math.round((clock.monotonicMs() - takenMs) * US_PER_MS);
    ticket.leave((mayGo) => {
      if (!mayGo) return;
      const diskUs = nowUs();
      let wireUs: number | null = null;
      const left = () => {
        wireUs = nowUs();
      };
      const denial = this.#denial(order);
      if (denial !== null) {
        const { code, detail } = denial;
        const body = { clientOrderId, reason: `${code} ${detail}`, code, timeUs };
        ticket.settle([{ name: 'OrderNeverLeft', body }]);
        return;
      }
      const told = this.#answered(unknown(order, SILENT), (sent) => {
        if (!this.#isTimed) return ticket.settle(outcomes(sent));
        const passage = { takenUs, diskUs, wireUs, answeredUs: nowUs() };
        this.times.add(passage);
        ticket.settle(outcomes({ ...sent, passage }));
      });
      const terms = { ...this.#terms(timeUs), left };
      if (replaces === null) this.#venue.submit(request, terms, (placed) => told({ placed, replaced: null }));
      else this.#venue.replace({ ...request, clientOrderId: replaces }, request, terms, told);
    });
  }

  /** Hands on the first answer: the venue's, or what its silence comes to. */
  #answered<Answer>(
    instead: Answer,
    told: (answer: Answer) => void,
    withinMs = ANSWER_WITHIN_MS,
  ): (answer: Answer) => void {
    let isTold = false;
    const once = (answer: Answer) => {
      cancel();
      if (!isTold) told(answer);
      isTold = true;
    };
    const cancel = this.#clock.after(withinMs, () => once(instead));
    return once;
  }

  /** Says why an order that is on disk may not go onto the wire, or null. */
  #denial(order: SubmitOrder): Denial | null {
    const { epoch } = this.#lease;
    if (!this.#lease.safeFor(LEASE_MARGIN_MS))
      return { code: 'GATE_CLOSED', detail: `epoch=${epoch} lease=ending` };
    // What an earlier life wanted and had not sent is decided anew, by books that have been compared since.
    if (order.epoch !== epoch)
      return { code: 'GATE_CLOSED', detail: `order_epoch=${order.epoch} epoch=${epoch}` };
    if (this.judge === null) return { code: 'GATE_CLOSED', detail: 'judge=none' };
    const denial = this.judge.mayLeave(order);
    if (denial !== null || order.intent !== 'entry') return denial;
    const lagMs = this.#clock.nowMs() - this.judge.toldWallUs(order) / US_PER_MS;
    if (lagMs <= TOLD_LAG_MAX_MS) return null;
    return { code: 'STALE_MARKET', detail: `told_lag_ms=${Math.round(lagMs)} max=${TOLD_LAG_MAX_MS}` };
  }

  #terms(sentUs: number) {
    const { epoch, untilMs } = this.#lease;
    return { sentUs, sendByMs: Math.min(this.#clock.monotonicMs() + SEND_WITHIN_MS, untilMs), epoch };
  }
}

/** Nobody knows what came of sending an order, nor of the stop that was to go for it. */
function unknown({ request, replaces, timeUs }: SubmitOrder, reason: string): Sent {
  const of = (clientOrderId: ClientOrderId) => ({ type: 'unknown', clientOrderId, reason, timeUs }) as const;
  return { placed: of(request.clientOrderId), replaced: replaces === null ? null : of(replaces) };
}

function outcomes({ placed, replaced, passage }: Sent): readonly ExecutionOwn[] {
  const body = passage === undefined ? placed : { ...placed, passage };
  const own: ExecutionOwn = { name: 'SubmitOutcomeKnown', body };
  return replaced === null ? [own] : [own, { name: 'CancelOutcomeKnown', body: replaced }];
}

function silent(order: Pick<SubmitOutcome, 'clientOrderId' | 'timeUs'>): SubmitOutcome {
  return { type: 'unknown', clientOrderId: order.clientOrderId, reason: SILENT, timeUs: order.timeUs };
}
