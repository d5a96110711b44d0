import type { Clock, Requests, RequestTerms, Ticket } from '@algo/bus';
import { type AskWall, US_PER_MS } from '@algo/model';
import type { GuardOwn } from '../domain/index.ts';

/** Tells the machine what time it is. What a life was asked and did not answer, the next one is asked. */
export class WallClock implements Requests<AskWall, GuardOwn> {
  readonly #clock: Pick<Clock, 'nowMs'>;

  constructor(clock: Pick<Clock, 'nowMs'>) {
    this.#clock = clock;
  }

  terms({ commandId }: AskWall): RequestTerms {
    return { key: commandId, priority: 0, effect: 'none', withdraws: false };
  }

  withdrawn(): readonly GuardOwn[] {
    return [];
  }

  carryOut({ commandId }: AskWall, ticket: Pick<Ticket<GuardOwn>, 'settle'>): void {
    ticket.settle([{ name: 'WallTold', body: { commandId, wallUs: this.#clock.nowMs() * US_PER_MS } }]);
  }
}
