import { FLOW_WINDOWS, Grid } from '@algo/model';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FlowWindows, HELD } from './flow-windows.ts';
import { SnapshotReader, SnapshotWriter } from './snapshot.ts';
import { TapeTip } from './tape-tip.ts';
import { TradeRing } from './trade-ring.ts';

const SECONDS = { '15s': 15, '1m': 60, '5m': 300, '15m': 900 } as const;
const DAY_US = 86_400e6;
const ONE = new Grid(1, 'quantityStep');
type Row = readonly [gapUs: number, steps: number, isBuy: boolean, merged: number];

/** What each window says. */
function read(windows: FlowWindows, nowUs: number) {
  const tip = new TapeTip();
  tip.passTo(nowUs);
  windows.read(tip, ONE);
  return FLOW_WINDOWS.map((window, i) => {
    const [buy, sell, buyTrades, sellTrades] = windows.held.subarray(i * HELD);
    return { window, buy, sell, buyTrades, sellTrades };
  });
}

/** What each window holds, counted from the definition [t − W, t). */
function counted(rows: readonly Row[], nowUs: number) {
  let timeUs = 0;
  const trades = rows.map(([gap, steps, isBuy, merged]) => {
    timeUs += gap;
    return { timeUs, steps, isBuy, merged };
  });
  return FLOW_WINDOWS.map((window) => {
    const fromUs = nowUs - SECONDS[window] * 1e6;
    const inside = trades.filter((t) => t.timeUs >= fromUs && t.timeUs < nowUs);
    const volume = (buy: boolean) => inside.filter((t) => t.isBuy === buy).reduce((s, t) => s + t.steps, 0);
    const counted = (buy: boolean) => inside.filter((t) => t.isBuy === buy).reduce((s, t) => s + t.merged, 0);
    return {
      window,
      buy: volume(true),
      sell: volume(false),
      buyTrades: counted(true),
      sellTrades: counted(false),
    };
  });
}

/** Trades of one moment before them, so that rows lie in several pieces of the ring. */
const ahead = fc
  .tuple(fc.nat({ max: 2_100 }), fc.integer({ min: 0, max: 900 }))
  .map(([count, gap]) =>
    Array.from({ length: count }, (_, i): Row => [i === count - 1 ? gap * 1e6 : 0, 1, i % 3 > 0, 1]),
  );
const rows = fc.array(
  fc.tuple(
    fc.oneof(
      { arbitrary: fc.integer({ min: 0, max: 90_000 }).map((ms) => ms * 1_000), weight: 60 },
      { arbitrary: fc.integer({ min: 0, max: 90e6 }), weight: 2 },
      { arbitrary: fc.integer({ min: 1, max: 60 * DAY_US }), weight: 1 },
    ),
    fc.oneof(
      { arbitrary: fc.integer({ min: 1, max: 1000 }), weight: 20 },
      fc.integer({ min: 1, max: 2 ** 40 }),
    ),
    fc.boolean(),
    fc.oneof(
      { arbitrary: fc.integer({ min: 1, max: 5 }), weight: 50 },
      fc.integer({ min: 127, max: 70_000 }),
    ),
  ),
  { minLength: 1, maxLength: 700 },
);

test('each window holds exactly [t − W, t), whenever it is read, rebased or restored', () => {
  fc.assert(
    fc.property(ahead, rows, fc.nat({ max: 2_799 }), fc.nat({ max: 1000 }), (before, behind, at, later) => {
      const trades = [...before, ...behind];
      let ring = new TradeRing();
      let windows = new FlowWindows(ring);
      let nowUs = 0;
      trades.forEach(([gap, steps, isBuy, merged], i) => {
        nowUs += gap;
        windows.add(nowUs, 1, steps, isBuy ? 1 : 0, merged);
        if (i % 97 === 5) read(windows, nowUs);
        if (i === at) {
          windows.rebase(nowUs);
          const to = new SnapshotWriter();
          ring.save(to, nowUs);
          windows.save(to, nowUs);
          ring = new TradeRing();
          windows = new FlowWindows(ring);
          const from = new SnapshotReader(to.bytes());
          ring.load(from);
          windows.load(from);
        }
      });
      for (const readUs of [nowUs + 1, nowUs + 1e6 * (1 + later)]) {
        expect(read(windows, readUs)).toEqual(counted(trades, readUs));
      }
    }),
  );
});

test('beyond its bound the oldest trades fall out, and it is known since when', () => {
  const ring = new TradeRing(8);
  const windows = new FlowWindows(ring);
  for (let i = 1; i <= 11; i++) windows.add(i * 1e6, 1, 1, 1, 1);
  expect(read(windows, 11e6).map((w) => w.buyTrades)).toEqual([8, 8, 8, 8]);
  expect(ring.droppedUs).toBe(3e6);
});
