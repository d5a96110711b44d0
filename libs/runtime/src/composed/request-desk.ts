import type { OwnInput, Requests, RequestTerms } from '@algo/bus';

interface Pending<Request> {
  readonly request: Request;
  readonly terms: RequestTerms;
  state: 'waits' | 'under way' | 'left' | 'over';
}

/** Requests of one key, in the order of asking: the first is under way. */
interface KeyLane<Request> {
  readonly pending: Pending<Request>[];
  /** True while requests begin, so that one that ends at once doesn't begin the next one inside itself. */
  isBeginning: boolean;
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
  readonly #lanes = new Map<string, KeyLane<Request>>();
  #pending = 0;

  /** `tell` hands the machine what came of a request. */
  constructor(requests: Requests<Request, Own>, tell: (input: Own) => void) {
    this.#requests = requests;
    this.#tell = tell;
  }

  ask(request: Request): void {
    const terms = this.#requests.terms(request);
    const lane = this.#lanes.get(terms.key) ?? { pending: [], isBeginning: false };
    if (terms.withdraws) {
      const earlier = lane.pending.find(({ state }) => state === 'waits' || state === 'under way');
      if (earlier !== undefined) {
        this.#end(earlier, this.#requests.withdrawn(earlier.request));
        return;
      }
    }
    if (++this.#pending > PENDING_MAX) throw new Error(`more than ${PENDING_MAX} requests are not settled`);
    this.#lanes.set(terms.key, lane);
    lane.pending.push({ request, terms, state: 'waits' });
    this.#beginIn(lane);
  }

  #beginIn(lane: KeyLane<Request>): void {
    if (lane.isBeginning) return;
    lane.isBeginning = true;
    while (lane.pending[0]?.state === 'waits') this.#begin(lane.pending[0]);
    lane.isBeginning = false;
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
    if (lane.pending[0] === pending) lane.pending.shift();
    else lane.pending.splice(lane.pending.indexOf(pending), 1);
    if (lane.pending.length === 0) this.#lanes.delete(pending.terms.key);
    else this.#beginIn(lane);
  }
}
