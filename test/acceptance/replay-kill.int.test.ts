import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Blow, blows, RUN_MAX_MS, replay } from './support/disturbed-replay.ts';
import type { EngineOutcome } from './support/engine-outcome.ts';
import { SERVICE_NAMES } from './support/engine-run.ts';
import { generatedTape, recordedTape, type TradeTape } from './support/trade-tape.ts';

/** Whatever happened: each order is at the venue once, each position was guarded from its first moment. */
function expectSound({ venueOrders, positions, stored, deadLetters }: EngineOutcome): void {
  const orderIds = venueOrders.map(
    (line) => (JSON.parse(line) as { order: { clientOrderId: string } }).order,
  );
  expect(new Set(orderIds.map(({ clientOrderId }) => clientOrderId)).size).toBe(venueOrders.length);
  const unguarded = positions.filter(
    (event) => event.type === 'PositionOpened' && !event.stopPrice.isPositive(),
  );
  expect(unguarded).toEqual([]);
  const opened = positions.filter(({ type }) => type === 'PositionOpened').map(({ position }) => position.id);
  expect(new Set(opened).size).toBe(opened.length);
  expect(stored.duplicates).toBe('0');
  expect(deadLetters).toBe(0);
}

const tapes: readonly {
  name: string;
  make: (dir: string) => TradeTape;
  trades: number;
  ordersMin: number;
}[] = [
  {
    name: 'the first 20,000 trades of a recorded tape',
    make: (dir) => recordedTape(dir, 20_000),
    trades: 20_000,
    ordersMin: 0,
  },
  {
    name: '6,000 trades of a made-up market with many orders',
    make: (dir) => generatedTape(dir, 6_000, { seed: 3, ordersPerSecond: 1 }),
    trades: 6_000,
    ordersMin: 4,
  },
];

describe.each(tapes)('$name', ({ make, trades, ordersMin }) => {
  let dir = '';
  let tape: TradeTape;
  let undisturbed: EngineOutcome;

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'algo-replay-kill-'));
    tape = make(dir);
    undisturbed = await replay(join(dir, 'undisturbed'), tape, []);
  }, RUN_MAX_MS);
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  test('an undisturbed run stores every trade and leaves nothing unguarded', () => {
    expect(undisturbed.stored.ticks).toMatch(new RegExp(`^${trades} rows `));
    expect(undisturbed.venueOrders.length).toBeGreaterThanOrEqual(ordersMin);
    expectSound(undisturbed);
  });

  const runs: readonly (readonly [sentence: string, hits: readonly Blow[]])[] = [
    ['in a second run that nobody disturbs', []],
    [
      'when each service is killed once',
      blows(
        1,
        SERVICE_NAMES.map((name) => [name]),
      ),
    ],
    [
      'when nats-server is killed twice, and all processes at once',
      blows(2, [['nats-server'], ['nats-server'], [...SERVICE_NAMES, 'nats-server']]),
    ],
    ['when the supervisor is killed, and then everything', blows(3, ['supervisor', 'everything'])],
  ];
  test.each(runs)(
    'the same is stored, decided, ordered, filled and guarded %s',
    async (_, hits) => {
      const outcome = await replay(join(dir, `hit-${hits.length}`), tape, hits);
      expectSound(outcome);
      expect(outcome.stored).toEqual(undisturbed.stored);
      expect(outcome.journal).toEqual(undisturbed.journal);
      expect(outcome.journalHash).toBe(undisturbed.journalHash);
      expect(outcome.venueOrders).toEqual(undisturbed.venueOrders);
      expect(outcome.venueFills).toEqual(undisturbed.venueFills);
      expect(outcome.positions).toEqual(undisturbed.positions);
    },
    2 * RUN_MAX_MS,
  );
});
