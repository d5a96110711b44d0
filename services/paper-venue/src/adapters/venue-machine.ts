import type { Bus, HandleContext, InboundMessage, StepMachine } from '@algo/bus';
import type { CancelOrderRequest, SubmitOrderRequest } from '@algo/contracts';
import {
  codecs,
  encodeEvent,
  type PaperCancelAccepted,
  type PaperOrderAccepted,
  subjects,
} from '@algo/contracts';
import {
  type OrderRequest,
  openSnapshot,
  type SubmitOutcome,
  sealSnapshot,
  type TimeUs,
  type VenueEvent,
} from '@algo/model';
import { type PaperSettings, type PaperState, PaperVenue } from '@algo/simulation';

/** One request as the ledger keeps it, to be gone through again after a restart. */
type LedgerRecord =
  | ({ readonly type: 'order' } & PaperOrderAccepted)
  | ({ readonly type: 'cancel' } & PaperCancelAccepted);

/** The one layout of the machine's state that this build seals and opens. */
const STATE_VERSION = 1;
const OWNER = 'paper-venue';

interface MachineState {
  readonly handled: number;
  readonly ledger: number;
  readonly venue: PaperState;
}

/**
 * The paper exchange between bus and books. Its inputs are the public trades and the requests it answered;
 * the requests are in its ledger, each with the number of inputs handled before it, so a restart goes through
 * both in the same order.
 */
export class VenueMachine implements StepMachine {
  readonly venue: PaperVenue;
  readonly #bus: Bus;
  #handled: number;
  #ledger: number;
  /** Ledger records that the restored books haven't seen yet, oldest first. */
  readonly #pending: LedgerRecord[];
  #orders = 0;
  #fills = 0;

  private constructor(bus: Bus, venue: PaperVenue, handled: number, ledger: number, pending: LedgerRecord[]) {
    this.#bus = bus;
    this.venue = venue;
    this.#handled = handled;
    this.#ledger = ledger;
    this.#pending = pending;
    this.#applyPending();
  }

  static async restore(
    bus: Bus,
    settings: PaperSettings,
    state: Uint8Array | undefined,
  ): Promise<VenueMachine> {
    const saved = state && openSnapshot<MachineState>(OWNER, STATE_VERSION, state);
    const pending: LedgerRecord[] = [];
    let ledger = saved?.ledger ?? 0;
    for await (const message of bus.read({ stream: 'VENUES', subjects: ['venue.ledger.>'], after: ledger })) {
      ledger = message.sequence;
      pending.push(readRecord(message));
    }
    const venue = saved === undefined ? new PaperVenue(settings) : PaperVenue.restore(settings, saved.venue);
    return new VenueMachine(bus, venue, saved?.handled ?? 0, ledger, pending);
  }

  /** True when every answered request is in the books again; before that nothing may be asked. */
  get caughtUp(): boolean {
    return this.#pending.length === 0;
  }

  counters(): Record<string, number> {
    return { orders: this.#orders, fills: this.#fills };
  }

  handle(message: InboundMessage, context: HandleContext): void {
    const { trades } = codecs.TradeBatch.decode(message.data);
    this.#emit(this.venue.onTrades(trades), context);
  }

  endStep(timeUs: TimeUs, context: HandleContext): void {
    this.#emit(this.venue.advanceTo(timeUs), context);
  }

  onBoundary(handled: number): void {
    this.#handled = handled;
    this.#applyPending();
  }

  snapshot(): Uint8Array {
    const state: MachineState = {
      handled: this.#handled,
      ledger: this.#ledger,
      venue: this.venue.snapshot(),
    };
    return sealSnapshot(OWNER, STATE_VERSION, state);
  }

  /** Takes an order into the books and the ledger; the answer leaves only when both have it. */
  async submit({ order, sentUs }: SubmitOrderRequest): Promise<SubmitOutcome> {
    const outcome = this.venue.submit(order, sentUs);
    if (outcome.type !== 'confirmed') return outcome;
    this.#orders++;
    const record: PaperOrderAccepted = { order, sentUs, outcome, handled: this.#handled };
    await this.#append(
      order,
      `order:${order.clientOrderId}`,
      codecs.PaperOrderAccepted.type,
      codecs.PaperOrderAccepted.encode(record),
      sentUs,
    );
    return outcome;
  }

  async cancel(request: CancelOrderRequest): Promise<SubmitOutcome> {
    const { account, clientOrderId, sentUs } = request;
    const outcome = this.venue.cancel(account, clientOrderId, sentUs);
    if (outcome.type !== 'confirmed') return outcome;
    const record: PaperCancelAccepted = { ...request, outcome, handled: this.#handled };
    await this.#append(
      request,
      `cancel:${clientOrderId}:${sentUs}`,
      codecs.PaperCancelAccepted.type,
      codecs.PaperCancelAccepted.encode(record),
      sentUs,
    );
    return outcome;
  }

  async #append(
    about: Pick<OrderRequest, 'account'>,
    id: string,
    type: string,
    data: Uint8Array,
    timeUs: TimeUs,
  ): Promise<void> {
    const stored = await this.#bus.publish({
      subject: subjects.venueLedger('paper', about.account),
      type,
      id: `ledger:${about.account}:${id}`,
      timeUs,
      data,
    });
    this.#ledger = Math.max(this.#ledger, stored.sequence);
  }

  #applyPending(): void {
    while (this.#pending.length > 0 && this.#pending[0]!.handled <= this.#handled) {
      const record = this.#pending.shift()!;
      if (record.type === 'order') this.venue.submit(record.order, record.sentUs);
      else this.venue.cancel(record.account, record.clientOrderId, record.sentUs);
    }
  }

  #emit(events: readonly VenueEvent[], context: HandleContext): void {
    for (const event of events) {
      const { type, bytes } = encodeEvent(event);
      const account = event.type === 'VenueFilled' ? event.fill.account : event.account;
      if (event.type === 'VenueFilled') this.#fills++;
      const timeUs = event.type === 'VenueFilled' ? event.fill.timeUs : event.timeUs;
      context.emit({
        subject: subjects.venueUser('paper', account),
        type,
        id: `venue:${nameOf(event)}`,
        timeUs,
        data: bytes,
      });
    }
  }
}

function nameOf(event: VenueEvent): string {
  switch (event.type) {
    case 'VenueFilled':
      return `fill:${event.fill.venueTradeId}`;
    case 'VenueCanceled':
      return `canceled:${event.clientOrderId}`;
    case 'VenueExpired':
      return `expired:${event.clientOrderId}`;
    default:
      return event satisfies never;
  }
}

function readRecord(message: InboundMessage): LedgerRecord {
  if (message.type === codecs.PaperOrderAccepted.type)
    return { type: 'order', ...codecs.PaperOrderAccepted.decode(message.data) };
  return { type: 'cancel', ...codecs.PaperCancelAccepted.decode(message.data) };
}
