import { expect, test } from 'vitest';
import { InstrumentRows } from './instrument-rows.ts';
import { LTC, trades } from './testing/sample-rows.ts';

function rowsAt(position: number): InstrumentRows {
  const spec = { instrument: LTC, path: 'x', exchange: 'binance', idKind: 'counted' } as const;
  return new InstrumentRows(spec, { position, trades: 0, lastTradeId: null, rolledToUs: 0 });
}

function add(rows: InstrumentRows, position: number, count: number): void {
  rows.append({ instrument: LTC, position, trades: trades(LTC, position * 1_000, count) });
}

test('a batch holds the covered positions only, and the next begins where it ended', () => {
  const rows = rowsAt(10);
  for (const position of [11, 12, 13]) add(rows, position, 5);
  rows.commitUpTo(12, 0);
  expect(rows.takeBatch()).toMatchObject({ from: 10, to: 12, rows: 10 });
  rows.commitUpTo(13, 0);
  expect(rows.takeBatch()).toMatchObject({ from: 12, to: 13, rows: 5 });
});

test('a batch that failed is offered again unchanged before any newer row', () => {
  const rows = rowsAt(0);
  add(rows, 1, 5);
  rows.commitUpTo(1, 0);
  const batch = rows.takeBatch();
  rows.onFailed(batch, 1_000);
  add(rows, 2, 500);
  rows.commitUpTo(2, 0);
  expect(rows.isDue(999, 100, 10)).toBe(false);
  expect(rows.dueAtMs(10)).toBe(1_000);
  expect(rows.isDue(1_000, 100, 10)).toBe(true);
  expect(rows.takeBatch()).toBe(batch);
  expect(rows.takeBatch()).toMatchObject({ from: 1, to: 2, rows: 500 });
});

test('a batch is due at so many rows, or so long after its first row was covered', () => {
  const rows = rowsAt(0);
  expect(rows.dueAtMs(1_000)).toBe(Number.POSITIVE_INFINITY);
  add(rows, 1, 99);
  rows.commitUpTo(1, 500);
  expect(rows.isDue(1_499, 100, 1_000)).toBe(false);
  expect(rows.isDue(1_500, 100, 1_000)).toBe(true);
  add(rows, 2, 1);
  rows.commitUpTo(2, 600);
  expect(rows.isDue(600, 100, 1_000)).toBe(true);
});
