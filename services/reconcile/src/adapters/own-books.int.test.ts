import { type Bus, bucketSnapshots, FactMessage } from '@algo/bus';
import { type Fact, type Speaker, subjectOf } from '@algo/contracts';
import { type ClientOrderId, Decimal, type OrderEvent, strategyName } from '@algo/model';
import { NatsFixture } from '@algo/testkit';
import { expect, test } from 'vitest';
import type { OwnReading } from '../domain/index.ts';
import { ACCOUNT, fill, INSTRUMENT, LTC, ours, request } from '../domain/testing/reconcile-scenario.ts';
import { OwnBooks } from './own-books.ts';

const EXECUTION: Speaker = { identity: `execution.${ACCOUNT}`, account: ACCOUNT };
const ORDERS = 40;

/** Says what execution says of orders, in its lane. */
class Orders {
  readonly #bus: Bus;
  #count = 0;

  constructor(bus: Bus) {
    this.#bus = bus;
  }

  /** An order is sent and filled. */
  async fill(clientOrderId: ClientOrderId): Promise<void> {
    const about = { clientOrderId, account: ACCOUNT, instrument: LTC, timeUs: 10 };
    await this.#say({
      ...{ type: 'OrderSubmitted', ...about, request: request(clientOrderId), commandId: clientOrderId },
      ...{ intent: 'entry', strategy: strategyName('s1'), position: null, plan: null, epoch: 1 },
      ...{ retryOf: null, replaces: null },
    });
    await this.#say({
      ...{ type: 'OrderFilled', ...about, fill: fill(`t${clientOrderId}`, clientOrderId, '10') },
      ...{ cumulative: Decimal.of('10'), leaves: Decimal.zero },
    });
  }

  async #say(body: OrderEvent): Promise<void> {
    const fact = { name: body.type, body } as Fact;
    const lane = { producer: EXECUTION.identity, epoch: 1, count: ++this.#count };
    await this.#bus.publish(
      FactMessage.said(fact, EXECUTION, { lane }, subjectOf(fact.name, body, EXECUTION)),
    );
  }
}

/** Opens our books as a process of this name does; `read` counts what it takes from the streams. */
async function life(bus: Bus, name: string) {
  const read = { count: 0 };
  const all = bus.read.bind(bus);
  bus.read = async function* (options) {
    for await (const message of all(options)) {
      read.count++;
      yield message;
    }
  };
  const unsaved: Error[] = [];
  const books = await OwnBooks.open({
    ...{ bus, account: ACCOUNT, instruments: new Map([[LTC, INSTRUMENT]]) },
    checkpoints: bucketSnapshots(bus.bucket('snapshots'), name),
    onUnsaved: (error) => void unsaved.push(error),
  });
  const reading = () =>
    new Promise<OwnReading>((resolve, reject) =>
      books.read((came) => (came instanceof Error ? reject(came) : resolve(came))),
    );
  return { books, reading, read, unsaved };
}

test('a process that ends keeps its books: the next reads only the rest, and believes the same', async () => {
  await using nats = await NatsFixture.start();
  const orders = new Orders(await nats.bus(EXECUTION.identity));
  const id = (i: number) => ours(`x${i}`.padStart(4, 'z'));
  for (let i = 0; i < ORDERS; i++) await orders.fill(id(i));
  const first = await life(await nats.bus('reconcile.first'), 'books');
  expect((await first.reading()).positions).toMatchObject([{ quantity: Decimal.of(String(10 * ORDERS)) }]);
  expect(first.read.count).toBe(2 * ORDERS);
  await first.books[Symbol.asyncDispose]();

  await orders.fill(id(ORDERS));
  const next = await life(await nats.bus('reconcile.next'), 'books');
  const anew = await life(await nats.bus('reconcile.anew'), 'none');
  expect(await next.reading()).toEqual(await anew.reading());
  expect([next.read.count, anew.read.count]).toEqual([2, 2 * ORDERS + 2]);
  expect([first.unsaved, next.unsaved]).toEqual([[], []]);
}, 60_000);
