import type { Bus, FollowOptions, InboundMessage } from './bus.ts';
import { MemoryBus } from './memory/memory-bus.ts';

/**
 * Reads what a stream holds now, in order, and calls back when it is through, with what went wrong where
 * something did: in this very turn where the bus is in memory.
 */
export function recall(
  bus: Bus,
  options: FollowOptions,
  take: (message: InboundMessage) => void,
  done: (error?: Error) => void,
): void {
  if (bus instanceof MemoryBus) {
    for (const message of bus.stored(options)) take(message);
    done();
    return;
  }
  const read = async () => {
    for await (const message of bus.read(options)) take(message);
  };
  read().then(() => done(), done);
}
