import type { AccountAnswer, AccountCall } from './account-http.ts';

/** How the venue is told whose key it is. */
export const AUTHORITY = 'X-MBX-APIKEY';

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

/** A way on which requests go to the venue and come back. *Shape*: nothing goes out twice, none rejects. */
export interface AccountWire extends AsyncDisposable {
  readonly name: string;
  /** Gets ready before it is needed, where that takes a while. *Errors*: none; the first request tells. */
  ready(): Promise<void>;
  send(call: AccountCall, at: AskedAt): Promise<WireAnswer>;
}
