import { type BucketName, inboxPrefix, type StreamName } from '@algo/contracts';
import { type JetStreamClient, type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { Kvm } from '@nats-io/kv';
import { connect, errors, type NatsConnection, nkeyAuthenticator } from '@nats-io/transport-node';
import { AckPublisher, PUBLISHER_DEFAULTS, type PublisherOptions } from './ack-publisher.ts';
import {
  type Bus,
  type Clock,
  type ConnectionState,
  type DurableOptions,
  type FollowOptions,
  type InboundMessage,
  type KeyEntry,
  type KeyValue,
  type OutboundMessage,
  RequestFailedError,
  type Stored,
  type StreamBounds,
  type StreamUse,
  type Subscription,
  systemClock,
  type Verdict,
} from './bus.ts';
import { consumeDurably } from './durable-consumer.ts';
import { LAST_MADE } from './durables.ts';
import { type FollowedServer, followStream, readStream } from './follower.ts';
import { HEADER, oneHeader } from './headers.ts';
import { jetStreamBucket, watchKey } from './jetstream-bucket.ts';
import { lastMessage } from './last-message.ts';
import { patiently } from './patiently.ts';
import { checkServer } from './server/server-version.ts';
import { type BusTls, tlsSettings } from './tls/bus-tls.ts';
import { connectRefusal } from './tls/connect-refusal.ts';
import { keepComing, StrangerWatch, untilLetIn } from './until-let-in.ts';

/** How to reach the server and as whom. */
export interface ConnectOptions {
  readonly servers: readonly string[];
  readonly identity: string;
  /** The secret half of a user's key; without it a server that knows no users is meant. */
  readonly keySeed?: string;
  readonly tls?: BusTls;
  readonly clock?: Clock;
  readonly publisher?: PublisherOptions;
  /** So long the server may take one that it knew for a stranger; then the connection is closed for good. */
  readonly strangerMaxMs?: number;
}

/** The bus over a real nats-server. */
export class JetStreamBus implements Bus {
  readonly identity: string;
  readonly #nc: NatsConnection;
  readonly #js: JetStreamClient;
  readonly #jsm: JetStreamManager;
  readonly #publisher: AckPublisher;
  readonly #buckets = new Map<BucketName, KeyValue>();
  readonly #listeners = new Set<(state: ConnectionState) => void>();
  readonly #followed: FollowedServer;
  #state: ConnectionState = 'connected';

  private constructor(nc: NatsConnection, jsm: JetStreamManager, options: ConnectOptions) {
    this.identity = options.identity;
    this.#nc = nc;
    this.#js = jetstream(nc, { timeout: 3_000 });
    this.#jsm = jsm;
    this.#followed = {
      js: this.#js,
      jsm,
      state: () => this.#state,
      watch: (listener) => {
        this.#listeners.add(listener);
        return () => this.#listeners.delete(listener);
      },
    };
    this.#publisher = new AckPublisher(
      nc,
      options.identity,
      options.clock ?? systemClock,
      options.publisher ?? PUBLISHER_DEFAULTS,
    );
    void this.#watchStatus(new StrangerWatch(options.strangerMaxMs));
  }

  /**
   * Connects and checks the server. *Errors*: InputError when
   * it can't be reached, is too old or has no JetStream.
   */
  static async connect(options: ConnectOptions): Promise<JetStreamBus> {
    const where = options.servers.join(', ');
    const tls = tlsSettings(options.servers, options.tls);
    const about = {
      servers: [...options.servers],
      name: options.identity,
      inboxPrefix: inboxPrefix(options.identity),
      maxReconnectAttempts: -1,
      reconnectTimeWait: 100,
      reconnectJitter: 50,
      reconnectJitterTLS: 50,
      pingInterval: 2_000,
      maxPingOut: 2,
      timeout: 5_000,
      noAsyncTraces: true,
      ...(options.keySeed === undefined
        ? {}
        : { authenticator: nkeyAuthenticator(new TextEncoder().encode(options.keySeed)) }),
      ...(tls === undefined ? {} : { tls }),
    };
    const nc = await untilLetIn(() => connect(about)).catch((cause: unknown) => {
      throw connectRefusal(cause, where, options.tls);
    });
    keepComing(nc);
    try {
      checkServer(nc.info, where);
    } catch (error) {
      await nc.close();
      throw error;
    }
    const jsm = await jetstreamManager(nc, { checkAPI: false, timeout: 3_000 });
    return new JetStreamBus(nc, jsm, options);
  }

  /** The raw connection and manager, for the provisioner and the benches only. */
  get nats(): { readonly nc: NatsConnection; readonly jsm: JetStreamManager } {
    return { nc: this.#nc, jsm: this.#jsm };
  }

  /** Whether streams, buckets and durables are made. *Errors*: when this user may not ask, or no more. */
  async isProvisioned(): Promise<boolean> {
    try {
      await this.#jsm.consumers.info(LAST_MADE.stream, LAST_MADE.durable);
      return true;
    } catch (error) {
      const isAnswer = error instanceof errors.PermissionViolationError || this.#nc.isClosed();
      if (isAnswer) throw error;
      return false;
    }
  }

  get connection(): ConnectionState {
    return this.#state;
  }

  get publishRetries(): number {
    return this.#publisher.retries;
  }

  onConnection(listener: (state: ConnectionState) => void): void {
    this.#listeners.add(listener);
  }

  publish(message: OutboundMessage): Promise<Stored> {
    return this.#publisher.publish(message);
  }

  say(message: OutboundMessage, done: (result: Stored | Error) => void): void {
    this.#publisher.say(message, done);
  }

  ready(): Promise<void> {
    return this.#publisher.ready();
  }

  flush(): Promise<void> {
    return this.#publisher.flush();
  }

  follow(
    options: FollowOptions,
    handler: (message: InboundMessage) => void | Promise<void>,
  ): Promise<Subscription> {
    return followStream(this.#followed, options, handler);
  }

  read(options: FollowOptions & { readonly sinceMs?: number }): AsyncIterable<InboundMessage> {
    return readStream(this.#js, this.#jsm, options);
  }

  consume(
    options: DurableOptions,
    handler: (message: InboundMessage) => Promise<Verdict>,
  ): Promise<Subscription> {
    return consumeDurably(this.#js, this, options, handler);
  }

  last(stream: StreamName, subject: string): Promise<InboundMessage | undefined> {
    return patiently(() => lastMessage(this.#jsm, stream, subject));
  }

  async bounds(stream: StreamName): Promise<StreamBounds> {
    const { state } = await patiently(() => this.#jsm.streams.info(stream));
    return { first: Math.max(1, state.first_seq), last: state.last_seq };
  }

  async use(stream: StreamName): Promise<StreamUse> {
    const { config, state } = await patiently(() => this.#jsm.streams.info(stream));
    const times = { oldestMs: Date.parse(state.first_ts), newestMs: Date.parse(state.last_ts) };
    return { bytes: state.bytes, bytesMax: config.max_bytes, ...times };
  }

  async serverMs(stream: StreamName): Promise<number> {
    const { ts } = await patiently(() => this.#jsm.streams.info(stream));
    if (ts === undefined) throw new Error('nats-server tells no time: it is older than 2.10');
    return Date.parse(ts);
  }

  async request(
    subject: string,
    type: string,
    data: Uint8Array,
    timeoutMs: number,
  ): Promise<{ type: string; data: Uint8Array }> {
    try {
      const headers = oneHeader(HEADER.type, type);
      const reply = await this.#nc.request(subject, data, { timeout: timeoutMs, headers });
      const failure = reply.headers?.get(HEADER.error);
      if (failure !== undefined && failure !== '') throw new RequestFailedError(`${subject}: ${failure}`);
      return { type: reply.headers?.get(HEADER.type) ?? '', data: reply.data };
    } catch (cause) {
      if (cause instanceof RequestFailedError) throw cause;
      throw new RequestFailedError(`${subject}: ${(cause as Error).message}`, { cause });
    }
  }

  async serve(
    subject: string,
    handler: (type: string, data: Uint8Array, subject: string) => Promise<{ type: string; data: Uint8Array }>,
  ): Promise<Subscription> {
    const closed = Promise.withResolvers<Error | undefined>();
    const subscription = this.#nc.subscribe(subject, {
      callback: (error, msg) => {
        if (error !== null) return;
        handler(msg.headers?.get(HEADER.type) ?? '', msg.data, msg.subject).then(
          (answer) => msg.respond(answer.data, { headers: oneHeader(HEADER.type, answer.type) }),
          (failure: unknown) => {
            const line = (failure as Error).message.replaceAll(/[\r\n]+/g, ' ').slice(0, 500);
            msg.respond(new Uint8Array(), { headers: oneHeader(HEADER.error, line) });
          },
        );
      },
    });
    await this.#nc.flush();
    return {
      closed: closed.promise,
      async [Symbol.asyncDispose]() {
        await subscription.drain();
        closed.resolve(undefined);
      },
    };
  }

  bucket(name: BucketName): KeyValue {
    let bucket = this.#buckets.get(name);
    if (bucket === undefined) {
      bucket = jetStreamBucket(new Kvm(this.#js), name);
      this.#buckets.set(name, bucket);
    }
    return bucket;
  }

  watch(
    name: BucketName,
    key: string,
    handler: (entry: KeyEntry | undefined) => void,
  ): Promise<Subscription> {
    const bucket = this.bucket(name);
    return watchKey(this.#followed, name, key, async () => handler(await bucket.get(key)));
  }

  async #watchStatus(stranger: StrangerWatch): Promise<void> {
    for await (const status of this.#nc.status()) {
      if (status.type === 'disconnect') this.#change('disconnected');
      if (status.type === 'error' && status.error instanceof errors.PermissionViolationError)
        if (status.error.operation === 'publish') this.#publisher.refuse(status.error.subject);
      if (stranger.isSo(status)) void this.#nc.close();
      if (status.type === 'reconnect') {
        this.#change('connected');
        this.#publisher.resendAll();
      }
    }
    this.#change('closed');
  }

  #change(state: ConnectionState): void {
    if (this.#state === state) return;
    this.#state = state;
    for (const listener of this.#listeners) listener(state);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#publisher[Symbol.asyncDispose]();
    if (this.#nc.isClosed()) return;
    // A server that went just now fails the drain; left open, the connection would look for it for ever.
    if (this.#state === 'connected') await this.#nc.drain().catch(() => undefined);
    await this.#nc.close();
  }
}
