import { WebSocket } from 'ws';
import { type Hearer, tell } from '../exchange/faulty-telling.ts';
import type { DialAnswer, ServerSocket } from '../exchange/stand-in-door.ts';
import type { AccountDesk, DeskAnswer } from './account-desk.ts';
import type { ApiKey } from './api-keys.ts';
import type { Endpoint } from './endpoint.ts';
import { Parameters } from './parameters.ts';
import { Refused } from './refused.ts';
import { SESSION_ENDPOINTS } from './session-endpoints.ts';
import { socketPayload } from './signed-text.ts';

const PING_EVERY_MS = 20_000;

/** One connection to the WebSocket API. */
interface Session extends Hearer {
  readonly socket: ServerSocket;
  readonly connectedMs: number;
  readonly tellsLimits: boolean;
  readonly address: string;
  key: ApiKey | null;
  loggedOnMs: number | null;
  readonly subscriptions: Map<number, { readonly account: string; readonly isOfLogon: boolean }>;
  nextSubscription: number;
  /** Open for the client, dead in truth. */
  isMuted: boolean;
  hasAnsweredPing: boolean;
}

/** What a request over the socket looks like. */
interface SocketRequest {
  readonly id: string | number | null;
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** Where a WebSocket API is, and what may be asked there. */
export interface SocketApi {
  readonly path: string;
  readonly endpoints: Readonly<Record<string, Endpoint>>;
  /** Whether streams of accounts are subscribed to here. */
  readonly hasStreams: boolean;
  readonly usedWeight: () => number;
}

/** A WebSocket API of the exchange: requests, logons, and where there are any the streams of accounts. */
export class SocketSessions {
  readonly #desk: AccountDesk;
  readonly #endpoints: Readonly<Record<string, Endpoint>>;
  readonly #api: SocketApi;
  readonly #sessions = new Set<Session>();
  readonly #stopPinging: () => void;
  /** Whether new connections are let in. */
  isOpen = true;
  /** Told of an event that nobody could hear, and of who begins to listen. */
  onUnheard: (event: { readonly e: string }) => void = () => {};
  onListening: () => void = () => {};

  constructor(desk: AccountDesk, api: SocketApi) {
    this.#desk = desk;
    this.#api = api;
    const isHere = (name: string) => api.hasStreams || !name.startsWith('userDataStream');
    const ofSession = Object.entries(SESSION_ENDPOINTS).filter(([name]) => isHere(name));
    this.#endpoints = { ...api.endpoints, ...Object.fromEntries(ofSession) };
    this.#stopPinging = desk.rules.clock.every(PING_EVERY_MS, () => this.#ping());
  }

  /** Meets a dial; undefined where the path is not of this API. */
  dial(url: URL): DialAnswer | undefined {
    if (url.pathname !== this.#api.path) return undefined;
    return this.isOpen ? (socket, address) => this.#open(socket, url, address) : 'cut';
  }

  /** Tells an account's event to all who have subscribed to it. */
  emit(account: string, event: { readonly e: string }): void {
    const fault = this.#desk.faults.next(`event ${event.e}`);
    let isHeard = false;
    for (const session of this.#sessions)
      for (const [subscriptionId, { account: of }] of session.subscriptions) {
        if (of !== account) continue;
        isHeard ||= !session.isMuted && session.socket.readyState === WebSocket.OPEN;
        tell(session, JSON.stringify({ subscriptionId, event }), fault);
      }
    if (!isHeard) this.onUnheard(event);
  }

  /** Says to everybody that the server goes away. */
  announceShutdown(): void {
    const event = { e: 'serverShutdown', E: Math.floor(this.#desk.rules.clock.nowMs()) };
    for (const session of this.#sessions) session.send(JSON.stringify({ event }));
  }

  /** Cuts all connections without a word. */
  cut(): void {
    for (const { socket } of this.#sessions) socket.terminate();
  }

  /** Leaves all connections open and dead. */
  mute(): void {
    for (const session of this.#sessions) session.isMuted = true;
  }

  /** How many connections are open, and how many streams of accounts over them. */
  get counts(): { readonly sessions: number; readonly subscriptions: number } {
    const streams = [...this.#sessions].reduce((sum, { subscriptions }) => sum + subscriptions.size, 0);
    return { sessions: this.#sessions.size, subscriptions: streams };
  }

  close(): void {
    this.#stopPinging();
    this.cut();
  }

  #ping(): void {
    for (const session of this.#sessions) {
      if (session.isMuted) continue;
      if (!session.hasAnsweredPing) session.socket.terminate();
      session.hasAnsweredPing = false;
      session.socket.ping();
    }
  }

  #open(socket: ServerSocket, url: URL, address: string): void {
    const { rules } = this.#desk;
    rules.take(2);
    const session: Session = {
      ...{ socket, connectedMs: Math.floor(rules.clock.nowMs()), key: null, loggedOnMs: null },
      tellsLimits: url.searchParams.get('returnRateLimits') !== 'false',
      address,
      send: (text) => {
        if (!session.isMuted && socket.readyState === WebSocket.OPEN) socket.send(text);
      },
      ...{ subscriptions: new Map(), nextSubscription: 0, isMuted: false, hasAnsweredPing: true, held: null },
    };
    this.#sessions.add(session);
    socket.on('error', () => socket.terminate());
    socket.on('pong', () => {
      session.hasAnsweredPing = true;
    });
    socket.on('close', () => this.#sessions.delete(session));
    socket.on('message', (data) => void this.#take(session, String(data)));
  }

  async #take(session: Session, text: string): Promise<void> {
    if (session.isMuted) return;
    const request = requestIn(text);
    if (request === undefined) {
      // unverified: the words for a frame that is no request.
      this.#answer(session, null, { status: 400, body: new Refused(-1135, 'Invalid JSON Request').body });
      return;
    }
    // A version may stand before the name.
    const name = request.method.replace(/^v\d\//, '');
    const endpoint = this.#endpoints[request.method] ?? this.#endpoints[name];
    if (endpoint === undefined) {
      // unverified: the code for a method that does not exist.
      const body = new Refused(-1020, 'This operation is not supported.').body;
      this.#answer(session, request.id, { status: 400, body });
      return;
    }
    const answer = await this.#desk.ask({ ...this.#signed(session, request), name, endpoint, via: 'socket' });
    if (answer === 'reset') session.socket.terminate();
    else if (answer !== null)
      this.#answer(session, request.id, this.#finished(session, name, answer, request));
  }

  /** Whose request it is: of the key that it names, or else of the one that is logged on. */
  #signed(session: Session, { params }: SocketRequest) {
    const texts = new Map(
      Object.entries(params)
        .filter(([name]) => name !== 'returnRateLimits')
        .map(([name, value]) => [name, typeof value === 'object' ? JSON.stringify(value) : String(value)]),
    );
    const named = texts.get('apiKey');
    const apiKey = named ?? session.key?.apiKey;
    const isLoggedOn = named === undefined && session.key !== null;
    const payload = isLoggedOn ? null : socketPayload(texts);
    return { parameters: new Parameters(texts), apiKey, payload, address: session.address };
  }

  /** Does what the desk can't: it knows no sessions. */
  #finished(
    session: Session,
    name: string,
    answer: Exclude<DeskAnswer, 'reset' | null>,
    request: SocketRequest,
  ): Exclude<DeskAnswer, 'reset' | null> {
    if (answer.status !== 200 || SESSION_ENDPOINTS[name] === undefined) return answer;
    try {
      return { ...answer, body: this.#onSession(session, name, answer.body, request) };
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return error.reply;
    }
  }

  #onSession(session: Session, name: string, key: unknown, { params }: SocketRequest): unknown {
    const nowMs = Math.floor(this.#desk.rules.clock.nowMs());
    switch (name) {
      case 'time':
        return { serverTime: nowMs };
      case 'ping':
        return {};
      case 'session.logon': {
        const logged = key as ApiKey;
        // unverified: the refusal of a key of another kind; only that Ed25519 alone may log on is documented.
        if (logged.proof.kind !== 'ed25519')
          throw new Refused(-4056, 'HMAC_SHA256 API key is not supported.');
        [session.key, session.loggedOnMs] = [logged, nowMs];
        return statusOf(session, nowMs);
      }
      case 'session.logout':
        [session.key, session.loggedOnMs] = [null, null];
        this.#unsubscribe(session, ({ isOfLogon }) => isOfLogon);
        return statusOf(session, nowMs);
      case 'session.status':
        return statusOf(session, nowMs);
      case 'session.subscriptions':
        return [...session.subscriptions.keys()].map((subscriptionId) => ({ subscriptionId }));
      case 'userDataStream.unsubscribe': {
        const wanted = params.subscriptionId;
        if (wanted !== undefined && !session.subscriptions.has(Number(wanted)))
          throw new Refused(-2036, 'User Data Stream subscription not active.');
        this.#unsubscribe(session, (_, id) => wanted === undefined || id === Number(wanted));
        return {};
      }
      default:
        return this.#subscribe(session, (key as ApiKey).account, name === 'userDataStream.subscribe');
    }
  }

  #subscribe(session: Session, account: string, isOfLogon: boolean): unknown {
    if (isOfLogon && session.key === null)
      throw new Refused(-2015, 'Invalid API-key, IP, or permissions for action.', 401);
    if ([...session.subscriptions.values()].some((other) => other.account === account))
      throw new Refused(-2035, 'User Data Stream subscription already active.');
    const subscriptionId = session.nextSubscription++;
    session.subscriptions.set(subscriptionId, { account, isOfLogon });
    this.onListening();
    return { subscriptionId };
  }

  #unsubscribe(
    session: Session,
    which: (subscription: { readonly isOfLogon: boolean }, id: number) => boolean,
  ): void {
    const event = { e: 'eventStreamTerminated', E: Math.floor(this.#desk.rules.clock.nowMs()) };
    for (const [subscriptionId, subscription] of [...session.subscriptions]) {
      if (!which(subscription, subscriptionId)) continue;
      session.subscriptions.delete(subscriptionId);
      session.send(JSON.stringify({ subscriptionId, event }));
    }
  }

  #answer(
    session: Session,
    id: SocketRequest['id'],
    { status, body, headers }: Exclude<DeskAnswer, 'reset' | null>,
  ): void {
    if (typeof body === 'string') {
      session.send(body);
      return;
    }
    const retryS = headers?.['Retry-After'];
    const serverTime = Math.floor(this.#desk.rules.clock.nowMs());
    const later = { serverTime, retryAfter: serverTime + Number(retryS) * 1_000 };
    const error = retryS === undefined ? body : { ...(body as object), data: later };
    const content = status === 200 ? { result: body } : { error };
    const limits = session.tellsLimits ? { rateLimits: this.#limits(session, headers) } : {};
    session.send(JSON.stringify({ id, status, ...content, ...limits }));
  }

  /** An answer about an order tells how many were sent, whoever sent it. */
  #limits({ key }: Session, headers: Readonly<Record<string, string>> = {}): unknown[] {
    const { counts, weightMax, clock } = this.#desk.rules;
    const told = Object.entries(headers).filter(([name]) => name.startsWith('X-MBX-ORDER-COUNT'));
    const ofKey = key === null ? [] : counts.counts(key.account, clock.nowMs());
    const used = told.length > 0 ? told.map(([, count]) => Number(count)) : ofKey;
    const orders = used.map((count, i) => ({ rateLimitType: 'ORDERS', ...counts.limits[i], count }));
    const minute = { rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1 };
    return [...orders, { ...minute, limit: weightMax, count: this.#api.usedWeight() }];
  }
}

function statusOf(session: Session, serverTime: number): unknown {
  return {
    ...{ apiKey: session.key?.apiKey ?? null, authorizedSince: session.loggedOnMs },
    ...{ connectedSince: session.connectedMs, returnRateLimits: session.tellsLimits, serverTime },
    userDataStream: session.subscriptions.size > 0,
  };
}

function requestIn(text: string): SocketRequest | undefined {
  try {
    const { id = null, method, params = {} } = JSON.parse(text) as Partial<SocketRequest>;
    return typeof method === 'string' ? { id, method, params } : undefined;
  } catch {
    return undefined;
  }
}
