/** A request as it reached a stand-in. *Shape*: `url` is path and query; header names in small letters. */
export interface HeardRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
  /** Where it came from. */
  readonly address: string;
}

/** An answer as it goes on the wire. */
export interface SentReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** Null: nothing ever goes back. `reset`: the line is cut. */
export type HeardAnswer = SentReply | 'reset' | null;

/** One WebSocket as the stand-in has it. *Shape*: a part of the class of `ws`. */
export interface ServerSocket {
  readonly readyState: number;
  on(event: 'message', hear: (data: { toString(): string }) => void): unknown;
  on(event: 'pong' | 'close', hear: () => void): unknown;
  on(event: 'error', hear: (error: Error) => void): unknown;
  send(text: string): void;
  ping(): void;
  close(): void;
  terminate(): void;
}

/** How a dial is met: cut without a word, or taken. */
export type DialAnswer = 'cut' | ((socket: ServerSocket, address: string) => void);

/** What answers before the market does; undefined where something is not its own. */
export interface StandInDesk {
  readonly reply: (request: HeardRequest) => Promise<HeardAnswer> | undefined;
  readonly dial: (url: URL) => DialAnswer | undefined;
}
