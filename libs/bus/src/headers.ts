import { laneOf, SCHEMA_VERSION } from '@algo/contracts';
import { InputError, isoTime, type TimeUs } from '@algo/model';
import { headers, type MsgHdrs } from '@nats-io/transport-node';
import type { LanePosition, OutboundMessage } from './bus.ts';
import { orderIn, orderText, type RecordedOrder } from './input-order.ts';

/** CloudEvents attributes and ours, as they stand in NATS headers. */
export const HEADER = {
  id: 'ce-id',
  type: 'ce-type',
  source: 'ce-source',
  time: 'ce-time',
  specVersion: 'ce-specversion',
  messageId: 'Nats-Msg-Id',
  schema: 'algo-schema',
  timeUs: 'algo-time-us',
  lane: 'algo-lane',
  order: 'algo-order',
  /** Why a request could not be answered. */
  error: 'algo-error',
} as const;

const LINE_BREAK = /[\r\n]/;

/**
 * Returns the name by which the server knows a message that is sent again: its place in its lane, where it
 * has one. By its id alone the second of two equal facts would be dropped, and so would what a new life says
 * again live; the lane would have a hole for ever, and whoever reads it would wait there.
 */
export function storageId({ id, subject, lane }: OutboundMessage): string {
  return lane === undefined ? id : `${lane.producer}/${laneOf(subject)}/${lane.epoch}/${lane.count}`;
}

/**
 * Returns the headers of a message as it is stored. They are written as text in one go: the library's `set`
 * rewrites and searches for each name, nine times a message, which cost more than the rest of a publish
 * (npm run bench -- publish).
 */
export function writeHeaders(message: OutboundMessage, identity: string): MsgHdrs {
  const { id, type, timeUs, lane, order } = message;
  if (LINE_BREAK.test(id) || LINE_BREAK.test(type))
    throw new InputError({
      field: HEADER.id,
      value: `${id} (${type})`,
      because: 'a header cannot hold a line break',
      remedy: 'Make ids of subjects, numbers and hashes.',
    });
  let text = `NATS/1.0\r\n${HEADER.messageId}: ${storageId(message)}\r\n${HEADER.specVersion}: 1.0\r\n${HEADER.id}: ${id}\r\n`;
  text += `${HEADER.type}: ${type}\r\n${HEADER.source}: /algo/${identity}\r\n${HEADER.time}: ${isoTime(timeUs)}\r\n`;
  text += `${HEADER.schema}: ${SCHEMA_VERSION}\r\n${HEADER.timeUs}: ${timeUs}\r\n`;
  if (lane !== undefined) text += `${HEADER.lane}: ${lane.producer}/${lane.epoch}/${lane.count}\r\n`;
  if (order !== undefined) text += `${HEADER.order}: ${orderText(order)}\r\n`;
  const bytes = Buffer.from(`${text}\r\n`);
  // All that a publish asks of its headers is their bytes.
  return Object.assign(headers(), { encode: () => bytes });
}

/** Returns headers that hold this one, for a request or its answer. */
export function oneHeader(name: string, value: string): MsgHdrs {
  const one = headers();
  one.set(name, value);
  return one;
}

/** What a reader takes from the headers of a message. */
export interface ReadHeaders {
  readonly schema: string;
  readonly type: string;
  readonly id: string;
  readonly timeUs: TimeUs;
  readonly lane: LanePosition | undefined;
  readonly order: RecordedOrder | undefined;
}

/**
 * Reads them in one pass; the library's `get` searches all of them for each. *Errors*: InputError on a lane
 * or order that isn't ours.
 */
export function readHeaders(h: MsgHdrs | undefined): ReadHeaders {
  let schema = '';
  let type = '';
  let id = '';
  let timeUs = '0';
  let lane = '';
  let order = '';
  for (const [name, [value = '']] of h ?? []) {
    if (name === HEADER.schema) schema = value;
    else if (name === HEADER.type) type = value;
    else if (name === HEADER.id) id = value;
    else if (name === HEADER.timeUs) timeUs = value;
    else if (name === HEADER.lane) lane = value;
    else if (name === HEADER.order) order = value;
  }
  return {
    ...{ schema, type, id, timeUs: Number(timeUs) },
    lane: lane === '' ? undefined : laneIn(lane),
    order: order === '' ? undefined : orderIn(order),
  };
}

function laneIn(text: string): LanePosition {
  const [producer, epoch, count] = text.split('/');
  const lane = { producer: producer ?? '', epoch: Number(epoch), count: Number(count) };
  if (lane.producer === '' || !Number.isSafeInteger(lane.epoch) || !Number.isSafeInteger(lane.count))
    throw new InputError({
      field: HEADER.lane,
      value: text,
      because: 'not producer/epoch/count',
      remedy: 'Publish through the bus, which writes this header.',
    });
  return lane;
}
