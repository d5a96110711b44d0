import type { Bus, InboundMessage } from '@algo/bus';
import type { StreamName } from '@algo/contracts';
import { InputError } from '@algo/model';

/** More events of one kind than a command holds in memory. */
const EVENTS_MAX = 2_000_000;

/** Yields each stored message of a subject once: what a restart said again is dropped by its event id. */
export async function* readEvents(
  bus: Bus,
  stream: StreamName,
  subject: string,
): AsyncGenerator<InboundMessage> {
  const seen = new Set<string>();
  for await (const message of bus.read({ stream, subjects: [subject], after: 0 })) {
    if (seen.has(message.id)) continue;
    if (seen.size >= EVENTS_MAX)
      throw new InputError({
        field: subject,
        value: seen.size,
        because: 'more events than one command reads',
        remedy: 'Use a data directory of its own per run.',
      });
    seen.add(message.id);
    yield message;
  }
}
