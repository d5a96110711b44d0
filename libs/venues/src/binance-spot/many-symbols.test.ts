import { Decimal, type Fill, type SubmitOutcome } from '@algo/model';
import { expect, test } from 'vitest';
import type { VenueAnswer } from '../port.ts';
import { ACCOUNT, spotOnStandIn, spotOrder, TERMS, told } from './testing/spot-on-stand-in.ts';

test('a first reading of 500 symbols goes on where the weight of a minute ended', async () => {
  const names = Array.from({ length: 499 }, (_, i) => `D${i}USDT`);
  await using house = await spotOnStandIn({ names: ['LTCUSDT', ...names] });
  const order = spotOrder({ limitPrice: Decimal.of('84') });
  await told<SubmitOutcome>((done) => house.venue.submit(order, TERMS, done));
  let minutes = 0;
  for (let answer: VenueAnswer<readonly Fill[]> | undefined; answer?.type !== 'answered'; minutes++) {
    expect(minutes).toBeLessThan(5);
    answer = await told<VenueAnswer<readonly Fill[]>>((done) =>
      house.venue.fillsSince(ACCOUNT, TERMS.sentUs, done),
    );
    if (answer.type === 'answered') expect(answer.value).toHaveLength(1);
    house.clock.advance(60_000);
  }
  expect(minutes).toBeGreaterThan(1);
  expect(house.exchange.market.refusedRequests).toBe(0);
});
