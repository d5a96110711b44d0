import { checkSchema, strayReason } from '@algo/contracts';
import type { ConsumerMessages, JetStreamClient, JsMsg } from '@nats-io/jetstream';
import type { Bus, DurableOptions, InboundMessage, Subscription, Verdict } from './bus.ts';
import { deadLetter } from './dead-letter.ts';
import { HEADER } from './headers.ts';
import { inboundOf } from './inbound.ts';

const PULL = 256;

/**
 * Delivers through a durable that the provisioner made. A message is acknowledged only after the handler's
 * effect is safe; one that can't be read, or that failed `deliveriesMax` times, becomes a dead letter first
 * and is acknowledged then.
 */
export async function consumeDurably(
  js: JetStreamClient,
  bus: Bus,
  options: DurableOptions,
  handler: (message: InboundMessage) => Promise<Verdict>,
): Promise<Subscription> {
  const consumer = await js.consumers.get(options.stream, options.durable);
  const messages: ConsumerMessages = await consumer.consume({
    max_messages: PULL,
    expires: 5_000,
    idle_heartbeat: 1_000,
    abort_on_missing_resource: true, // a consumer that was deleted would be waited for in silence
  });
  const closed = Promise.withResolvers<Error | undefined>();
  void (async () => {
    for await (const m of messages) {
      checkSchema(m.headers?.get(HEADER.schema)); // newer contracts stop us: this build must not judge the message
      const verdict = await judge(m, options, handler);
      if (verdict === 'done') m.ack();
      else if (verdict === 'retry' && m.info.deliveryCount < options.deliveriesMax)
        m.nak(backoffMs(m.info.deliveryCount));
      else {
        const reason = verdict === 'retry' ? `failed ${m.info.deliveryCount} times` : verdict.poison;
        await bury(bus, options, m, reason);
        await m.ackAck();
      }
    }
  })().then(
    () => closed.resolve(undefined),
    async (error: unknown) => {
      await messages.close();
      closed.resolve(error as Error);
    },
  );
  return {
    closed: closed.promise,
    async [Symbol.asyncDispose]() {
      await messages.close();
    },
  };
}

async function judge(
  m: JsMsg,
  options: DurableOptions,
  handler: (message: InboundMessage) => Promise<Verdict>,
): Promise<Verdict> {
  const earlier = m.info.deliveryCount - 1;
  // Given out often enough and never answered: it may be what kills us.
  if (earlier >= options.deliveriesMax) return { poison: `given out ${earlier} times without an answer` };
  try {
    const message = inboundOf(options.stream, m);
    const reason = strayReason(message);
    return reason === null ? await handler(message) : { poison: reason };
  } catch (error) {
    return { poison: (error as Error).message };
  }
}

async function bury(bus: Bus, options: DurableOptions, m: JsMsg, reason: string): Promise<void> {
  const timeUs = Number(m.headers?.get(HEADER.timeUs) ?? 0);
  const type = m.headers?.get(HEADER.type) ?? '';
  const { seq: sequence, subject, data } = m;
  await bus.publish(
    deadLetter({ stream: options.stream, sequence, subject, type, timeUs, data }, options.durable, reason),
  );
}

function backoffMs(deliveries: number): number {
  return Math.min(30_000, 250 * 2 ** (deliveries - 1));
}
