import { type StreamName, strayReason } from '@algo/contracts';
import type { JetStreamClient, JetStreamManager } from '@nats-io/jetstream';
import type { InboundMessage } from './bus.ts';
import { readStream } from './follower.ts';
import { inbound } from './inbound.ts';

/** How far back is looked first; four times as far each time that nothing of ours was there. */
const STEP_FIRST = 64;

/** Returns what one of ours said last under a subject (wildcards allowed), undefined when nobody did. */
export async function lastMessage(
  js: JetStreamClient,
  jsm: JetStreamManager,
  stream: StreamName,
  subject: string,
): Promise<InboundMessage | undefined> {
  const newest = await jsm.streams.getMessage(stream, { last_by_subj: subject });
  if (newest === null) return undefined;
  const message = inbound(stream, newest.subject, newest.seq, newest.header, newest.data, 1);
  if (strayReason(message) === null) return message;
  // The server knows the newest of a subject alone, and nobody of ours said that one.
  for (let end = newest.seq, step = STEP_FIRST; end > 1; end -= step, step *= 4) {
    let last: InboundMessage | undefined;
    const after = Math.max(0, end - 1 - step);
    for await (const before of readStream(js, jsm, { stream, subjects: [subject], after })) {
      if (before.sequence >= end) break;
      last = before;
    }
    if (last !== undefined) return last;
  }
  return undefined;
}
