import {
  bucketSnapshots,
  FactMessage,
  MemoryBus,
  MemoryServer,
  type SnapshotStore,
  VirtualClock,
} from '@algo/bus';
import { type Fact, laneOf, subjectOf } from '@algo/contracts';
import {
  type AccountSetup,
  type ClientOrderId,
  Decimal,
  type OrderEvent,
  type OrderLookup,
  type VenueOrder,
} from '@algo/model';
import type { ExchangeVenue, VenueAnswer } from '@algo/venues';
import { expect, test } from '@jest/globals';
import type { ReconcileOwn, ReconciliationReport } from '../domain/index.ts';
import {
  A,
  ACCOUNT,
  INSTRUMENT,
  LENT,
  LTC,
  ours,
  request,
  venueOrder,
} from '../domain/testing/reconcile-scenario.ts';
import { Comparison } from './comparison.ts';
import { OwnBooks } from './own-books.ts';

const SPEAKER = { identity: `execution.${ACCOUNT}`, account: ACCOUNT };
const B = ours('c');

/** A bus on which execution speaks, and an exchange at which a test has something happen at any question. */
class Scene {
  readonly bus = new MemoryBus(new MemoryServer(new VirtualClock()), 'reconcile');
  readonly checkpoints = bucketSnapshots(this.bus.bucket('snapshots'), 'reconcile.books');
  readonly unsaved: Error[] = [];
  open: VenueOrder[] = [];
  lookups: ClientOrderId[] = [];
  at: Partial<Record<'fillsSince' | 'openOrders' | 'positions', () => void>> = {};
  readonly #comparisons = new Map<OwnBooks, Comparison>();
  #count = 0;

  /** What it answers to how the account is set up. */
  setup: VenueAnswer<AccountSetup> = { type: 'answered', value: LENT, asOfUs: 9 };

  say(body: OrderEvent): void {
    const fact = { name: body.type, body } as Fact;
    const subject = subjectOf(fact.name, fact.body, SPEAKER);
    const lane = { producer: SPEAKER.identity, epoch: 1, count: ++this.#count };
    if (laneOf(subject) === '') throw new Error('orders have a lane');
    this.bus.say(FactMessage.said(fact, SPEAKER, { lane }, subject), () => {});
  }

  sends(clientOrderId: ClientOrderId): void {
    this.say({
      ...{ type: 'OrderSubmitted', clientOrderId, account: ACCOUNT, instrument: LTC, epoch: 1, timeUs: 1 },
      request: request(clientOrderId),
    } as OrderEvent);
  }

  ends(clientOrderId: ClientOrderId, timeUs = 2): void {
    this.say({
      ...{ type: 'OrderCanceled', clientOrderId, account: ACCOUNT, instrument: LTC, timeUs },
      ...{ cumulative: Decimal.zero, reason: 'ioc' },
    } as OrderEvent);
  }

  books(checkpoints: SnapshotStore = this.checkpoints): Promise<OwnBooks> {
    return OwnBooks.open({
      ...{ bus: this.bus, account: ACCOUNT, instruments: new Map([[LTC, INSTRUMENT]]), checkpoints },
      onUnsaved: (error) => void this.unsaved.push(error),
    });
  }

  compare(own: OwnBooks): ReconciliationReport | string {
    let came: ReconcileOwn | undefined;
    const ask = { account: ACCOUNT, venue: 'paper', epoch: 1, requestId: 'r', reason: 'test', timeUs: 9 };
    const parts = { account: ACCOUNT, own, venue: this.#venue(), instruments: [INSTRUMENT] };
    const comparison = this.#comparisons.get(own) ?? new Comparison(parts);
    this.#comparisons.set(own, comparison);
    comparison.carryOut(
      { type: 'Compare', ask },
      {
        past: 'never sent',
        leave: (go) => go(true),
        settle: ([outcome]) => {
          came = outcome;
        },
      },
    );
    if (came === undefined) throw new Error('nothing came of it');
    return came.name === 'Compared' ? came.body.report : came.body.reason;
  }

  #venue(): ExchangeVenue {
    const answered = <Value>(value: Value) => ({ type: 'answered', value, asOfUs: 9 }) as const;
    const never = () => {
      throw new Error('a comparison only reads');
    };
    return {
      ...{ name: 'scene', submit: never, cancel: never, replace: never, proveAbsence: never },
      capabilities: {
        ...{ fillIds: true, reduceOnly: true, clientIdLookUp: true },
        stopTrigger: 'none',
        readsSettleMs: 10_000,
      },
      order: ({ clientOrderId }, done) => {
        this.lookups.push(clientOrderId);
        const order = this.open.find((one) => one.request.clientOrderId === clientOrderId);
        const lookup: OrderLookup = order === undefined ? { type: 'absent' } : { type: 'found', order };
        done(lookup);
      },
      fillsSince: (_account, _sinceUs, done) => {
        this.at.fillsSince?.();
        done(answered([]));
      },
      openOrders: (_account, done) => {
        this.at.openOrders?.();
        const list = [...this.open];
        done(answered(list));
      },
      positions: (_account, done) => {
        this.at.positions?.();
        done(answered([]));
      },
      balances: (_account, done) => done(answered([])),
      cashSince: never,
      setup: (_account, done) => done(this.setup),
      async [Symbol.asyncDispose]() {},
    };
  }
}

const found = (report: ReconciliationReport | string) =>
  typeof report === 'string' ? report : report.discrepancies.map((x) => `${x.class} ${x.action}`);
const foundIn = (report: ReconciliationReport | string) =>
  typeof report === 'string' ? report : report.discrepancies;
const shut = (report: ReconciliationReport | string) => (typeof report === 'string' ? report : report.shut);

test('an order sent between our reading and the exchange’s, and listed there, is no difference', async () => {
  const scene = new Scene();
  const own = await scene.books();
  scene.at.openOrders = () => {
    scene.at = {};
    scene.sends(A);
    scene.open = [venueOrder(A, 'open')];
  };
  expect(found(scene.compare(own))).toEqual([]);
  // The next one knows it from the start, and so would one that finds an order nobody sent.
  expect(found(scene.compare(own))).toEqual(['D5 adopt_order']);
  scene.open = [venueOrder(B, 'open')];
  const report = scene.compare(own);
  expect(found(report)).toContain('D5 cancel_order');
  expect(shut(report)).toMatchObject([{ instrument: LTC, orders: [B] }]);
});

test('an order sent behind the exchange’s list of orders is no difference either', async () => {
  const scene = new Scene();
  const own = await scene.books();
  scene.at.positions = () => {
    scene.sends(A);
    scene.open = [venueOrder(A, 'open')];
  };
  expect(found(scene.compare(own))).toEqual([]);
  expect(scene.lookups).toEqual([]);
});

test('an order that was on its way, and arrived behind the list, shuts nothing', async () => {
  const scene = new Scene();
  const own = await scene.books();
  scene.sends(A);
  scene.at.positions = () => {
    scene.open = [venueOrder(A, 'open')];
  };
  const report = scene.compare(own);
  expect([found(report), shut(report)]).toEqual([['D5 adopt_order'], []]);
});

test('an order that ends between the two readings is no difference', async () => {
  const scene = new Scene();
  const own = await scene.books();
  scene.sends(A);
  scene.at.fillsSince = () => {
    scene.at = {};
    scene.ends(A);
  };
  expect(found(scene.compare(own))).toEqual([]);
});

test('books that are as they were are not compared again; what changes on either side is seen', async () => {
  const scene = new Scene();
  const own = await scene.books();
  scene.sends(A);
  scene.open = [venueOrder(A, 'open')];
  const first = foundIn(scene.compare(own));
  expect(found(scene.compare(own))).toEqual(['D5 adopt_order']);
  scene.open = [venueOrder(A, 'open')];
  expect(foundIn(scene.compare(own))).toBe(first);
  scene.open = [venueOrder(A, 'open', '2')];
  expect(found(scene.compare(own))).toEqual(['D5 adopt_order', 'D8 look_up_order']);
  scene.open = [venueOrder(A, 'open')];
  scene.ends(A);
  expect(found(scene.compare(own))).toEqual(['D5 cancel_order']);
  scene.open = [];
  expect(found(scene.compare(own))).toEqual([]);
});

/** Enough ended orders for a checkpoint, and one that is open. */
async function long(scene: Scene): Promise<void> {
  const own = await scene.books();
  for (let i = 0; i < 2_500; i++) {
    const id = ours(`x${i}`.padStart(6, 'z'));
    scene.sends(id);
    scene.ends(id, i);
  }
  scene.sends(A);
  scene.open = [venueOrder(A, 'open')];
  expect(found(scene.compare(own))).toEqual(['D5 adopt_order']);
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
  await new Promise((resolve) => setImmediate(resolve));
}

test('a next life goes on from the checkpoint and reads only what came behind it', async () => {
  const scene = new Scene();
  await long(scene);
  let read = 0;
  const { bus } = scene;
  const stored = bus.stored.bind(bus);
  bus.stored = function* (options) {
    for (const message of stored(options)) {
      read++;
      yield message;
    }
  };
  const next = await scene.books();
  scene.sends(B);
  scene.open.push(venueOrder(B, 'open'));
  expect(found(scene.compare(next))).toEqual(['D5 adopt_order', 'D5 adopt_order']);
  expect([read, scene.unsaved]).toEqual([1, []]);
});

test.each<[string, Uint8Array | undefined]>([
  ['is missing', undefined],
  ['was written by another build', new TextEncoder().encode('{"owner":"books","version":7,"state":{}}')],
])('a checkpoint that %s is done without: all is read again', async (_, bytes) => {
  const scene = new Scene();
  await long(scene);
  const own = await scene.books({ load: async () => bytes, save: async () => {} });
  expect(found(scene.compare(own))).toEqual(['D5 adopt_order']);
});

test('without the stream’s first messages and a checkpoint nothing is concluded', async () => {
  const scene = new Scene();
  scene.sends(A);
  const { bus } = scene;
  bus.bounds = async () => ({ first: 2, last: 2 });
  const own = await scene.books();
  expect(scene.compare(own)).toMatch(/ORDERS has lost its first messages.*then `algo adopt`/);
});

test('how the account is set up is in the report; while nobody says it, nothing is concluded', async () => {
  const scene = new Scene();
  const own = await scene.books();
  const report = scene.compare(own);
  expect(typeof report === 'string' ? report : report.setup).toEqual(LENT);
  scene.setup = { type: 'failed', reason: 'time-out' };
  expect(scene.compare(own)).toBe('scene does not say: time-out');
  scene.setup = { type: 'answered', value: { ...LENT, positionMode: 'hedge' }, asOfUs: 9 };
  expect(scene.compare(own)).toMatchObject({ setup: { positionMode: 'hedge' }, verdict: { type: 'pass' } });
});
