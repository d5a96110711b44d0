/** What an exchange answers. *Shape*: a text as body is sent as HTML, anything else as JSON. */
export interface Reply {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Before the exchange has done what was asked, or after it. */
export type FaultTime = 'before' | 'after';

/** What goes wrong with one request, or with one event of an account's stream. */
export type Fault =
  /** This comes back in place of the true answer. */
  | { readonly does: 'answer'; readonly at: FaultTime; readonly reply: Reply }
  /** Nothing comes back, the line is cut, or a proxy's page comes back. An event is lost. */
  | { readonly does: 'hang' | 'reset' | 'html'; readonly at: FaultTime }
  /** The request reaches the exchange twice, the first answer comes back. An event is told twice. */
  | { readonly does: 'duplicate' }
  /** The request waits before the exchange takes it, or its answer does. An event comes after the next. */
  | { readonly does: 'delay'; readonly at: FaultTime; readonly ms: number };

/** Which requests go wrong, by endpoint and by how many come before. */
export class FaultPlan {
  readonly #planned = new Map<string, Map<number, Fault>>();
  readonly #seen = new Map<string, number>();

  /** The `nth` request to an endpoint from now on goes wrong; 1 is the next. */
  set(endpoint: string, nth: number, fault: Fault): void {
    const planned = this.#planned.get(endpoint) ?? new Map<number, Fault>();
    planned.set((this.#seen.get(endpoint) ?? 0) + nth, fault);
    this.#planned.set(endpoint, planned);
  }

  /** Counts a request. Returns what goes wrong with it. */
  next(endpoint: string): Fault | undefined {
    const nth = (this.#seen.get(endpoint) ?? 0) + 1;
    this.#seen.set(endpoint, nth);
    const planned = this.#planned.get(endpoint);
    const fault = planned?.get(nth);
    planned?.delete(nth);
    return fault;
  }
}
