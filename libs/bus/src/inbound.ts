import { checkSchema, type StreamName } from '@algo/contracts';
import type { JsMsg } from '@nats-io/jetstream';
import type { MsgHdrs } from '@nats-io/transport-node';
import type { InboundMessage } from './bus.ts';
import { FactMessage } from './fact-message.ts';
import { readHeaders } from './headers.ts';

/**
 * Returns a stored message as its readers see it. *Errors*:
 * InputError when it is of a newer schema than this build reads.
 */
export function inbound(
  stream: StreamName,
  subject: string,
  sequence: number,
  h: MsgHdrs | undefined,
  data: Uint8Array,
  deliveries: number,
  storedUs: number,
): InboundMessage {
  const { schema, ...head } = readHeaders(h);
  checkSchema(schema);
  // Bytes of its own: those given are a view into all that one read of the socket brought.
  return FactMessage.ofBytes({ subject, ...head }, new Uint8Array(data), {
    ...{ stream, sequence, deliveries, storedUs },
  });
}

export function inboundOf(stream: StreamName, m: JsMsg): InboundMessage {
  return inbound(
    stream,
    m.subject,
    m.seq,
    m.headers,
    m.data,
    m.info.deliveryCount,
    m.info.timestampNanos / 1_000,
  );
}
