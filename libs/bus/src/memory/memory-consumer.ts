import type { Bus, DurableOptions, InboundMessage, Subscription, Verdict } from '../bus.ts';
import { deadLetter } from '../dead-letter.ts';
import { FactMessage } from '../fact-message.ts';
import type { MemoryServer } from './memory-server.ts';

/** Delivers through a durable whose place the server keeps; see `consumeDurably` for what it promises. */
export function consumeInMemory(
  server: MemoryServer,
  bus: Bus,
  options: DurableOptions,
  handler: (message: InboundMessage) => Promise<Verdict>,
): Subscription {
  const state = server.durable(`${options.stream}/${options.durable}`);
  return server.stream(options.stream).deliver({
    subjects: options.subjects,
    next: state.next,
    handler: async (message) => {
      await judge(bus, options, handler, message);
      state.next = message.sequence + 1;
    },
  });
}

/** Gives a message to the handler until it is done with it, or sets it aside. */
async function judge(
  bus: Bus,
  options: DurableOptions,
  handler: (message: InboundMessage) => Promise<Verdict>,
  message: InboundMessage,
): Promise<void> {
  const { stream, sequence } = message;
  for (let deliveries = 1; ; deliveries++) {
    const verdict = await handler(FactMessage.stored(message, { stream, sequence, deliveries })).catch(
      (error: unknown): Verdict => ({ poison: (error as Error).message }),
    );
    if (verdict === 'done') return;
    if (verdict === 'retry' && deliveries < options.deliveriesMax) continue;
    const reason = verdict === 'retry' ? `failed ${deliveries} times` : verdict.poison;
    await bus.publish(deadLetter(message, options.durable, reason));
    return;
  }
}
