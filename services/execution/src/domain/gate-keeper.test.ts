import type { ReconciliationRequested } from '@algo/contracts';
import { type ClientOrderId, clientOrderId, FeedTimes, type ShutInstrument } from '@algo/model';
import { expect, test } from 'vitest';
import type { ExecutionInput, ExecutionOutput } from './execution-io.ts';
import { GateKeeper } from './gate-keeper.ts';
import { LookingTime } from './looking-time.ts';
import { ACCOUNT, LTC, S, told } from './testing/execution-scenario.ts';

const WORKS = clientOrderId('works');
const ABOUT = {
  ...{ account: ACCOUNT, venue: 'paper' },
  ledger: { get: () => undefined, isOpen: (id: ClientOrderId) => id === WORKS },
};
type Report = Extract<ExecutionInput, { type: 'ReconciliationCompleted' | 'ReconciliationFailed' }>;

/**
 * A keeper in its first epoch that a feed tells the time, and that hears the account stream from the
 * start.
 */
const NOTHING_ELSE = { aside: [], setup: null, orders: [], shownUs: 1 };
class Watch {
  readonly times = new FeedTimes();
  readonly looking = new LookingTime(this.times);
  keeper = new GateKeeper(ABOUT, this.looking);
  readonly asked: ReconciliationRequested[] = [];

  readonly speed: number;

  constructor(speed = 1) {
    this.speed = speed;
    this.at(0);
    this.#hear((out) => this.keeper.start(1, out));
    this.asked.length = 0;
    this.connected();
  }

  /** The account stream is connected, for the first time or again. */
  connected(): this {
    this.#hear((out) => this.keeper.streamConnected(out));
    return this;
  }

  /** Lets the feed tell this time. */
  at(seconds: number): this {
    this.times.take(told(seconds * S, { speed: this.speed }));
    this.#hear((out) => this.keeper.advance(out));
    return this;
  }

  /** No feed tells the time for so long by the wall, looked at every 5 s. */
  silent(seconds: number): this {
    for (let s = 0; s < seconds; s += 5) {
      this.looking.pass(5_000);
      this.#hear((out) => this.keeper.advance(out));
    }
    return this;
  }

  /** A comparison finds LTC to differ in nothing but these orders, and passes. */
  differs(orders: readonly ClientOrderId[]): this {
    const shut = [{ instrument: LTC, reason: 'unheard of', shutsExits: false, orders }];
    return this.answer('ReconciliationCompleted', { shut });
  }

  answer(
    type: Report['type'],
    change: {
      readonly requestId?: string;
      readonly epoch?: number;
      readonly shut?: readonly ShutInstrument[];
    } = {},
  ): this {
    const requestId = this.asked.at(-1)!.requestId;
    const { shut = [], ...other } = change;
    const about = { account: ACCOUNT, requestId, epoch: 1, ...other };
    this.keeper.answered(
      type === 'ReconciliationCompleted'
        ? { type, ...about, validForMs: 60_000, shut, differences: [], ...NOTHING_ELSE }
        : { type, ...about },
    );
    return this;
  }

  get isOpen(): boolean {
    return this.keeper.gate.isFresh(this.times.newestUs());
  }

  get askedAt(): number[] {
    return this.asked.map(({ timeUs }) => timeUs / S);
  }

  #hear(run: (out: ExecutionOutput[]) => unknown): void {
    const out: ExecutionOutput[] = [];
    run(out);
    for (const output of out) if (output.type === 'ReconciliationRequested') this.asked.push(output.asked);
  }
}

test('before any life nothing is asked and nothing passes', () => {
  const keeper = new GateKeeper(ABOUT, new LookingTime(new FeedTimes()));
  const out: ExecutionOutput[] = [];
  keeper.advance(out);
  expect([out, keeper.gate.isFresh(0)]).toEqual([[], false]);
});

test('the first life of a fresh directory asks at once, and trades when its question passes', () => {
  const watch = new Watch();
  expect(watch.asked).toMatchObject([{ epoch: 1, requestId: 'paper-main:1:2', venue: 'paper', timeUs: 0 }]);
  expect(watch.isOpen).toBe(false);
  expect(watch.answer('ReconciliationCompleted').isOpen).toBe(true);
});

test('without the account stream a pass is asked for as ever, lets exits pass, and no entry', () => {
  const watch = new Watch().answer('ReconciliationCompleted');
  watch.keeper.gate.lose();
  expect(watch.isOpen).toBe(false);
  expect(watch.at(30).answer('ReconciliationCompleted').isOpen).toBe(false);
  expect(watch.keeper.gate.state.openedOnce).toBe(true);
});

test('when the account stream is back what it missed is compared before the gate opens', () => {
  const watch = new Watch().answer('ReconciliationCompleted').at(10);
  watch.keeper.gate.lose();
  const [asked] = watch.asked;
  watch.connected();
  expect(watch.askedAt).toEqual([0, 10]);
  expect(watch.answer('ReconciliationCompleted', { requestId: asked!.requestId }).isOpen).toBe(false);
  expect(watch.answer('ReconciliationCompleted').isOpen).toBe(true);
});

test('an account stream that is back and has missed something says so at once', () => {
  const watch = new Watch().answer('ReconciliationCompleted').connected();
  expect([watch.isOpen, watch.askedAt]).toEqual([false, [0, 0]]);
});

test('only the answer to the last question of this epoch opens', () => {
  const late = new Watch();
  const [{ requestId }] = late.asked as [ReconciliationRequested];
  late.at(12);
  expect(late.askedAt).toEqual([0, 12]);
  expect(late.answer('ReconciliationCompleted', { requestId }).isOpen).toBe(false);
  expect(late.answer('ReconciliationCompleted', { epoch: 0 }).isOpen).toBe(false);
  expect(late.answer('ReconciliationCompleted').isOpen).toBe(true);
});

test('a pass is asked for again after 30 s, and holds for 60 s', () => {
  const watch = new Watch().answer('ReconciliationCompleted').at(29);
  expect(watch.askedAt).toEqual([0]);
  expect(watch.at(30).askedAt).toEqual([0, 30]);
  expect([watch.at(60).isOpen, watch.at(60.1).isOpen]).toEqual([true, false]);
});

test('what fails closes, and is asked again with pauses that double up to 30 s', () => {
  const watch = new Watch().answer('ReconciliationCompleted').at(30);
  const pauses: number[] = [];
  let now = 30;
  for (let n = 0; n < 6; n++) {
    watch.answer('ReconciliationFailed');
    expect(watch.isOpen).toBe(false);
    const count = watch.asked.length;
    const from = now;
    while (watch.asked.length === count) watch.at(++now);
    pauses.push(now - from);
  }
  expect(pauses).toEqual([2, 4, 8, 16, 30, 30]);
});

test('silence is asked again after 10 s and a pause, and a late answer to the last question counts', () => {
  const watch = new Watch();
  for (let now = 1; now <= 40; now++) watch.at(now);
  expect(watch.askedAt).toEqual([0, 12, 26]);
  expect(watch.answer('ReconciliationCompleted').isOpen).toBe(true);
});

test('at twenty times the speed all pauses are twenty times as long in event time', () => {
  const watch = new Watch(20).answer('ReconciliationCompleted').at(599);
  expect(watch.askedAt).toEqual([0]);
  expect(watch.at(600).askedAt).toEqual([0, 600]);
  expect([watch.at(1_200).isOpen, watch.at(1_201).isOpen]).toEqual([true, false]);
});

test('a report of a newer epoch closes for good', () => {
  const watch = new Watch().answer('ReconciliationCompleted');
  watch.answer('ReconciliationCompleted', { epoch: 2 });
  expect([watch.isOpen, watch.answer('ReconciliationCompleted').isOpen]).toEqual([false, false]);
  expect(watch.at(500).askedAt).toEqual([0]);
});

test('kept and brought back, it goes on as it was', () => {
  const watch = new Watch().answer('ReconciliationCompleted').at(20);
  watch.keeper = new GateKeeper(ABOUT, watch.looking, watch.keeper.state());
  expect([watch.isOpen, watch.at(30).askedAt]).toEqual([true, [0, 30]]);
});

test('while no feed tells the time the books are asked about by the wall, at the same pace', () => {
  const watch = new Watch().answer('ReconciliationCompleted').silent(25);
  expect(watch.asked).toHaveLength(1);
  expect(watch.silent(5).asked).toHaveLength(2);
  expect(watch.answer('ReconciliationCompleted').silent(30).asked).toHaveLength(3);
});

test('a feed that tells the time again after a silence, from where it stood, is waited for no longer', () => {
  const watch = new Watch().answer('ReconciliationCompleted').silent(600).answer('ReconciliationCompleted');
  const before = watch.asked.length;
  expect(watch.at(29).asked).toHaveLength(before);
  expect(watch.at(30).asked).toHaveLength(before + 1);
});

test.each<[string, string[], boolean]>([
  ['that is in our ledger shuts nothing', [WORKS], false],
  ['that nobody sent shuts its instrument', ['nobodys'], true],
  ['beside one that nobody sent shuts its instrument', [WORKS, 'nobodys'], true],
])('an order at the venue %s, and what differs is looked at again soon', (_, orders, isShut) => {
  const watch = new Watch().differs(orders.map(clientOrderId));
  expect([watch.isOpen, watch.keeper.gate.shut(LTC) !== undefined]).toEqual([true, isShut]);
  expect(watch.at(2).askedAt).toEqual([0, 2]);
});
