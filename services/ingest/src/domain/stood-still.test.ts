// Time in which ingest does not run is none that a hole was waited for.
import { BUY, type FeedEvent, instrumentId } from '@algo/model';
import { expect, test } from 'vitest';
import { REORDER_WAIT_MS } from './bounds.ts';
import type { RawTrades } from './raw-trades.ts';
import { Sequencer } from './sequencer.ts';

const LTC = instrumentId('binance.spot.LTCUSDT');
const T0 = 1_750_507_467_000_000;
const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

function rows(ids: readonly number[]): RawTrades {
  const same = (value: number) => new Float64Array(ids.length).fill(value);
  return {
    ...{ instrument: LTC, count: ids.length, timeUs: Float64Array.from(ids, (id) => T0 + id * 1_000) },
    ...{ price: same(83.5), quantity: same(1), side: new Uint8Array(ids.length).fill(BUY) },
    ids: Float64Array.from(ids),
  };
}

/** Behind trade 10, one is heard that jumps; 250 ms later the hole before it is open. */
function behindHole(id: number): Sequencer {
  const last = { id: 10, timeUs: T0 + 10_000 };
  const sequencer = new Sequencer({ instrument: LTC, last, noRest: undefined, rowsSpanIds: true });
  sequencer.hear(rows([id]), { receivedUs: 1, heardMs: 0 });
  for (const nowMs of [0, 100, 200, REORDER_WAIT_MS]) sequencer.goOn(nowMs);
  return sequencer;
}

/** What it has said since. */
function said(sequencer: Sequencer) {
  const words = sequencer.take();
  const ids = words.flatMap((word) => (word.type === 'released' ? [...word.raw.ids!] : []));
  return {
    ids,
    gaps: words.flatMap((word): FeedEvent['type'][] => (word.type === 'gap' ? [word.event.type] : [])),
  };
}

test('while this process stood still nobody was asked, so no time has passed', () => {
  const sequencer = behindHole(12);
  sequencer.goOn(60_250);
  expect(said(sequencer).gaps).toEqual(['GapOpened']);
  expect(sequencer.question(60_250)).toMatchObject({ fromId: 11 });
  sequencer.page(11, rows([11, 12]), 60_260);
  expect(said(sequencer)).toEqual({ ids: [11, 12], gaps: ['GapFilled'] });
});

test('time in which others have the processor is none that a hole was waited for', () => {
  const sequencer = behindHole(1_500);
  sequencer.page(11, rows(numbers(11, 1_010)), 300);
  // It runs for an instant each 900 ms: so long no second page can be asked for and read.
  for (let nowMs = 900; nowMs <= 60_000; nowMs += 900) sequencer.goOn(nowMs);
  sequencer.page(1_011, rows(numbers(1_011, 1_500)), 60_100);
  expect(said(sequencer)).toEqual({ ids: numbers(11, 1_500), gaps: ['GapOpened', 'GapFilled'] });
});

test('what began to wait while others had the processor has waited since then, not less than nothing', () => {
  const sequencer = behindHole(12);
  sequencer.page(11, rows([11]), 300);
  said(sequencer);
  sequencer.hear(rows([14]), { receivedUs: 1, heardMs: 1_150 });
  for (const nowMs of [2_000, 2_100, 2_200]) sequencer.goOn(nowMs);
  // Prices of what waits are said by the wall, however little was run.
  expect([said(sequencer).gaps, sequencer.oldestHoleMs]).toEqual([[], 1_150]);
  sequencer.goOn(2_000 + REORDER_WAIT_MS);
  expect(said(sequencer).gaps).toEqual(['GapOpened']);
});
