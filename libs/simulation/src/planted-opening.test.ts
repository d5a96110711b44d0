// A market that opens with something to see: the same market before, a whole planted episode from then on.
import { BUY, type TradeColumns, US_PER_MINUTE, US_PER_SECOND } from '@algo/model';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SyntheticMarket, type SyntheticSettings } from './synthetic-market.ts';
import { LTC } from './testing/paper-fixture.ts';

const START_US = 1_750_000_000 * US_PER_SECOND;
const OPENS_US = START_US + 30 * US_PER_MINUTE;
const settings: SyntheticSettings = { instrument: LTC, seed: 1, startUs: START_US, startPrice: 85 };
const seeds = fc.nat();

function lines(parts: readonly TradeColumns[]): string {
  return parts
    .flatMap(({ timeUs, price, quantity }) =>
      Array.from(timeUs, (at, i) => `${at} ${price[i]} ${quantity[i]}`),
    )
    .join();
}

test('the episode begins at its time, whatever is under way, and is whole', () => {
  fc.assert(
    fc.property(seeds, fc.integer({ min: 0, max: 30 }), (seed, minutes) => {
      const opensUs = START_US + minutes * US_PER_MINUTE;
      const market = new SyntheticMarket({ ...settings, seed, opensUs });
      market.next(opensUs + 12 * US_PER_MINUTE);
      const phases = market.phases();
      const at = phases.findIndex(({ startUs }) => startUs === opensUs);
      expect(phases[at - 1]?.endUs ?? START_US).toBe(opensUs);
      const episode = phases.slice(at, at + 5);
      expect(episode.map(({ kind }) => kind)).toEqual(['base', 'burst', 'reversal', 'return', 'burst']);
      expect(episode[1]?.direction).toBe(episode[0]?.direction);
      for (const [i, phase] of episode.entries())
        if (i > 0) expect(phase.startUs).toBe(episode[i - 1]!.endUs);
    }),
    { numRuns: 6 },
  );
});

test('before it opens the market is the same as one that never opens', () => {
  fc.assert(
    fc.property(seeds, (seed) => {
      const opening = new SyntheticMarket({ ...settings, seed, opensUs: OPENS_US });
      const plain = new SyntheticMarket({ ...settings, seed });
      expect(lines([opening.next(OPENS_US)])).toBe(lines([plain.next(OPENS_US)]));
    }),
    { numRuns: 5 },
  );
});

test('however the calls slice time, and through snapshots, the opening is the same', () => {
  const spanUs = 40 * US_PER_MINUTE;
  const cuts = fc.array(fc.integer({ min: 0, max: spanUs }), { maxLength: 8 });
  fc.assert(
    fc.property(seeds, cuts, (seed, times) => {
      const made = { ...settings, seed, opensUs: OPENS_US };
      let sliced = new SyntheticMarket(made);
      const parts: TradeColumns[] = [];
      for (const cut of [...times.sort((a, b) => a - b), spanUs]) {
        parts.push(sliced.next(START_US + cut));
        sliced = SyntheticMarket.restore(made, JSON.parse(JSON.stringify(sliced.snapshot())));
      }
      expect(lines(parts)).toBe(lines([new SyntheticMarket(made).next(START_US + spanUs)]));
    }),
    { numRuns: 5 },
  );
});

test('within six minutes of the opening takers are so one-sided that a detector must see it', () => {
  for (const seed of [1, 2, 3, 4, 5]) {
    const market = new SyntheticMarket({ ...settings, seed, opensUs: OPENS_US });
    market.next(OPENS_US);
    const { timeUs, quantity, side } = market.next(OPENS_US + 6 * US_PER_MINUTE);
    const minutes = Array.from({ length: 6 }, () => ({ bought: 0, sold: 0 }));
    timeUs.forEach((at, i) => {
      const minute = minutes[Math.floor((at - OPENS_US) / US_PER_MINUTE)]!;
      if (side[i] === BUY) minute.bought += quantity[i]!;
      else minute.sold += quantity[i]!;
    });
    const ratios = minutes.map(({ bought, sold }) => Math.max(bought, sold) / Math.min(bought, sold));
    expect(Math.max(...ratios)).toBeGreaterThan(2.5);
  }
});
