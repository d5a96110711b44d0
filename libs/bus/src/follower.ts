import { DeliverPolicy, type JetStreamClient, type JetStreamManager } from '@nats-io/jetstream';
import type { FollowOptions, InboundMessage, Subscription } from './bus.ts';
import { inboundOf } from './jetstream-bus.ts';

/** Pulled at a time: deep enough to stream, small enough that a stalled handler stops the flow. */
const PULL = 512;

/**
 * Follows a stream by an ordered consumer, which the library recreates at the right place when the server restarts or a
 * message goes missing on the way. The iterator's pace is the handler's pace.
 */
export async function followStream(
  js: JetStreamClient,
  options: FollowOptions,
  handler: (message: InboundMessage) => void | Promise<void>,
): Promise<Subscription> {
  const consumer = await js.consumers.get(options.stream, orderedFrom(options));
  const messages = await consumer.consume({ max_messages: PULL, expires: 5_000, idle_heartbeat: 1_000 });
  const closed = Promise.withResolvers<Error | undefined>();
  let closing = false;
  let last = options.after;
  void (async () => {
    for await (const m of messages) {
      if (m.seq <= last) continue; // a recreated consumer may repeat
      last = m.seq;
      const pending = handler(inboundOf(options.stream, m));
      if (pending !== undefined) await pending;
      if (closing) break;
    }
  })().then(
    // A follower that nobody closed and that ends would leave its service deaf, and looking well.
    () =>
      closed.resolve(
        closing ? undefined : new Error(`${options.stream}: the follower ended by itself after ${last}`),
      ),
    (error: unknown) => closed.resolve(error as Error),
  );
  return {
    closed: closed.promise,
    async [Symbol.asyncDispose]() {
      closing = true;
      await messages.close();
      await consumer.delete().catch(() => false); // gone already, or the server is: either way nobody uses it
    },
  };
}

/** Reads from a sequence to what is the end now. */
export async function* readStream(
  js: JetStreamClient,
  jsm: JetStreamManager,
  options: FollowOptions,
): AsyncGenerator<InboundMessage> {
  const end = (await jsm.streams.info(options.stream)).state.last_seq;
  if (end <= options.after) return;
  const consumer = await js.consumers.get(options.stream, orderedFrom(options));
  let pending = (await consumer.info()).num_pending;
  try {
    while (pending > 0) {
      const batch = await consumer.fetch({ max_messages: Math.min(1_000, pending), expires: 5_000 });
      for await (const m of batch) {
        pending = m.info.pending;
        yield inboundOf(options.stream, m);
        if (m.seq >= end) return;
      }
    }
  } finally {
    await consumer.delete().catch(() => false);
  }
}

function orderedFrom(options: FollowOptions) {
  return {
    filter_subjects: [...options.subjects],
    inactive_threshold: 60_000,
    ...(options.after > 0
      ? { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: options.after + 1 }
      : { deliver_policy: DeliverPolicy.All }),
  };
}
