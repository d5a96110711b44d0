import { type StreamName, strayReason } from '@algo/contracts';
import type { JetStreamManager, MsgRequest, StoredMsg } from '@nats-io/jetstream';
import type { InboundMessage } from './bus.ts';
import { inbound } from './inbound.ts';

/** How far back is looked first; twice as far each time that nothing of ours was there. */
const STEP_FIRST = 8;

/**
 * Returns what one of ours said last under a subject (wildcards allowed), undefined when nobody did. It asks
 * for single messages alone, which every reader of a stream may.
 */
export async function lastMessage(
  jsm: JetStreamManager,
  stream: StreamName,
  subject: string,
): Promise<InboundMessage | undefined> {
  const newest = await jsm.streams.getMessage(stream, { last_by_subj: subject });
  if (newest === null) return undefined;
  const message = messageOf(stream, newest);
  if (strayReason(message) === null) return message;
  // The server knows the newest of a subject alone, and nobody of ours said that one.
  for (let end = newest.seq, step = STEP_FIRST; end > 1; end -= step, step *= 2) {
    let last: InboundMessage | undefined;
    for (let seq = Math.max(1, end - step); seq < end; seq++) {
      // The server knows it; the types of the library don't.
      const next = { seq, next_by_subj: subject } as MsgRequest;
      const found = await jsm.streams.getMessage(stream, next);
      if (found === null || found.seq >= end) break;
      seq = found.seq;
      const before = messageOf(stream, found);
      if (strayReason(before) === null) last = before;
    }
    if (last !== undefined) return last;
  }
  return undefined;
}

function messageOf(stream: StreamName, { subject, seq, header, data, time }: StoredMsg): InboundMessage {
  return inbound(stream, subject, seq, header, data, 1, time.getTime() * 1_000);
}
