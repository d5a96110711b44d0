import type { Parameters } from './api-key.ts';
import type { Purpose } from './request-budget.ts';

/** How the venue is told whose key it is. */
export const AUTHORITY = 'X-MBX-APIKEY';

/** The venue gives up on its own engine after 10 s, and says so. */
export const ANSWER_MAX_MS = 12_000;
/** Behind a connection that did not come about. */
export const UNREACHED_MS = 1_000;

/** A request. *Shape*: `isOrder` where it makes an order; unsigned where `isPublic`. */
export interface AccountCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly parameters: Parameters;
  readonly weight: number;
  readonly purpose: Purpose;
  readonly isOrder?: boolean;
  readonly isPublic?: boolean;
  /** The key is named, and nothing is signed. */
  readonly isUnsigned?: boolean;
  /** Monotonic moment from which on it must not leave. */
  readonly sendByMs?: number;
  /** How long the venue wants no request yet, asked as its bytes would leave: it may have said so since. */
  readonly pausedMs?: () => number;
  /** Told when its bytes are handed to the connection. */
  readonly left?: (() => void) | undefined;
}

/** What came of a request. `not sent`: surely no byte of it left. `lost`: it may have arrived. */
export type AccountAnswer =
  | {
      readonly type: 'answered';
      readonly status: number;
      readonly text: string;
      readonly retryAfterS: number | undefined;
    }
  | {
      readonly type: 'not sent';
      readonly reason: string;
      readonly retryAfterMs: number;
      /** The venue wants none: nothing is wrong with the way. */
      readonly isHeldBack?: true;
    }
  | { readonly type: 'too late'; readonly lateMs: number }
  | { readonly type: 'lost'; readonly reason: string };

/** The venue's time of a request, and how long it is good behind it, as they are sent. */
export interface AskedAt {
  readonly recvWindow: string;
  readonly timestamp: string;
}

export type WireHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** What came of a request, with the headers of an answer. */
export interface WireAnswer {
  readonly answer: AccountAnswer;
  readonly headers: WireHeaders;
}

/** Returns what came of a request that the venue wants not to be asked for so long. */
export function heldBack(pausedMs: number): AccountAnswer {
  const restMs = Math.ceil(pausedMs);
  const reason = `the venue wants no request for ${restMs} ms`;
  return { type: 'not sent', reason, retryAfterMs: restMs, isHeldBack: true };
}

/** A way on which requests go to the venue and come back. *Shape*: nothing goes out twice, none rejects. */
export interface AccountWire extends AsyncDisposable {
  readonly name: string;
  /** Gets ready before it is needed, where that takes a while. *Errors*: none; the first request tells. */
  ready(): Promise<void>;
  send(call: AccountCall, at: AskedAt): Promise<WireAnswer>;
}
