// One hop of the bare chain: follows a subject filter and passes each probe on, by the engine's own follower
// and publisher. The last one flushes a record and asks the venue first, as whoever sends an order must.
import { type FileHandle, open } from 'node:fs/promises';
import { JetStreamBus } from '@algo/bus';
import type { StreamName } from '@algo/contracts';
import { takeOrder, tell } from './forked.ts';

export interface RelayOrder {
  readonly url: string;
  readonly identity: string;
  readonly stream: StreamName;
  readonly filter: string;
  /** Messages on other subjects are read and dropped. */
  readonly probe: string;
  readonly to: { readonly subject: string; readonly type: string; readonly bytes: number };
  /** What is written down, and asked, before anything is passed on. */
  readonly ask?: { readonly log: string; readonly subject: string; readonly bytes: number };
}

/** A record of the own log weighs about so much. */
const RECORD_BYTES = 900;

const { url, identity, stream, filter, probe, to, ask } = await takeOrder<RelayOrder>();
const bus = await JetStreamBus.connect({ servers: [url], identity });
const data = new Uint8Array(to.bytes);
const log = ask && (await open(ask.log, 'w'));
let count = 0;
await bus.follow({ stream, subjects: [filter], after: 0 }, async (message) => {
  if (message.subject !== probe) return;
  if (ask !== undefined) await askVenue(log!, ask);
  count++;
  const lane = { producer: identity, epoch: 1, count };
  void bus.publish({
    subject: to.subject,
    type: to.type,
    id: `${identity}:${message.id}`,
    timeUs: message.timeUs,
    data,
    lane,
  });
});

async function askVenue(file: FileHandle, { bytes, subject }: NonNullable<RelayOrder['ask']>): Promise<void> {
  await file.write(new Uint8Array(RECORD_BYTES), 0, RECORD_BYTES, count * RECORD_BYTES);
  await file.datasync();
  bus.nats.nc.publish(subject, new Uint8Array(bytes));
}

process.on('disconnect', () => process.exit());
process.on('SIGTERM', () => process.exit());
tell('ready');
