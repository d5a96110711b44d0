import { type BucketName, type StreamName, strayReason } from '@algo/contracts';
import {
  type Consumer,
  type ConsumerMessages,
  DeliverPolicy,
  type JetStreamClient,
  type JetStreamManager,
  type JsMsg,
} from '@nats-io/jetstream';
import type { ConnectionState, FollowOptions, InboundMessage, Subscription } from './bus.ts';
import { HEADER, storageId } from './headers.ts';
import { inboundOf } from './inbound.ts';
import { isGone, patiently } from './patiently.ts';

/** Pulled at a time: deep enough to stream, small enough that a stalled handler stops the flow. */
const PULL = 512;
/**
 * How far back a follower looks when the server has lost what it had delivered, and how many ids it knows for
 * that.
 */
const REWIND = 4_096;
/** A server that is up but can't give us the stream for so long won't. */
const REOPEN_MAX_MS = 60_000;
const REOPEN_PAUSE_MS = 100;
/** A reader whose consumers are lost so often in a row, with nothing read, gives up. */
const LOST_MAX = 10;
/** Nobody took what was asked of the consumer: in a cluster servers learn of a new one at different times. */
const UNHEARD = 'no_responders';
/** What the library says when nothing more will come, or nothing has come for long. */
const INTERRUPTED: ReadonlySet<string> = new Set(['heartbeats_missed', 'consumer_deleted', UNHEARD]);

/**
 * Follows a stream by an ordered consumer. The iterator's pace is the handler's pace. Whenever the flow was
 * interrupted (the connection went, the consumer was deleted, the handler stalled for longer than the
 * heartbeats) a new consumer goes on behind the last message handled: the library's own recovery asks for
 * another batch at each missed heartbeat, so that a stalled handler would be given ever more, and it skips
 * what a killed server stored anew under old sequences.
 */
export async function followStream(
  server: FollowedServer,
  options: Followed,
  handler: (message: InboundMessage) => void | Promise<void>,
): Promise<Subscription> {
  const follower = new Follower(server, options, handler);
  await follower.open();
  return follower;
}

/** The connection as a follower needs it. */
export interface FollowedServer {
  readonly js: { readonly consumers: Pick<JetStreamClient['consumers'], 'get'> };
  readonly jsm: JetStreamManager;
  readonly state: () => ConnectionState;
  /** Tells of every change of the connection until the returned function is called. */
  readonly watch: (listener: (state: ConnectionState) => void) => () => void;
}

/** What is followed: a stream of facts, or the one behind a bucket. */
type Followed = Omit<FollowOptions, 'stream'> & { readonly stream: StreamName | `KV_${BucketName}` };

class Follower implements Subscription {
  readonly #server: FollowedServer;
  readonly #options: Followed;
  readonly #handler: (message: InboundMessage) => void | Promise<void>;
  readonly #closed = Promise.withResolvers<Error | undefined>();
  readonly #unwatch: () => void;
  readonly #recent = new Set<string>();
  #floor: number;
  #last: number;
  #lastId = '';
  #consumer: Consumer | undefined;
  #messages: ConsumerMessages | undefined;
  #stale = false;
  #wake: () => void = () => {};
  #closing = false;

  constructor(
    server: FollowedServer,
    options: Followed,
    handler: (message: InboundMessage) => void | Promise<void>,
  ) {
    this.#server = server;
    this.#options = options;
    this.#handler = handler;
    this.#last = options.after;
    this.#floor = options.after;
    this.#unwatch = server.watch((state) => {
      if (state === 'disconnected')
        this.#discard(); // before the library goes on by itself
      else this.#wake();
    });
  }

  get closed(): Promise<Error | undefined> {
    return this.#closed.promise;
  }

  async open(): Promise<void> {
    try {
      await patiently(() => this.#subscribe());
    } catch (error) {
      this.#end();
      throw error;
    }
    this.#run().then(
      () => this.#closed.resolve(undefined),
      (error: unknown) => this.#closed.resolve(error as Error),
    );
  }

  async #subscribe(): Promise<void> {
    const from = orderedFrom({ ...this.#options, after: this.#last });
    this.#consumer = await this.#server.js.consumers.get(this.#options.stream, from);
    const messages = await this.#consumer.consume({
      max_messages: PULL,
      expires: 5_000,
      idle_heartbeat: 1_000,
    });
    this.#messages = messages;
    this.#stale = false;
    if (this.#closing || this.#server.state() === 'disconnected') this.#discard();
    void (async () => {
      for await (const { type } of messages.status()) {
        if (type === UNHEARD) await new Promise((resolve) => setTimeout(resolve, REOPEN_PAUSE_MS));
        if (messages === this.#messages && INTERRUPTED.has(type)) this.#discard();
      }
    })();
  }

  /** Ends the consumer in use. What it has buffered comes again from the next one. */
  #discard(): void {
    this.#stale = true;
    void this.#messages?.close();
  }

  async #run(): Promise<void> {
    while (!this.#closing) {
      for await (const m of this.#messages!) {
        if (this.#stale) break; // the pulls queued behind it must not go out
        if (m.seq <= this.#last) continue;
        const pending = this.#pass(m);
        if (pending !== undefined) await pending;
      }
      if (!this.#closing) await this.#reopen();
    }
  }

  #pass(m: JsMsg): void | Promise<void> {
    this.#last = m.seq;
    const found = inboundOf(this.#options.stream as StreamName, m);
    const message = isBucket(this.#options) ? found : unlessStray(found, this.#options);
    if (message === undefined) return;
    this.#lastId = message.id;
    const key = message.id === '' ? '' : storageId(message);
    if (key !== '') {
      if (this.#recent.has(key)) return;
      this.#recent.add(key);
      if (this.#recent.size > REWIND) this.#recent.delete(this.#recent.values().next().value!);
    }
    return this.#handler(message);
  }

  async #reopen(): Promise<void> {
    this.#consumer?.delete().catch(() => false); // gone already, or the server is: either way nobody uses it
    for (let failedMs = 0; ; failedMs += REOPEN_PAUSE_MS) {
      while (!this.#closing && this.#server.state() === 'disconnected')
        await new Promise<void>((wake) => {
          this.#wake = wake;
        });
      if (this.#closing || this.#server.state() === 'closed') return this.#end();
      try {
        await this.#rewindIfLost();
        return await this.#subscribe();
      } catch (error) {
        if (failedMs >= REOPEN_MAX_MS) throw error;
        await new Promise((resolve) => setTimeout(resolve, REOPEN_PAUSE_MS));
      }
    }
  }

  /**
   * A killed server may have lost messages that it had delivered, and given their sequences to others since.
   */
  async #rewindIfLost(): Promise<void> {
    // Of a key the newest is all there is to tell, whatever its sequence.
    if (isBucket(this.#options)) this.#last = 0;
    if (this.#last === 0) return;
    const { state } = await this.#server.jsm.streams.info(this.#options.stream);
    if (this.#last < state.first_seq) return; // pruned, not lost
    if (this.#last <= state.last_seq) {
      if (this.#lastId === '') return;
      const stored = await this.#server.jsm.streams.getMessage(this.#options.stream, { seq: this.#last });
      if (stored?.header.get(HEADER.id) === this.#lastId) return;
    }
    this.#floor = Math.min(this.#floor, state.last_seq);
    this.#last = Math.max(this.#floor, Math.min(this.#last, state.last_seq) - REWIND);
    this.#lastId = '';
  }

  #end(): void {
    this.#closing = true;
    this.#unwatch();
    this.#wake();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end();
    this.#discard();
    await this.#messages?.closed();
    if (this.#server.state() === 'connected') await this.#consumer?.delete().catch(() => false);
  }
}

/** Reads from a sequence to what is the end now; where the consumer is lost, another goes on. */
export async function* readStream(
  js: JetStreamClient,
  jsm: JetStreamManager,
  options: FollowOptions & { readonly sinceMs?: number },
): AsyncGenerator<InboundMessage> {
  const end = (await patiently(() => jsm.streams.info(options.stream))).state.last_seq;
  let { after } = options;
  for (let lost = 0; after < end; ) {
    try {
      for await (const m of pulled(js, { ...options, after }, end)) {
        after = m.seq;
        lost = 0;
        const message = unlessStray(inboundOf(options.stream, m), options);
        if (message !== undefined) yield message;
      }
      return;
    } catch (error) {
      if (!isGone(error) || ++lost > LOST_MAX) throw error;
      await new Promise((resolve) => setTimeout(resolve, REOPEN_PAUSE_MS));
    }
  }
}

async function* pulled(
  js: JetStreamClient,
  options: FollowOptions & { readonly sinceMs?: number },
  end: number,
): AsyncGenerator<JsMsg> {
  const consumer = await patiently(() => js.consumers.get(options.stream, orderedFrom(options)));
  try {
    let pending = (await consumer.info()).num_pending;
    while (pending > 0) {
      const batch = await consumer.fetch({ max_messages: Math.min(1_000, pending), expires: 5_000 });
      for await (const m of batch) {
        pending = m.info.pending;
        yield m;
        if (m.seq >= end) return;
      }
    }
  } finally {
    await consumer.delete().catch(() => false);
  }
}

/** What a bucket holds is no fact of ours. */
function isBucket({ stream }: Followed): boolean {
  return stream.startsWith('KV_');
}

function unlessStray(
  message: InboundMessage,
  { onStray }: Pick<FollowOptions, 'onStray'>,
): InboundMessage | undefined {
  const reason = strayReason(message);
  if (reason === null) return message;
  onStray?.(message, reason);
  return undefined;
}

function orderedFrom(options: Pick<FollowOptions, 'subjects' | 'after'> & { readonly sinceMs?: number }) {
  const { after, sinceMs } = options;
  return {
    filter_subjects: [...options.subjects],
    inactive_threshold: 60_000,
    ...(after > 0
      ? { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: after + 1 }
      : sinceMs === undefined
        ? { deliver_policy: DeliverPolicy.All }
        : { deliver_policy: DeliverPolicy.StartTime, opt_start_time: new Date(sinceMs).toISOString() }),
  };
}
