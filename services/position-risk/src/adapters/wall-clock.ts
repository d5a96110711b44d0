import { type Bus, type Clock, type Requests, type RequestTerms, sharedNowMs, type Ticket } from '@algo/bus';
import { type AskWall, US_PER_MS } from '@algo/model';
import type { GuardOwn } from '../domain/index.ts';

/**
 * Tells the machine what time it is by the bus's server, as persons reckon it who give commands. What a life
 * was asked and did not answer, the next one is asked.
 */
export class WallClock implements Requests<AskWall, GuardOwn> {
  readonly #nowMs: () => Promise<number>;

  constructor({ bus, clock }: { readonly bus: Pick<Bus, 'serverMs'>; readonly clock: Pick<Clock, 'nowMs'> }) {
    this.#nowMs = () => sharedNowMs(bus, clock);
  }

  terms({ commandId }: AskWall): RequestTerms {
    return { key: commandId, priority: 0, effect: 'none', withdraws: false };
  }

  withdrawn(): readonly GuardOwn[] {
    return [];
  }

  carryOut({ commandId }: AskWall, ticket: Pick<Ticket<GuardOwn>, 'settle'>): void {
    void this.#nowMs().then((nowMs) =>
      ticket.settle([{ name: 'WallTold', body: { commandId, wallUs: nowMs * US_PER_MS } }]),
    );
  }
}
