// Answers each HTTP request with a short body: the far end of a bare request over the loopback.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { takeOrder, tell } from './forked.ts';

/** What it says when it is asked where it listens. */
export interface HttpEchoSaid {
  readonly port: number;
}

await takeOrder<object>();
const server = createServer((request, response) => {
  request.resume();
  request.on('end', () => response.end('{}'));
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
process.on('disconnect', () => process.exit());
process.on('SIGTERM', () => process.exit());
process.on('message', () => tell({ port: (server.address() as AddressInfo).port } satisfies HttpEchoSaid));
tell('ready');
