import { createHash } from 'node:crypto';
import type { Emission } from '@algo/bus';
import { type AnyEvent, encodeEvent, type MessageCodec } from '@algo/contracts';
import type { TimeUs } from '@algo/model';

/** Returns a message whose id is its content: said again after a restart, it is the same message. */
export function emission<Value>(
  subject: string,
  codec: MessageCodec<Value>,
  value: Value,
  timeUs: TimeUs,
): Emission {
  const data = codec.encode(value);
  return { subject, type: codec.type, id: contentId(subject, codec.type, data), timeUs, data };
}

/** Returns an event or command of the model as a message; see `emission`. */
export function eventEmission(subject: string, event: AnyEvent, timeUs: TimeUs): Emission {
  const { type, bytes } = encodeEvent(event);
  return { subject, type, id: contentId(subject, type, bytes), timeUs, data: bytes };
}

function contentId(subject: string, type: string, data: Uint8Array): string {
  return createHash('sha256')
    .update(subject)
    .update('\0')
    .update(type)
    .update('\0')
    .update(data)
    .digest('base64url')
    .slice(0, 27);
}
