import { SeededRandom } from '@algo/simulation';
import { expect, test } from 'vitest';
import { soak } from '../acceptance/support/config.ts';
import { expectSameBooks, expectStops } from './expect-books.ts';
import { paperEngine } from './paper-engine.ts';

/** *Units*: virtual wall ms; the feed runs 60 times as fast. */
const HOSTILE_MS = soak ? 16_000 : 9_000;
const HEALED_MS = 9_000;
/** The exchange takes some 50 told times a second besides its trades. */
const HOSTILE_INPUTS = HOSTILE_MS / 10;

test.each<[string, string]>([
  ['loses requests', 'requestLost=0.3'],
  ['takes requests twice', 'requestTwice=0.5'],
  ['never answers what it took', 'answerLost=0.3'],
  ['answers late, behind the account events', 'answerLate=0.7, lateInputs=60'],
  ['answers twice', 'answerTwice=0.7, lateInputs=60'],
  ['tells account events late, twice and in another order', 'eventLate=0.4, eventTwice=0.4, lateInputs=60'],
  ['breaks the account stream', 'streamBreaks=0.2, brokenInputs=100'],
  ['loses account events', 'eventLost=0.2'],
  ['shows its books late and cut short', 'readsBehind=3, readShort=0.3, answerLost=0.2'],
  ['fills in pieces with ids counted per symbol', 'fillPieces=4, tradeIdsPerSymbol=1'],
  ['has a narrow price band and no short selling', 'priceBand=0.002, spotNoShort=1'],
  ['lets somebody close positions by hand', 'closedByHand=0.01'],
  ['takes few requests and bans who sends more', 'requestsPer10s=1, answerLost=0.1'],
  ['closes for maintenance', 'maintenanceEveryS=180, cancelOnlyS=20, closedS=20, answerLost=0.1'],
  ['takes its fees in what was bought', 'feeInBase=1'],
  ['takes its fees in an asset of its own', 'feeAssetPrice=600'],
  [
    'does all of it',
    'requestLost=0.1, answerLost=0.1, answerLate=0.2, eventLate=0.2, eventTwice=0.2, lateInputs=60',
  ],
])(
  'the exchange %s: in the end our books are its books',
  async (_, vices) => {
    const engine = paperEngine(60, `${vices}, inputsMax=${HOSTILE_INPUTS}`, {
      ...{ delays: true, environment: { ALGO_SNAPSHOT_INTERVAL_MS: '2000' } },
    });
    const random = SeededRandom.seeded(1).stream('kills');
    await engine.start(...engine.identities);
    const killable = engine.identities.filter((identity) => !identity.startsWith('ingest'));
    for (let endMs = engine.clock.nowMs() + HOSTILE_MS; engine.clock.nowMs() < endMs; ) {
      await engine.pass(2_000 + Math.floor(random.uniform() * 4_000));
      const identity = killable[Math.floor(random.uniform() * killable.length)]!;
      engine.kill(identity);
      await engine.pass(Math.floor(random.uniform() * 500));
      await engine.passing(engine.begin(identity));
    }
    await engine.pass(HEALED_MS);

    expect(engine.said('ORDERS', 'OrderSubmitted').length).toBeGreaterThan(2);
    expect(new Set(engine.submitted).size).toBe(engine.submitted.length);
    expectSameBooks(engine);
    expectStops(engine);
    expect(engine.divergences).toEqual([]);
  },
  120_000,
);
