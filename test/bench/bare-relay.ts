// One hop of the bare chain: follows a subject filter and passes
// each probe on, by the engine's own follower and publisher.
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
}

const { url, identity, stream, filter, probe, to } = await takeOrder<RelayOrder>();
const bus = await JetStreamBus.connect({ servers: [url], identity });
const data = new Uint8Array(to.bytes);
let count = 0;
await bus.follow({ stream, subjects: [filter], after: 0 }, (message) => {
  if (message.subject !== probe) return;
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
process.on('disconnect', () => process.exit());
process.on('SIGTERM', () => process.exit());
tell('ready');
