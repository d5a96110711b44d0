// Answers each request with an empty message: the far end of a bare request.
import { JetStreamBus } from '@algo/bus';
import { takeOrder, tell } from './forked.ts';

export interface EchoOrder {
  readonly url: string;
  readonly subject: string;
}

const { url, subject } = await takeOrder<EchoOrder>();
const bus = await JetStreamBus.connect({ servers: [url], identity: 'bench-echo' });
const { nc } = bus.nats;
nc.subscribe(subject, { callback: (_error, message) => void message.respond() });
await nc.flush();
process.on('disconnect', () => process.exit());
process.on('SIGTERM', () => process.exit());
tell('ready');
