import { WebSocket } from 'ws';
import type { AccountDesk } from '../binance-account/account-desk.ts';
import type { Asked } from '../binance-account/endpoint.ts';
import { Refused } from '../binance-account/refused.ts';
import { type Hearer, tell } from '../exchange/faulty-telling.ts';
import type { DialAnswer, ServerSocket } from '../exchange/stand-in-door.ts';
import type { UsdmEvent } from './usdm-events.ts';

const VALID_MS = 3_600_000;
const PING_EVERY_MS = 180_000;

interface Listener extends Hearer {
  readonly socket: ServerSocket;
  readonly listenKey: string;
  /** Undefined: all of them. */
  readonly events: ReadonlySet<string> | undefined;
  /** Frames that name their stream. */
  readonly isWrapped: boolean;
  isMuted: boolean;
}

/** The streams of accounts at the USD-M exchange: a key to listen with, and who listens. */
export class ListenKeys {
  readonly #desk: AccountDesk;
  readonly #keys = new Map<string, { readonly listenKey: string; untilMs: number }>();
  readonly #listeners = new Set<Listener>();
  readonly #stopPinging: () => void;
  #made = 0;
  /** Whether new connections are let in. */
  isOpen = true;
  /** Told of an event that nobody could hear, of a key whose hour is over, and of who begins to listen. */
  onUnheard: (event: { readonly e: string }) => void = () => {};
  onKeyOver: () => void = () => {};
  onListening: () => void = () => {};

  constructor(desk: AccountDesk) {
    this.#desk = desk;
    this.#stopPinging = desk.rules.clock.every(PING_EVERY_MS, () => {
      for (const { socket, isMuted } of this.#listeners) if (!isMuted) socket.ping();
    });
  }

  /** Gives a key, or the one that there is, and lets it live on. */
  readonly start = ({ account }: Asked): unknown => {
    this.tick();
    const known = this.#keys.get(account);
    const listenKey = known?.listenKey ?? `listenKey${String(++this.#made).padStart(55, '0')}`;
    this.#keys.set(account, { listenKey, untilMs: this.#nowMs + VALID_MS });
    return { listenKey };
  };

  readonly keepAlive = ({ account }: Asked): unknown => {
    this.tick();
    const known = this.#keys.get(account);
    if (known === undefined) throw new Refused(-1125, 'This listenKey does not exist.');
    known.untilMs = this.#nowMs + VALID_MS;
    return { listenKey: known.listenKey };
  };

  readonly stop = ({ account }: Asked): unknown => {
    this.#forget(account);
    return {};
  };

  /** Meets a dial of the path of accounts. Without `/private` a key is taken, and nothing ever comes. */
  dial(url: URL): DialAnswer | undefined {
    const [, route, form] = url.pathname.split('/');
    if (route !== 'private') return undefined;
    return this.isOpen ? (socket) => this.#open(socket, url, form ?? '') : 'cut';
  }

  /** Tells an account's event to all who listen with its key. */
  emit(account: string, event: UsdmEvent): void {
    const fault = this.#desk.faults.next(`event ${event.e}`);
    this.tick();
    const listenKey = this.#keys.get(account)?.listenKey;
    let isHeard = false;
    for (const listener of this.#listeners) {
      if (listener.listenKey !== listenKey || listener.events?.has(event.e) === false) continue;
      isHeard ||= !listener.isMuted && listener.socket.readyState === WebSocket.OPEN;
      tell(listener, this.#textOf(listener, event), fault);
    }
    if (!isHeard) this.onUnheard(event);
  }

  /** Ends the keys whose hour is over. */
  tick(): void {
    for (const [account, { untilMs }] of [...this.#keys]) {
      if (this.#nowMs < untilMs) continue;
      this.expire(account);
      this.onKeyOver();
    }
  }

  /** Ends a key as if its hour were over, and says so. */
  expire(account: string): void {
    const listenKey = this.#keys.get(account)?.listenKey;
    const event = { e: 'listenKeyExpired', E: Math.floor(this.#nowMs), listenKey };
    this.#keys.delete(account);
    for (const listener of this.#listeners)
      if (listener.listenKey === listenKey) listener.send(this.#textOf(listener, event));
  }

  /** Loses an account's key: who listens with it stays connected, and hears nothing any more. */
  lose(account: string): void {
    this.#keys.delete(account);
  }

  /** Cuts all connections without a word. */
  cut(): void {
    for (const { socket } of this.#listeners) socket.terminate();
  }

  /** Leaves all connections open and dead. */
  mute(): void {
    for (const listener of this.#listeners) listener.isMuted = true;
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  close(): void {
    this.#stopPinging();
    this.cut();
  }

  #forget(account: string): void {
    const listenKey = this.#keys.get(account)?.listenKey;
    this.#keys.delete(account);
    for (const listener of this.#listeners) if (listener.listenKey === listenKey) listener.socket.close();
  }

  #open(socket: ServerSocket, url: URL, form: string): void {
    const named = url.searchParams.get('events')?.split('/');
    const ofPath = url.pathname.split('/')[3];
    const listenKey = url.searchParams.get('listenKey') ?? ofPath ?? url.searchParams.get('streams') ?? '';
    const events = named === undefined ? undefined : new Set(named);
    const listener: Listener = {
      ...{ socket, listenKey, events, isWrapped: form === 'stream', isMuted: false, held: null },
      send: (text) => {
        if (!listener.isMuted && socket.readyState === WebSocket.OPEN) socket.send(text);
      },
    };
    this.#listeners.add(listener);
    if ([...this.#keys.values()].some((known) => known.listenKey === listenKey)) this.onListening();
    socket.on('error', () => socket.terminate());
    socket.on('close', () => this.#listeners.delete(listener));
  }

  #textOf({ isWrapped, listenKey }: Listener, event: object): string {
    return JSON.stringify(isWrapped ? { stream: listenKey, data: event } : event);
  }

  get #nowMs(): number {
    return this.#desk.rules.clock.nowMs();
  }
}
