import { FAMILIES, familyOf, inboxPrefix, STREAMS, type StreamName } from '@algo/contracts';
import { createInbox, type Msg, type MsgHdrs } from '@nats-io/transport-node';
import { type Clock, type OutboundMessage, PublishFailedError, type Stored } from './bus.ts';
import { writeHeaders } from './headers.ts';

/** An answer of the server. */
export type Ack = Pick<Msg, 'subject' | 'data' | 'string'>;

/** What a publisher needs of a connection. */
export interface AckWire {
  subscribe(subject: string, how: { callback(error: Error | null, ack: Ack): void }): unknown;
  publish(subject: string, data: Uint8Array, how: { reply: string; headers: MsgHdrs }): void;
  isClosed(): boolean;
  isDraining(): boolean;
}

/**
 * How far one stream has come with what it was sent: it answers in that order, so that only what was passed
 * over is lost, and the rest may wait there, however long its disk takes.
 */
interface Progress {
  readonly isMarket: boolean;
  ackedMs: number;
  /** Of what was sent once, whose answer leaves no doubt: number of the last that is stored. */
  stored: number;
}

interface InFlight {
  readonly message: OutboundMessage;
  readonly progress: Progress;
  readonly done: (result: Stored | Error) => void;
  sentMs: number;
  /** Which of all that was sent it was last. */
  sent: number;
  firstSentMs: number;
  attempts: number;
  /** What the server said last, for the error that ends its patience. */
  trouble: string;
}

/**
 * Bounds of the publisher. `patienceMs` covers a restart
 * or a leader election of the server with room to spare.
 */
export interface PublisherOptions {
  readonly window: number;
  readonly ackTimeoutMs: number;
  readonly patienceMs: number;
}

export const PUBLISHER_DEFAULTS: PublisherOptions = { window: 1024, ackTimeoutMs: 1_500, patienceMs: 60_000 };

/** Well inside the server's duplicate window: what is older is not sent again, it could be stored twice. */
const RESEND_MAX_MS = 60_000;
/** What acknowledged messages may weigh that are kept to be sent again: a batch of trades may be 300 KB. */
const ACKED_BYTES_MAX = 16 * 1024 * 1024;
const STORED_PREFIX = 0x73; // the "s" of {"stream": an ack that stored begins so

/**
 * Publishes with one wildcard subscription for all PubAcks instead of a promise, a timer and a mux entry for
 * each (npm run bench -- publish). Retries with the same id until the server has it or patience ends; a
 * server that restarts in between sees one copy.
 */
export class AckPublisher implements AsyncDisposable {
  readonly #nc: AckWire;
  readonly #identity: string;
  readonly #clock: Clock;
  readonly #options: PublisherOptions;
  readonly #inbox: string;
  readonly #inFlight = new Map<number, InFlight>();
  /**
   * Acknowledged market messages, one window of them at most: a machine
   * that goes down forgets what it had not flushed yet.
   */
  readonly #acked = new Map<number, InFlight>();
  #ackedBytes = 0;
  readonly #progress = new Map<StreamName | undefined, Progress>();
  #next = 1;
  #sent = 0;
  #roomWaiters: (() => void)[] = [];
  #emptyWaiters: (() => void)[] = [];
  /** Why the first message that could not be stored was not. */
  #failure: PublishFailedError | undefined;
  readonly #sweep: NodeJS.Timeout;
  #troubles = 0;
  #closed = false;

  constructor(nc: AckWire, identity: string, clock: Clock, options: PublisherOptions = PUBLISHER_DEFAULTS) {
    this.#nc = nc;
    this.#identity = identity;
    this.#clock = clock;
    this.#options = options;
    this.#inbox = createInbox(inboxPrefix(identity));
    nc.subscribe(`${this.#inbox}.*`, { callback: (error, msg) => this.#onAck(error, msg) });
    this.#sweep = setInterval(() => this.#retryOverdue(), 100);
    this.#sweep.unref();
  }

  /** How many publishes had to be sent again. */
  get retries(): number {
    return this.#troubles;
  }

  publish(message: OutboundMessage): Promise<Stored> {
    return new Promise((resolve, reject) =>
      this.say(message, (result) => (result instanceof Error ? reject(result) : resolve(result))),
    );
  }

  say(message: OutboundMessage, done: (result: Stored | Error) => void): void {
    if (this.#closed) {
      done(this.#failed(closedBefore(message)));
      return;
    }
    const now = this.#clock.nowMs();
    const entry: InFlight = {
      ...{ message, progress: this.#progressOf(message), done },
      ...{ sentMs: now, sent: 0, firstSentMs: now },
      attempts: 0,
      trouble: 'no acknowledgement',
    };
    const number = this.#next++;
    this.#inFlight.set(number, entry);
    this.#send(number, entry);
  }

  ready(): Promise<void> {
    if (this.#inFlight.size < this.#options.window) return Promise.resolve();
    return new Promise((resolve) => this.#roomWaiters.push(resolve));
  }

  async flush(): Promise<void> {
    if (this.#inFlight.size > 0) await new Promise<void>((resolve) => this.#emptyWaiters.push(resolve));
    // Nothing is under way, and yet not everything is stored: who saves how far it came must not save this.
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** The server does not let this user publish there; trying again changes nothing. */
  refuse(subject: string): void {
    for (const [number, entry] of this.#inFlight) {
      if (entry.message.subject !== subject) continue;
      this.#done(number);
      entry.done(
        new PublishFailedError(
          `${subject}: the server's permissions do not let ${this.#identity} publish here. ` +
            'Connect as the user of this service, or correct the permissions.',
        ),
      );
    }
  }

  /**
   * Sends everything unacknowledged again, in order: what was written while disconnected never left. What
   * market streams acknowledged last goes along: a server that doesn't flush each message has lost it when
   * its machine went down; one that still has it answers "duplicate".
   */
  resendAll(): void {
    const nowMs = this.#clock.nowMs();
    for (const [number, entry] of this.#acked) {
      if (nowMs - entry.sentMs > RESEND_MAX_MS) continue;
      entry.firstSentMs = nowMs;
      this.#inFlight.set(number, entry);
    }
    this.#acked.clear();
    this.#ackedBytes = 0;
    const ordered = [...this.#inFlight].sort(([a], [b]) => a - b);
    this.#inFlight.clear();
    for (const [number, entry] of ordered) this.#inFlight.set(number, entry);
    for (const [number, entry] of ordered) this.#send(number, entry);
  }

  #send(number: number, entry: InFlight): void {
    entry.attempts++;
    entry.sentMs = this.#clock.nowMs();
    entry.sent = ++this.#sent;
    if (entry.attempts > 1) this.#troubles++;
    if (this.#nc.isClosed() || this.#nc.isDraining()) return;
    this.#nc.publish(entry.message.subject, entry.message.data, {
      reply: `${this.#inbox}.${number}`,
      headers: writeHeaders(entry.message, this.#identity),
    });
  }

  #onAck(error: Error | null, msg: Ack): void {
    if (error !== null) return;
    const number = Number(msg.subject.slice(this.#inbox.length + 1));
    const entry = this.#inFlight.get(number);
    if (entry === undefined) return; // a second ack for a message that was sent again
    if (msg.data.length > 2 && msg.data[2] === STORED_PREFIX) {
      const ack = JSON.parse(msg.string()) as { seq: number; duplicate?: boolean };
      entry.progress.ackedMs = this.#clock.nowMs();
      if (entry.attempts === 1) entry.progress.stored = Math.max(entry.progress.stored, entry.sent);
      this.#done(number);
      this.#remember(number, entry);
      entry.done({ sequence: ack.seq, duplicate: ack.duplicate === true });
      return;
    }
    if (msg.data.length === 0) {
      entry.trouble = 'no stream takes this subject'; // start-up, leader election: the sweep tries again
      return;
    }
    const failure = JSON.parse(msg.string()) as { error?: { description?: string } };
    entry.trouble = failure.error?.description ?? msg.string();
    this.#giveUpIfOverdue(number, entry);
  }

  #remember(number: number, entry: InFlight): void {
    if (!entry.progress.isMarket) return;
    // Its bytes only, without the fact, and in memory of their own: small ones hold 64 KB of Node's pool.
    // When it is sent once more, nobody waits for it.
    const data = new Uint8Array(entry.message.data);
    this.#acked.set(number, { ...entry, message: { ...entry.message, data }, done() {} });
    this.#ackedBytes += data.length;
    for (const [oldest, { message }] of this.#acked) {
      if (this.#acked.size <= this.#options.window && this.#ackedBytes <= ACKED_BYTES_MAX) break;
      this.#acked.delete(oldest);
      this.#ackedBytes -= message.data.length;
    }
  }

  #retryOverdue(): void {
    const now = this.#clock.nowMs();
    for (const [number, entry] of this.#inFlight) {
      const { attempts, progress, sent, sentMs } = entry;
      const sinceMs = sent < progress.stored ? sentMs : Math.max(sentMs, progress.ackedMs);
      if (now - sinceMs < Math.min(this.#options.ackTimeoutMs, 100 * 2 ** attempts)) continue;
      if (!this.#giveUpIfOverdue(number, entry)) this.#send(number, entry);
    }
  }

  #giveUpIfOverdue(number: number, entry: InFlight): boolean {
    const waitedMs = this.#clock.nowMs() - entry.firstSentMs;
    if (waitedMs < this.#options.patienceMs) return false;
    const because =
      `${entry.message.subject}: not stored after ${waitedMs} ms and ${entry.attempts} tries: ${entry.trouble}. ` +
      'Check that nats-server runs, that its disk has room and that the stream is not full.';
    const failure = this.#failed(new PublishFailedError(because));
    this.#done(number);
    entry.done(failure);
    return true;
  }

  #progressOf({ subject }: OutboundMessage): Progress {
    const family = familyOf(subject);
    const stream = family && FAMILIES[family].stream;
    let progress = this.#progress.get(stream);
    if (progress === undefined) {
      progress = {
        isMarket: stream !== undefined && STREAMS[stream].keep === 'market',
        ...{ ackedMs: 0, stored: 0 },
      };
      this.#progress.set(stream, progress);
    }
    return progress;
  }

  #failed(failure: PublishFailedError): PublishFailedError {
    this.#failure ??= failure;
    return failure;
  }

  #done(number: number): void {
    this.#inFlight.delete(number);
    if (this.#roomWaiters.length > 0 && this.#inFlight.size < this.#options.window) {
      const waiters = this.#roomWaiters;
      this.#roomWaiters = [];
      for (const wake of waiters) wake();
    }
    if (this.#inFlight.size === 0) {
      const waiters = this.#emptyWaiters;
      this.#emptyWaiters = [];
      for (const wake of waiters) wake();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const isOver = this.flush().catch(() => {}); // who said it was told why
    await Promise.race([isOver, this.#clock.sleep(this.#options.ackTimeoutMs)]);
    clearInterval(this.#sweep);
    this.#closed = true;
    for (const [number, entry] of this.#inFlight) {
      const failure = this.#failed(closedBefore(entry.message));
      this.#done(number);
      entry.done(failure);
    }
  }
}

function closedBefore({ subject }: OutboundMessage): PublishFailedError {
  return new PublishFailedError(`${subject}: the bus was closed before the server confirmed it`);
}
