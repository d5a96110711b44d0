import type { Clock, Lease } from '@algo/bus';
import type { OrderLookup, OrderRequest, SubmitOutcome, TimeUs } from '@algo/model';
import type { Logger } from '@algo/runtime';
import type { WriteAheadLog } from '@algo/state';
import type { ExchangeVenue, OrderRef } from '@algo/venues';
import type { SubmitOrder } from '../domain/index.ts';

/** A send must be over well before the lease could be another's. */
const LEASE_MARGIN_MS = 2_500;
/**
 * How long a replay, whose event time stands still meanwhile,
 * asks for the truth about one order before it gives up.
 */
const PROOF_PATIENCE_MS = 60_000;
const PROOF_PAUSE_MS = 100;

/** The lease is running out, so nothing may be sent any more. The process ends and takes over anew. */
export class LeaseEndedError extends Error {
  override readonly name = 'LeaseEndedError';
}

/**
 * The venue would neither confirm nor deny an order in
 * time. The process ends with the order still in its log.
 */
export class NoProofError extends Error {
  override readonly name = 'NoProofError';
}

/**
 * What the wire is asked for: an order, and whether an earlier life of this process may have sent it already.
 */
export interface SendOptions {
  /**
   * True while inputs are gone through again that an earlier life
   * had handled: then nothing is sent before the venue was asked.
   */
  readonly again: boolean;
  /**
   * Wait for proof instead of reporting `unknown`: in a
   * replay the same question must always get the same answer.
   */
  readonly untilProven: boolean;
}

/**
 * The last metre to the venue. Intent and send are in the write-ahead log, on disk, before the request
 * leaves; a client order id goes on the wire once; what an earlier life sent is asked about, never sent again
 * on suspicion (R-30…R-33).
 */
export class OrderWire {
  readonly #log: WriteAheadLog;
  readonly #venue: ExchangeVenue;
  readonly #lease: Lease;
  readonly #clock: Clock;
  readonly #logger: Logger;

  constructor(parts: {
    log: WriteAheadLog;
    venue: ExchangeVenue;
    lease: Lease;
    clock: Clock;
    logger: Logger;
  }) {
    this.#log = parts.log;
    this.#venue = parts.venue;
    this.#lease = parts.lease;
    this.#clock = parts.clock;
    this.#logger = parts.logger;
  }

  /**
   * Sends an order once, in all lives of this process, and returns what came of it. *Errors*:
   * LeaseEndedError, NoProofError, and the log's own.
   */
  async submit(order: SubmitOrder, options: SendOptions): Promise<SubmitOutcome> {
    const { request } = order;
    const known = this.#log.entry(request.clientOrderId);
    if (known?.outcome != null) return JSON.parse(known.outcome) as SubmitOutcome;
    const mayBeOut = (known?.sends ?? 0) > 0 || options.again;
    if (mayBeOut) {
      this.#logger.warn(
        { clientOrderId: request.clientOrderId },
        'sent by an earlier life, perhaps: asking the venue',
      );
      const found = await this.#settle(request, order.timeUs, options.untilProven);
      if (found !== undefined) return this.#decided(request, found);
    }
    if (known === undefined) await this.#append('intent', request, JSON.stringify(request));
    for (;;) {
      if (!this.#lease.safeFor(LEASE_MARGIN_MS))
        throw new LeaseEndedError(
          `the lease of epoch ${this.#lease.epoch} ends too soon to send ${request.clientOrderId}`,
        );
      await this.#append('send', request, '');
      const outcome = await this.#venue.submit(request, order.timeUs);
      if (outcome.type !== 'unknown' || !options.untilProven) return this.#decided(request, outcome);
      // Only proof that it never arrived leads back to the wire; the id then goes out for the first time.
      const found = await this.#settle(request, order.timeUs, true);
      if (found !== undefined) return this.#decided(request, found);
    }
  }

  lookUp(order: OrderRef): Promise<OrderLookup> {
    return this.#venue.order(order);
  }

  cancel(order: OrderRef, sentUs: TimeUs): Promise<SubmitOutcome> {
    return this.#venue.cancel(order, sentUs);
  }

  /**
   * "Absent" proves absence where the venue says so. Every
   * request of ours has been answered or has timed out by then.
   */
  get authoritativeAbsence(): boolean {
    return this.#venue.capabilities.authoritativeAbsence;
  }

  get venue(): ExchangeVenue {
    return this.#venue;
  }

  /** Asks what became of an order. Returns undefined when it is proven never to have arrived. */
  async #settle(
    request: OrderRequest,
    timeUs: TimeUs,
    untilProven: boolean,
  ): Promise<SubmitOutcome | undefined> {
    const startMs = this.#clock.nowMs();
    const { clientOrderId } = request;
    for (;;) {
      const lookup = await this.#venue.order(request);
      if (lookup.type === 'found')
        return lookup.order.status === 'rejected'
          ? { type: 'refused', clientOrderId, reason: 'rejected by the venue', timeUs }
          : {
              type: 'confirmed',
              clientOrderId,
              venueOrderId: lookup.order.venueOrderId,
              timeUs: lookup.order.acceptedUs,
            };
      if (lookup.type === 'absent' && this.authoritativeAbsence) return undefined;
      const reason = lookup.type === 'failed' ? lookup.reason : 'absent, which proves nothing at this venue';
      if (!untilProven) return { type: 'unknown', clientOrderId, reason, timeUs };
      if (this.#clock.nowMs() - startMs > PROOF_PATIENCE_MS)
        throw new NoProofError(`${clientOrderId}: ${reason}`);
      await this.#clock.sleep(PROOF_PAUSE_MS);
    }
  }

  async #decided(request: OrderRequest, outcome: SubmitOutcome): Promise<SubmitOutcome> {
    // What was decided so long ago that the log has dropped it needs no second record.
    const isLogged = this.#log.entry(request.clientOrderId) !== undefined;
    if (outcome.type !== 'unknown' && isLogged)
      await this.#append('outcome', request, JSON.stringify(outcome));
    return outcome;
  }

  #append(kind: 'intent' | 'send' | 'outcome', request: OrderRequest, payload: string): Promise<void> {
    return this.#log.append({
      kind,
      clientOrderId: request.clientOrderId,
      epoch: this.#lease.epoch,
      payload,
    });
  }
}
