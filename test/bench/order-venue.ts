import type { Bus } from '@algo/bus';
import {
  type AccountEventsReply,
  type AccountRequest,
  codecs,
  type MessageCodec,
  subjects,
} from '@algo/contracts';
import {
  accountId,
  type ClientOrderId,
  Decimal,
  type InstrumentId,
  type OrderRequest,
  type SubmitOutcome,
  type VenueEvent,
  venueOrderId,
  venueTradeId,
} from '@algo/model';
import { ACCOUNT, pause } from './chain.ts';

/** A question for events is answered at the latest after so long. */
const HEARTBEAT_MS = 1_000;

/**
 * The venue of a bench: stamps each order at its arrival, and takes or fills it at once; a stop rests until
 * another order takes its place. It keeps no books but of stops, and of orders that it gave no answer about.
 */
export class OrderVenue {
  /** Told of each order at its arrival, by this process's monotonic clock. */
  onOrder: (order: OrderRequest, atMs: number) => void = () => {};
  /** Every order is filled in full at this price; while it is null, taken and canceled at once. */
  fillsAt: Decimal | null = null;
  /** Nothing about these is ever answered. */
  readonly silent = new Set<InstrumentId>();
  readonly #neverAnswered = new Map<ClientOrderId, OrderRequest>();
  readonly #stops = new Map<ClientOrderId, OrderRequest>();
  #events: VenueEvent[] = [];
  #last = 0;
  #wake: () => void = () => {};

  static async open(bus: Bus): Promise<OrderVenue> {
    const venue = new OrderVenue();
    const on = (verb: Parameters<typeof subjects.venueRequest>[1]) => subjects.venueRequest(ACCOUNT, verb);
    await bus.serve(on('submit'), async (_type, data) => {
      const atMs = performance.now();
      const { order } = codecs.SubmitOrderRequest.decode(data);
      const taken = venue.#submit(order, atMs);
      return taken === null ? silence() : reply(codecs.SubmitOutcomeReply, taken);
    });
    await bus.serve(on('replace'), async (_type, data) => {
      const atMs = performance.now();
      const { order, replaces } = codecs.ReplaceOrderRequest.decode(data);
      const replaced = venue.#takeOut(replaces);
      const placed = venue.#submit(order, atMs);
      return placed === null ? silence() : reply(codecs.ReplaceOutcomeReply, { placed, replaced });
    });
    await bus.serve(on('look-up'), async (_type, data) => {
      const { clientOrderId, instrument } = codecs.LookUpOrderRequest.decode(data);
      return venue.#lookUp(clientOrderId, instrument);
    });
    await bus.serve(on('account'), async (_type, data) => rowsOf(codecs.AccountRequest.decode(data)));
    await bus.serve(on('events'), async (_type, data) =>
      venue.#ask(codecs.AccountEventsRequest.decode(data)),
    );
    return venue;
  }

  /** Returns what came of it; null where the answer is silence. */
  #submit(order: OrderRequest, atMs: number): SubmitOutcome | null {
    this.onOrder(order, atMs);
    const { clientOrderId, account, instrument, quantity } = order;
    if (this.silent.has(instrument)) {
      this.#neverAnswered.set(clientOrderId, order);
      return null;
    }
    const timeUs = nowUs();
    const about = { clientOrderId, venueOrderId: venueOrderId(clientOrderId) };
    if (order.type === 'stop') this.#stops.set(clientOrderId, order);
    else if (this.fillsAt === null) {
      const ended = { clientOrderId, account, instrument, cumulative: Decimal.zero, timeUs };
      this.#tell({ type: 'VenueCanceled', ...ended, reason: 'ioc' });
    } else {
      const trade = { venueTradeId: venueTradeId(clientOrderId), price: this.fillsAt, quantity, timeUs };
      const cost = { fee: Decimal.zero, feeAsset: 'USDT', liquidity: 'taker' as const };
      const fill = { ...about, ...trade, ...cost, account, instrument, side: order.side };
      this.#tell({ type: 'VenueFilled', fill, cumulative: quantity });
    }
    return { type: 'confirmed', ...about, timeUs };
  }

  #takeOut(clientOrderId: ClientOrderId): SubmitOutcome {
    const timeUs = nowUs();
    const stop = this.#stops.get(clientOrderId);
    if (stop === undefined)
      return {
        ...{ type: 'refused', clientOrderId, reason: 'unknown_order' },
        ...{ retryAfterMs: null, evidence: [], timeUs },
      };
    this.#stops.delete(clientOrderId);
    const { account, instrument } = stop;
    const ended = { clientOrderId, account, instrument, cumulative: Decimal.zero, timeUs };
    this.#tell({ type: 'VenueCanceled', ...ended, reason: 'replaced' });
    return { type: 'confirmed', clientOrderId, venueOrderId: venueOrderId(clientOrderId), timeUs };
  }

  #lookUp(id: ClientOrderId, instrument: InstrumentId): Promise<Reply> | Reply {
    const stop = this.#stops.get(id);
    const request = stop ?? this.#neverAnswered.get(id);
    if (this.silent.has(instrument)) return silence();
    const order = request && {
      ...{
        request,
        venueOrderId: venueOrderId(id),
        status: stop === undefined ? ('canceled' as const) : ('open' as const),
      },
      ...{ filled: Decimal.zero, acceptedUs: nowUs() },
    };
    const lookup = order === undefined ? { type: 'absent' as const } : { type: 'found' as const, order };
    return reply(codecs.OrderLookupReply, { lookup, asOfUs: nowUs() });
  }

  #tell(event: VenueEvent): void {
    this.#events.push(event);
    this.#last++;
    this.#wake();
  }

  async #ask({ connection, after }: { connection: string; after: number }): Promise<Reply> {
    if (connection !== '') {
      this.#events = this.#events.slice(Math.max(0, after - (this.#last - this.#events.length)));
      if (this.#events.length === 0)
        await Promise.race([
          pause(HEARTBEAT_MS),
          new Promise<void>((resolve) => {
            this.#wake = resolve;
          }),
        ]);
    }
    const told: AccountEventsReply = {
      ...{ account: accountId(ACCOUNT), connection: 'only' },
      ...(connection === '' ? { last: 0, events: [] } : { last: this.#last, events: this.#events }),
    };
    return reply(codecs.AccountEventsReply, told);
  }
}

interface Reply {
  readonly type: string;
  readonly data: Uint8Array;
}

function reply<Value>(codec: MessageCodec<Value>, value: Value): Reply {
  return { type: codec.type, data: codec.encode(value) };
}

/** Whoever asks goes by its own time-out. */
function silence(): Promise<Reply> {
  return new Promise(() => {});
}

function nowUs(): number {
  return Date.now() * 1_000;
}

/** Execution asks for fills only: there is none that it was not told of. */
function rowsOf({ account, kind }: AccountRequest): Reply {
  if (kind !== 'fills-since') throw new Error(`the venue of the bench does not tell ${kind}`);
  return reply(codecs.FillsReply, { account, fills: [], complete: true, asOfUs: nowUs() });
}
