import { expect, test } from 'vitest';
import type { ReconciliationReport } from '../domain/index.ts';
import { A, fill, LENT, LTC, ours, venueOrder } from '../domain/testing/reconcile-scenario.ts';
import { found, Scene } from './testing/compared-scene.ts';

const B = ours('c');

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

test('the exchange is told once in which instruments a fill of ours is newer than its reading', async () => {
  const scene = new Scene();
  const own = await scene.books();
  scene.compare(own);
  scene.fills(fill('t1', A, '10'));
  scene.compare(own);
  scene.compare(own);
  scene.fills(fill('t2', A, '10'));
  scene.compare(own);
  expect(scene.filledIn).toEqual([[], [LTC], [], [LTC]]);
});

test('the first two comparisons that pass in a life are urgent, later ones are not', async () => {
  const scene = new Scene();
  const own = await scene.books();
  const { setup } = scene;
  for (let i = 0; i < 3; i++) scene.compare(own);
  scene.setup = { type: 'failed', reason: 'silent' };
  scene.compare(own, 2);
  scene.setup = setup;
  for (let i = 0; i < 3; i++) scene.compare(own, 2);
  expect(scene.urgencies).toEqual(['urgent', 'urgent', 'routine', 'urgent', 'urgent', 'routine']);
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
  scene.compare(own); // what cash there is at first is written down
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

test('unexplained cash is told, stops nothing, and is so once two moments have shown it', async () => {
  const scene = new Scene();
  const own = await scene.books();
  const S = 1_000_000;
  const look = (usdt: string, seconds: number) => {
    scene.usdt = usdt;
    scene.asOfUs = seconds * S;
    const report = scene.compare(own);
    return [found(report), typeof report !== 'string' && report.verdict.type];
  };
  expect(look('1000', 1)).toEqual([[], 'pass']);
  scene.deposits('50', 2 * S);
  expect(look('1050', 3)).toEqual([[], 'pass']);
  expect(look('900', 4)).toEqual([['D9 adjust_balance'], 'pass']);
  // The same moment again is no second one.
  expect(look('900', 4)).toEqual([['D9 adjust_balance'], 'pass']);
  expect(look('900', 14)).toEqual([['D9 adjust_balance'], 'pass']);
  expect(look('900', 15)).toEqual([[], 'pass']);
  // What is written down outlives a restart.
  await own[Symbol.asyncDispose]();
  const next = await scene.books();
  scene.usdt = '1000';
  expect(found(scene.compare(next))).toEqual(['D9 adjust_balance']);
});
