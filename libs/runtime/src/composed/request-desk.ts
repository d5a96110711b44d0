import type { OwnInput, Requests, RequestTerms } from '@algo/bus';

interface Pending<Request> {
  readonly request: Request;
  readonly terms: RequestTerms;
  state: 'waits' | 'under way' | 'left' | 'over';
}

/** Requests of one machine that aren't settled, at most. */
const PENDING_MAX = 1_000_000;

/**
 * Has a machine's requests carried out in one process: those of one key in their order, all others at
 * once. It outlives the machine: what is under way finds the machine that was made anew.
 */
export class RequestDesk<Request, Own extends OwnInput> {
  readonly #requests: Requests<Request, Own>;
  readonly #tell: (input: Own) => void;
  /** By key, in the order of asking; the first is under way. */
  readonly #lanes = new Map<string, Pending<Request>[]>();
  #pending = 0;

  /** `tell` hands the machine what came of a request. */
  constructor(requests: Requests<Request, Own>, tell: (input: Own) => void) {
    this.#requests = requests;
    this.#tell = tell;
  }

  ask(request: Request): void {
    const terms = this.#requests.terms(request);
    const lane = this.#lanes.get(terms.key) ?? [];
    if (terms.withdraws) {
      const earlier = lane.find(({ state }) => state === 'waits' || state === 'under way');
      if (earlier !== undefined) {
        this.#end(earlier, this.#requests.withdrawn(earlier.request));
        return;
      }
    }
    if (++this.#pending > PENDING_MAX) throw new Error(`more than ${PENDING_MAX} requests are not settled`);
    this.#lanes.set(terms.key, lane);
    lane.push({ request, terms, state: 'waits' });
    if (lane.length === 1) this.#begin(lane[0]!);
  }

  #begin(pending: Pending<Request>): void {
    // A question has left when it is asked; what must be on disk first says itself when it leaves.
    pending.state = pending.terms.effect === 'once' ? 'under way' : 'left';
    this.#requests.carryOut(pending.request, {
      past: 'never sent',
      leave(go) {
        const mayGo = pending.state === 'under way';
        if (mayGo) pending.state = 'left';
        go(mayGo);
      },
      settle: (outcomes) => this.#end(pending, outcomes),
    });
  }

  #end(pending: Pending<Request>, outcomes: readonly Own[]): void {
    if (pending.state === 'over') return;
    pending.state = 'over';
    this.#pending--;
    for (const outcome of outcomes) this.#tell(outcome);
    const lane = this.#lanes.get(pending.terms.key)!;
    const place = lane.indexOf(pending);
    lane.splice(place, 1);
    if (lane.length === 0) this.#lanes.delete(pending.terms.key);
    else if (place === 0) this.#begin(lane[0]!);
  }
}
