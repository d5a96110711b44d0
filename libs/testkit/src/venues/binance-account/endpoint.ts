import type { ApiKey } from './api-keys.ts';
import type { Parameters } from './parameters.ts';

/** A request that has passed the desk. */
export interface Asked {
  readonly account: string;
  readonly key: ApiKey;
  readonly parameters: Parameters;
  /** As of when reads show the books: a slow one shows the past. *Units*: wall ms. */
  readonly viewMs: number;
}

/** What a request must prove: nothing, whose key it is, or that it is signed by a key that may do this. */
export type Security = 'NONE' | 'KEY' | 'USER_DATA' | 'TRADE';

/** One thing that may be asked of an exchange, over REST or the socket. */
export interface Endpoint {
  readonly security: Security;
  readonly weight: (parameters: Parameters) => number;
  /** Costs its weight only where it is refused. */
  readonly isFreeOnSuccess?: boolean;
  /** Whether answers tell how many orders were sent. */
  readonly countsOrders?: boolean;
  /** All parameters that it reads; undefined where it reads what it likes. */
  readonly known?: readonly string[];
  /** Returns the body. *Errors*: Refused. */
  readonly answer: (asked: Asked) => unknown;
}
