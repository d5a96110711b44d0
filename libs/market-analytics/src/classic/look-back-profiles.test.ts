import { plainProfile } from '@algo/model';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Resolution } from '../resolution.ts';
import { SnapshotReader, SnapshotWriter } from '../snapshot.ts';
import { TapeTip } from '../tape-tip.ts';
import { TradeRing } from '../trade-ring.ts';
import { LookBackProfiles } from './look-back-profiles.ts';

const LENGTHS_US = [60e6, 300e6, 900e6, 3_600e6];
const SCOPES = ['1m', '5m', '15m', '60m'] as const;
const ROOM = 64;

const row = fc.record({
  gapUs: fc.oneof(
    { arbitrary: fc.integer({ min: 0, max: 60e6 }), weight: 20 },
    fc.integer({ min: 0, max: 9e9 }),
  ),
  price: fc.oneof(
    { arbitrary: fc.integer({ min: 100, max: 112 }), weight: 20 },
    fc.integer({ min: 1, max: 2 ** 40 }),
  ),
  volume: fc.integer({ min: 1, max: 50 }),
  isRead: fc.boolean(),
  isRestored: fc.oneof({ arbitrary: fc.constant(false), weight: 20 }, fc.constant(true)),
});

test('each profile holds what its time does, of what there is room for, however seldom it is read', () => {
  fc.assert(
    fc.property(fc.array(row, { minLength: 80, maxLength: 300 }), (rows) => {
      const resolution = new Resolution(1, 1);
      const tip = new TapeTip();
      let ring = new TradeRing(ROOM);
      let profiles = new LookBackProfiles(resolution, SCOPES, SCOPES, ring);
      let timeUs = 1e15;
      const trades: { timeUs: number; price: number; volume: number }[] = [];
      for (const { gapUs, price, volume, isRead, isRestored } of rows) {
        timeUs += gapUs;
        trades.push({ timeUs, price, volume });
        ring.nextUs = timeUs;
        ring.add(price, volume, 1);
        if (isRestored) {
          const to = new SnapshotWriter();
          ring.save(to, timeUs + 1);
          ring = new TradeRing(ROOM);
          profiles = new LookBackProfiles(resolution, SCOPES, SCOPES, ring);
          ring.load(new SnapshotReader(to.bytes()));
          profiles.restart();
        }
        if (!isRead) continue;
        tip.passTo(timeUs + 1);
        tip.turn++;
        const said = profiles.read(tip).map(plainProfile);
        for (const [i, lengthUs] of LENGTHS_US.entries()) {
          const held = trades.slice(-ROOM).filter((trade) => trade.timeUs >= timeUs + 1 - lengthUs);
          const byPrice = new Map<number, number>();
          for (const each of held) byPrice.set(each.price, (byPrice.get(each.price) ?? 0) + each.volume);
          const most = Math.max(...byPrice.values());
          expect(said[i]).toMatchObject({
            scope: SCOPES[i],
            volume: held.reduce((total, each) => total + each.volume, 0),
            poc: Math.min(...[...byPrice].filter(([, its]) => its === most).map(([each]) => each)),
          });
        }
      }
    }),
    { numRuns: 60 },
  );
});
