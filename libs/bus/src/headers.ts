import { SCHEMA_VERSION } from '@algo/contracts';
import { InputError, isoTime } from '@algo/model';
import { headers, type MsgHdrs } from '@nats-io/transport-node';
import type { LanePosition, OutboundMessage } from './bus.ts';

/** CloudEvents attributes and ours, as they stand in NATS headers. */
export const HEADER = {
  id: 'ce-id',
  type: 'ce-type',
  source: 'ce-source',
  time: 'ce-time',
  specVersion: 'ce-specversion',
  messageId: 'Nats-Msg-Id',
  expectedLastSequence: 'Nats-Expected-Last-Sequence',
  schema: 'algo-schema',
  timeUs: 'algo-time-us',
  lane: 'algo-lane',
  step: 'algo-step',
} as const;

/** Returns the headers of a message as it is stored. */
export function writeHeaders(message: OutboundMessage, identity: string): MsgHdrs {
  const h = headers();
  h.set(HEADER.messageId, message.id);
  h.set(HEADER.specVersion, '1.0');
  h.set(HEADER.id, message.id);
  h.set(HEADER.type, message.type);
  h.set(HEADER.source, `/algo/${identity}`);
  h.set(HEADER.time, isoTime(message.timeUs));
  h.set(HEADER.schema, String(SCHEMA_VERSION));
  h.set(HEADER.timeUs, String(message.timeUs));
  if (message.lane !== undefined) {
    h.set(HEADER.lane, `${message.lane.producer}/${message.lane.epoch}/${message.lane.count}`);
    if (message.lane.step !== undefined) h.set(HEADER.step, String(message.lane.step));
  }
  if (message.expectedLastSequence !== undefined)
    h.set(HEADER.expectedLastSequence, String(message.expectedLastSequence));
  return h;
}

/** Returns where a message stands in its lane, as its headers say. *Errors*: InputError on a lane header that isn't ours. */
export function readLane(h: MsgHdrs | undefined): LanePosition | undefined {
  const text = h?.get(HEADER.lane);
  if (text === undefined || text === '') return undefined;
  const [producer, epoch, count] = text.split('/');
  const step = h?.get(HEADER.step);
  const lane = { producer: producer ?? '', epoch: Number(epoch), count: Number(count) };
  if (lane.producer === '' || !Number.isSafeInteger(lane.epoch) || !Number.isSafeInteger(lane.count))
    throw new InputError({
      field: HEADER.lane,
      value: text,
      because: 'not producer/epoch/count',
      remedy: 'Publish through the bus, which writes this header.',
    });
  return step === undefined || step === '' ? lane : { ...lane, step: Number(step) };
}
