import type { AccountLink } from '../binance/account-link.ts';
import type { AccountSession, SessionHearer } from '../binance/account-stream.ts';
import { signedParams } from '../binance/api-key.ts';
import { isTurnedAway } from '../binance/errors.ts';
import { retryAfterOf } from '../binance/request-budget.ts';
import { type Row, rowOf } from '../binance/rows.ts';
import { type SocketHearer, StreamSocket } from '../binance/socket.ts';
import { bodyIn, errorIn } from '../binance/verdict.ts';

/** The venue pings every 20 s; after two of them without a sign a connection is dead. */
export const HEARTBEAT_MS = 20_000;
/** What it costs to dial and to subscribe. */
const WEIGHT = 4;
const [LOGON, SUBSCRIBE, PING] = [1, 2, 3] as const;

/**
 * One connection to the WebSocket API that tells what happens in the account, from its dial to its end. An
 * Ed25519 key logs on; an HMAC key signs its subscription.
 */
export class SpotSession implements AccountSession {
  readonly #link: AccountLink;
  readonly #on: SessionHearer;
  readonly #socket: StreamSocket;
  #isOver = false;
  /** When it began to tell; undefined before. *Units*: monotonic ms. */
  subscribedMs: number | undefined;

  private constructor(link: AccountLink, on: SessionHearer) {
    this.#link = link;
    this.#on = on;
    const nowMs = () => link.parts.clock.monotonicMs();
    const hearer: SocketHearer = {
      open: () => void this.#begin(),
      frame: (_socket, text) => this.#frame(text),
      end: (_socket, { reason, status = 0, retryAfter }) => {
        if (isTurnedAway(status)) link.budget.refused(retryAfterOf(retryAfter), nowMs());
        this.#end(reason);
      },
    };
    this.#socket = new StreamSocket(link.parts.socketUrl, nowMs, hearer, link.transport);
  }

  /** Dials. Returns undefined while the venue wants to be left alone, or the budget is used up. */
  static dial(link: AccountLink, on: SessionHearer): SpotSession | undefined {
    const waitMs = link.budget.take(WEIGHT, link.parts.clock.monotonicMs(), 'guard');
    return waitMs > 0 ? undefined : new SpotSession(link, on);
  }

  /**
   * Asks for a sign of life where none came for a heartbeat, and ends where none comes for another, or where
   * it does not even begin to tell. Asking first keeps one that only seems silent because this process was
   * held up.
   */
  look(nowMs: number): void {
    const { dialledMs, heardMs, askedMs } = this.#socket;
    if (this.subscribedMs === undefined && nowMs - dialledMs >= HEARTBEAT_MS)
      this.#end(`not subscribed within ${HEARTBEAT_MS} ms`);
    else if (askedMs !== undefined && nowMs - askedMs >= HEARTBEAT_MS)
      this.#end(`silent for ${2 * HEARTBEAT_MS} ms`);
    else if (this.subscribedMs !== undefined && askedMs === undefined && nowMs - heardMs >= HEARTBEAT_MS)
      this.#socket.ask(JSON.stringify({ id: PING, method: 'ping' }));
  }

  /** Ends it from our side, without a word. */
  abandon(): void {
    this.#isOver = true;
    this.#socket.abandon();
  }

  async #begin(): Promise<void> {
    const { key } = this.#link.parts;
    try {
      await this.#link.time.ready();
    } catch (error) {
      this.#end((error as Error).message);
      return;
    }
    if (key.kind === 'ed25519') this.#send(LOGON, 'session.logon', true);
    else this.#send(SUBSCRIBE, 'userDataStream.subscribe.signature', true);
  }

  #send(id: number, method: string, isSigned: boolean): void {
    const timestamp = `${Math.floor(this.#link.time.nowMs() ?? 0)}`;
    const params = isSigned ? { params: signedParams({ timestamp }, this.#link.parts.key) } : {};
    this.#socket.send(JSON.stringify({ id, method, ...params }));
  }

  #frame(text: string): void {
    if (this.#isOver) return;
    const frame = (bodyIn(text) ?? {}) as Row;
    if (frame.event !== undefined) this.#event(frame.event);
    else if (frame.status === 200) this.#answered(frame.id);
    else if (frame.status !== undefined) this.#refused(frame);
    else this.#end('it told something that can not be read');
  }

  #event(event: unknown): void {
    try {
      this.#on.event(this, rowOf(event));
    } catch (error) {
      // What it was is not known, so that something may have been missed: all is read anew.
      this.#end(`an event can not be read: ${(error as Error).message}`);
    }
  }

  #answered(id: unknown): void {
    if (id === LOGON) this.#send(SUBSCRIBE, 'userDataStream.subscribe', false);
    if (id !== SUBSCRIBE || this.subscribedMs !== undefined) return;
    this.subscribedMs = this.#link.parts.clock.monotonicMs();
    this.#on.subscribed(this);
  }

  #refused({ status, error }: Row): void {
    const known = errorIn(error);
    const nowMs = this.#link.parts.clock.monotonicMs();
    if (isTurnedAway(Number(status))) {
      const { retryAfter, serverTime } = ((error as Row | undefined)?.data ?? {}) as Row;
      const restS = Math.ceil((Number(retryAfter) - Number(serverTime)) / 1_000);
      this.#link.budget.refused(Number.isFinite(restS) ? restS : undefined, nowMs);
    }
    if (known?.code === -1021) void this.#link.time.measure();
    this.#end(
      `refused: ${known === undefined ? `status ${String(status)}` : `${known.msg} (${known.code})`}`,
    );
  }

  #end(reason: string): void {
    if (this.#isOver) return;
    this.abandon();
    this.#on.ended(this, reason);
  }
}
