import { expect, test } from 'vitest';
import { restUntilMs } from './due-rows.ts';
import { FlushPace } from './flush-pace.ts';
import { InstrumentRows } from './instrument-rows.ts';
import { LTC, trades } from './testing/sample-rows.ts';

/** A file with a row that waits since a moment. */
function waiting(sinceMs: number): InstrumentRows {
  const spec = { instrument: LTC, path: 'x', exchange: 'binance', idKind: 'counted' } as const;
  const rows = new InstrumentRows(spec, { position: 0, trades: 0, lastTradeId: null, rolledToUs: 0 });
  rows.append({ instrument: LTC, position: 1, trades: trades(LTC, 1, 1) });
  rows.commitUpTo(1, sinceMs);
  return rows;
}

test('of a thousand files that take turns none rests once one has waited too long', () => {
  const pace = new FlushPace({ dataDir: '' });
  pace.files = 1_000;
  const files = [waiting(50_000), waiting(10_000)];
  expect(pace.waitLateMs).toBe(75_000);
  expect(restUntilMs(files, pace, 40, 84_999)).toBe(85_039);
  expect(restUntilMs(files, pace, 40, 85_000)).toBe(85_000);
});

test('a few files are written by their interval, and always rest', () => {
  const pace = new FlushPace({ dataDir: '' });
  pace.files = 100;
  expect(restUntilMs([waiting(10)], pace, 40, 1_000_000)).toBe(1_000_120);
});
