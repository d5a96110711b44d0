import { type JetStreamBus, PUBLISHER_DEFAULTS } from '@algo/bus';
import { BenchServer } from './bench-server.ts';
import { type BenchOptions, type BenchResult, type Pair, paired } from './figures.ts';
import { type BareHeaders, bareHeaders } from './floor-libraries.ts';

export const name = 'publish';
export const description =
  '128 B into a stream on file, 256 in flight: our publisher beside js.publish and beside a bare ack inbox';

const MESSAGES = 30_000;
const PAIRS = 5;
const WINDOW = 256;
const DATA = new Uint8Array(128);
const SUBJECT = 'md.trades.0.bench.spot.PUBLISH';
const TIME_US = 1_735_689_600_000_000;

const headers = bareHeaders();

/** Publishes one message; calls back when it is stored. */
type Publish = (number: number, stored: () => void) => void;

export async function run({ scale, say }: BenchOptions): Promise<BenchResult> {
  await using server = await BenchServer.start();
  const bus = await server.bus('bench-publish', { ...PUBLISHER_DEFAULTS, window: 2 * WINDOW });
  const count = Math.round(MESSAGES * scale);
  const ways = {
    ours: oursOf(bus),
    library: libraryOf(bus),
    bare: bareOf(bus, false),
    bareWithHeaders: bareOf(bus, true),
  };
  for (const way of Object.values(ways)) await rate(way, count); // compile
  const pairs = { library: [] as Pair[], bare: [] as Pair[], bareWithHeaders: [] as Pair[] };
  for (let i = 0; i < PAIRS; i++) {
    const ours = await rate(ways.ours, count);
    for (const rival of ['library', 'bare', 'bareWithHeaders'] as const)
      pairs[rival].push({ ours, floor: await rate(ways[rival], count) });
    say(`round ${i + 1} of ${PAIRS} done`);
  }
  return {
    figures: [
      paired('against a bare inbox, no headers', 'msgs/s', pairs.bare),
      paired('against a bare inbox, the same headers', 'msgs/s', pairs.bareWithHeaders),
      paired('against js.publish, message id only', 'msgs/s', pairs.library),
    ],
    notes: [
      `${PAIRS} rounds of ${count.toLocaleString('en-US')} messages that took turns on one connection; ours writes nine headers (CloudEvents, lane, message id), retries and keeps order`,
    ],
  };
}

async function rate(publish: Publish, count: number): Promise<number> {
  const start = performance.now();
  const done = Promise.withResolvers<void>();
  let sent = 0;
  let stored = 0;
  const onStored = () => {
    stored++;
    if (stored === count) done.resolve();
    else if (sent < count) {
      sent++;
      publish(++unique, onStored);
    }
  };
  for (; sent < Math.min(WINDOW, count); sent++) publish(++unique, onStored);
  await done.promise;
  return (count * 1_000) / (performance.now() - start);
}

let unique = 0;

function oursOf(bus: JetStreamBus): Publish {
  return (number, stored) => {
    const lane = { producer: 'bench-publish', epoch: 1, count: number };
    void bus
      .publish({
        subject: SUBJECT,
        type: 'algo.v1.TradeBatch',
        id: `bench:${number}`,
        timeUs: TIME_US,
        data: DATA,
        lane,
      })
      .then(stored);
  };
}

function libraryOf(bus: JetStreamBus): Publish {
  const js = bus.nats.jsm.jetstream();
  return (number, stored) => void js.publish(SUBJECT, DATA, { msgID: `bench:${number}` }).then(stored);
}

/** The sketch: one wildcard subscription, the ack is not even parsed. */
function bareOf(bus: JetStreamBus, withHeaders: boolean): Publish {
  const { nc } = bus.nats;
  const inbox = `_INBOX_bare${withHeaders ? '1' : '0'}.bench`;
  const waiting = new Map<string, () => void>();
  nc.subscribe(`${inbox}.*`, {
    callback: (_, message) => {
      waiting.get(message.subject)?.();
      waiting.delete(message.subject);
    },
  });
  return (number, stored) => {
    const reply = `${inbox}.${number}`;
    waiting.set(reply, stored);
    if (!withHeaders) return nc.publish(SUBJECT, DATA, { reply });
    nc.publish(SUBJECT, DATA, { reply, headers: plainHeaders(number) });
  };
}

function plainHeaders(number: number): BareHeaders {
  const h = headers();
  h.set('Nats-Msg-Id', `bench:${number}`);
  h.set('ce-specversion', '1.0');
  h.set('ce-id', `bench:${number}`);
  h.set('ce-type', 'algo.v1.TradeBatch');
  h.set('ce-source', '/algo/bench-publish');
  h.set('ce-time', '2025-01-01T00:00:00.000000Z');
  h.set('algo-schema', '1');
  h.set('algo-time-us', '1735689600000000');
  h.set('algo-lane', `bench-publish/1/${number}`);
  return h;
}
