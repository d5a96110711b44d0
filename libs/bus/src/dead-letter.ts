import { codecs, subjects } from '@algo/contracts';
import type { InboundMessage, OutboundMessage } from './bus.ts';

/** Returns the letter that sets a message aside which nobody could read, with the reason. */
export function deadLetter(
  message: Pick<InboundMessage, 'stream' | 'sequence' | 'subject' | 'type' | 'timeUs' | 'data'>,
  consumer: string,
  reason: string,
): OutboundMessage {
  const { stream, sequence, subject, type, timeUs, data: original } = message;
  return {
    subject: subjects.deadLetter(stream, consumer),
    type: codecs.DeadLetter.type,
    id: `dlq:${stream}:${consumer}:${sequence}`,
    timeUs,
    data: codecs.DeadLetter.encode({ stream, sequence, subject, type, consumer, reason, original, timeUs }),
  };
}
