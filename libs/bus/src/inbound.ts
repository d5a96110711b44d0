import { checkSchema, type StreamName } from '@algo/contracts';
import type { JsMsg } from '@nats-io/jetstream';
import type { MsgHdrs } from '@nats-io/transport-node';
import type { InboundMessage } from './bus.ts';
import { HEADER, readLane } from './headers.ts';

/** Returns a stored message as its readers see it. *Errors*: InputError when it is of a newer schema than this build reads. */
export function inbound(
  stream: StreamName,
  subject: string,
  sequence: number,
  h: MsgHdrs | undefined,
  data: Uint8Array,
  deliveries: number,
): InboundMessage {
  checkSchema(h?.get(HEADER.schema) ?? '');
  const lane = readLane(h);
  return {
    stream,
    subject,
    sequence,
    deliveries,
    type: h?.get(HEADER.type) ?? '',
    id: h?.get(HEADER.id) ?? '',
    timeUs: Number(h?.get(HEADER.timeUs) ?? 0),
    data,
    ...(lane === undefined ? {} : { lane }),
  };
}

export function inboundOf(stream: StreamName, m: JsMsg): InboundMessage {
  return inbound(stream, m.subject, m.seq, m.headers, m.data, m.info.deliveryCount);
}
