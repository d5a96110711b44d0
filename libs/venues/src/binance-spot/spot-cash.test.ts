import type { CashMove, VenueEvent } from '@algo/model';
import { expect, test } from 'vitest';
import { until } from '../binance/testing/heard.ts';
import { ACCOUNT, answered, spotOnStandIn, T0_MS } from './testing/spot-on-stand-in.ts';
import { spotUnderTest } from './testing/spot-under-test.ts';

test('coins that come and go are told as the wallet’s histories have them, once each', async () => {
  await using house = await spotOnStandIn();
  const { clock, exchange, venue } = house;
  clock.advance(60_000);
  exchange.transfer('one', 'USDT', '250');
  clock.advance(60_000);
  expect(exchange.withdraw('one', 'LTC', '101')).toBe(false);
  expect(exchange.withdraw('one', 'LTC', '3')).toBe(true);
  clock.advance(60_000);
  exchange.reward('one', 'AIR', '0.5');
  clock.advance(60_000);
  const cash = (sinceMs: number) =>
    answered<readonly CashMove[]>((done) => venue.cashSince(ACCOUNT, sinceMs * 1_000, done));
  const words = (moves: readonly CashMove[]) =>
    moves.map(({ asset, amount, reason, timeUs }) => [asset, `${amount}`, reason, timeUs / 1_000 - T0_MS]);
  expect(words(await cash(T0_MS))).toEqual([
    ['USDT', '250', 'deposit', 60_000],
    ['LTC', '-3', 'withdrawal', 120_000],
    ['AIR', '0.5', 'other', 180_000],
  ]);
  expect(words(await cash(T0_MS + 150_000))).toEqual([['AIR', '0.5', 'other', 180_000]]);
});

test('a deposit that the stream only hints at is told by its name, and not twice', async () => {
  await using at = await spotUnderTest();
  const [events, states]: [VenueEvent[], string[]] = [[], []];
  at.accountStream.open({
    event: (event) => events.push(event),
    connected: () => states.push('connected'),
    disconnected: () => states.push('lost'),
  });
  await until('it is connected', () => states.length > 0);
  at.exchange.transfer('one', 'USDT', '250');
  await until('it is told', () => events.length > 0);
  at.exchange.transfer('one', 'USDT', '50');
  await until('the next is told', () => events.length > 1);
  expect(events).toMatchObject([
    { type: 'VenueCashMoved', asset: 'USDT', reason: 'deposit', venueMoveId: 'deposit-1' },
    { type: 'VenueCashMoved', asset: 'USDT', reason: 'deposit', venueMoveId: 'deposit-2' },
  ]);
});
