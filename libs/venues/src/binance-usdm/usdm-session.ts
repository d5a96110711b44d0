import type { AccountLink } from '../binance/account-link.ts';
import type { AccountSession, SessionHearer } from '../binance/account-stream.ts';
import { isTurnedAway } from '../binance/errors.ts';
import { retryAfterOf } from '../binance/request-budget.ts';
import { type Row, rowOf, textOf } from '../binance/rows.ts';
import { type SocketHearer, StreamSocket } from '../binance/socket.ts';
import { bodyIn, verdictOf } from '../binance/verdict.ts';

/** The venue pings every three minutes; after two of them without a sign a connection is dead. */
const HEARTBEAT_MS = 180_000;
const OPEN_MAX_MS = 20_000;
/** A key to listen with lives for an hour. */
const KEEP_EVERY_MS = 30 * 60_000;
const PATH = '/fapi/v1/listenKey';

/** One connection to the private streams of USD-M, with a key to listen that is kept alive. */
export class UsdmSession implements AccountSession {
  readonly #link: AccountLink;
  readonly #on: SessionHearer;
  readonly #beganMs: number;
  #socket: StreamSocket | undefined;
  #keptMs: number;
  #isOver = false;
  subscribedMs: number | undefined;

  constructor(link: AccountLink, on: SessionHearer) {
    this.#link = link;
    this.#on = on;
    this.#beganMs = link.parts.clock.monotonicMs();
    this.#keptMs = this.#beganMs;
    void this.#begin();
  }

  look(nowMs: number): void {
    if (this.subscribedMs === undefined) {
      if (nowMs - this.#beganMs >= OPEN_MAX_MS) this.#end(`not connected within ${OPEN_MAX_MS} ms`);
      return;
    }
    if (nowMs - (this.#socket?.heardMs ?? nowMs) >= 2 * HEARTBEAT_MS)
      this.#end(`silent for ${2 * HEARTBEAT_MS} ms`);
    else if (nowMs - this.#keptMs >= KEEP_EVERY_MS) {
      this.#keptMs = nowMs;
      void this.#key('PUT').catch((error: Error) => this.#end(error.message));
    }
  }

  abandon(): void {
    this.#isOver = true;
    this.#socket?.abandon();
  }

  async #begin(): Promise<void> {
    try {
      const listenKey = await this.#key('POST');
      if (!this.#isOver) this.#dial(listenKey);
    } catch (error) {
      this.#end((error as Error).message);
    }
  }

  async #key(method: 'POST' | 'PUT'): Promise<string> {
    const call = {
      method,
      path: PATH,
      parameters: {},
      weight: 1,
      purpose: 'guard',
      isUnsigned: true,
    } as const;
    const answer = await this.#link.http.ask(call);
    if (answer.type === 'too late') throw new Error('too late');
    if (answer.type !== 'answered') throw new Error(answer.reason);
    const { status, text, retryAfterS } = answer;
    if (status === 200) return textOf(rowOf(bodyIn(text)), 'listenKey');
    throw new Error(`refused: ${verdictOf(this.#link.market.table, status, text, retryAfterS).reason}`);
  }

  #dial(listenKey: string): void {
    const nowMs = () => this.#link.parts.clock.monotonicMs();
    const url = `${this.#link.parts.socketUrl.replace(/\/$/, '')}/private/ws?listenKey=${listenKey}`;
    const hearer: SocketHearer = {
      open: () => {
        if (this.#isOver) return;
        this.subscribedMs = nowMs();
        this.#on.subscribed(this);
      },
      frame: (_socket, text) => this.#frame(text),
      end: (_socket, { reason, status = 0, retryAfter }) => {
        if (isTurnedAway(status)) this.#link.budget.refused(retryAfterOf(retryAfter), nowMs());
        this.#end(reason);
      },
    };
    this.#socket = new StreamSocket(url, nowMs, hearer, this.#link.transport);
  }

  #frame(text: string): void {
    if (this.#isOver) return;
    try {
      this.#on.event(this, rowOf(bodyIn(text)) as Row);
    } catch (error) {
      // What it was is not known, so that something may have been missed: all is read anew.
      this.#end(`an event can not be read: ${(error as Error).message}`);
    }
  }

  #end(reason: string): void {
    if (this.#isOver) return;
    this.abandon();
    this.#on.ended(this, reason);
  }
}
