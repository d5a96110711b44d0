import { join } from 'node:path';
import type { JetStreamBus } from '@algo/bus';
import { codecs, type StreamName, subjects } from '@algo/contracts';
import type { RelayOrder } from './bare-relay.ts';
import { BenchServer } from './bench-server.ts';
import { ACCOUNT, type Chain, type HopBytes, listenAtVenue, PROBE, type Pulse, REQUEST } from './chain.ts';
import { Forked } from './forked.ts';
import { START_US } from './tape.ts';

const INGEST = 'ingest.binance';

/** The same hops, one flush and one request, through three processes that do nothing. */
export class BareChain implements Chain {
  readonly server: BenchServer;
  readonly #relays: AsyncDisposable[] = [];
  readonly #bus: JetStreamBus;
  readonly #data: Uint8Array;
  #count = 0;
  #onRequest: () => void = () => {};
  #onEvent: () => void = () => {};

  private constructor(server: BenchServer, bus: JetStreamBus, bytes: HopBytes) {
    this.server = server;
    this.#bus = bus;
    this.#data = new Uint8Array(bytes.trades);
  }

  static async start(bytes: HopBytes): Promise<BareChain> {
    const server = await BenchServer.start();
    const chain = new BareChain(server, await server.bus(INGEST), bytes);
    const hop = (
      identity: string,
      [stream, filter, probe]: readonly [StreamName, string, string],
      to: RelayOrder['to'],
    ): RelayOrder => ({ url: server.url, identity, stream, filter, probe, to });
    const signal = subjects.signal(PROBE);
    const command = subjects.orderCommand(ACCOUNT);
    const event = subjects.orderEvent(ACCOUNT, PROBE);
    const hops = [
      hop('analytics.0', ['MARKET', 'md.trades.>', subjects.trades(PROBE)], {
        ...{ subject: signal, type: codecs.SignalGenerated.type, bytes: bytes.signal },
      }),
      hop(`decision.${ACCOUNT}`, ['ANALYTICS', 'an.>', signal], {
        ...{ subject: command, type: codecs.PlaceOrder.type, bytes: bytes.command },
      }),
      hop(`execution.${ACCOUNT}`, ['ORDERS', 'ord.cmd.>', command], {
        ...{ subject: event, type: codecs.OrderSubmitted.type, bytes: bytes.event },
      }),
    ];
    const ask = { log: join(server.dir, 'floor.log'), subject: REQUEST, bytes: bytes.request };
    for (const order of [...hops.slice(0, -1), { ...hops.at(-1)!, ask }])
      chain.#relays.push(await Forked.start<RelayOrder, never>('./bare-relay.ts', order));
    listenAtVenue(chain.#bus, () => chain.#onRequest());
    await chain.#bus.follow({ stream: 'ORDERS', subjects: ['ord.evt.>'], after: 0 }, () => chain.#onEvent());
    return chain;
  }

  async prepare(): Promise<void> {}

  async pulse(): Promise<Pulse> {
    const [requested, submitted] = [Promise.withResolvers<number>(), Promise.withResolvers<number>()];
    this.#onRequest = () => requested.resolve(performance.now());
    this.#onEvent = () => submitted.resolve(performance.now());
    const lane = { producer: INGEST, epoch: 1, count: ++this.#count };
    const startMs = performance.now();
    void this.#bus.publish({
      subject: subjects.trades(PROBE),
      type: codecs.TradeBatch.type,
      id: `probe:${this.#count}`,
      timeUs: START_US,
      data: this.#data,
      lane,
    });
    const [orderedAtMs, submittedAtMs] = await Promise.all([requested.promise, submitted.promise]);
    return { orderedMs: orderedAtMs - startMs, submittedMs: submittedAtMs - startMs };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const relay of this.#relays) await relay[Symbol.asyncDispose]();
    await this.server[Symbol.asyncDispose]();
  }
}
