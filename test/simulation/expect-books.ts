import type { MessageOf } from '@algo/contracts';
import { accountId, Decimal } from '@algo/model';
import { VenueMachine } from '@algo/paper-venue/domain';
import { DustList, PositionList } from '@algo/read-models';
import { expect } from 'vitest';
import type { SimulatedEngine } from './simulated-engine.ts';

const ACCOUNT = accountId('paper-main');
const VENUE = 'paper-venue.paper-main';

/** What position-risk believes is what the exchange has: fills, positions, and what was gained. */
export function expectSameBooks(engine: SimulatedEngine): void {
  const machine = engine.machineOf(VENUE);
  if (!(machine instanceof VenueMachine)) throw new Error('the exchange has no machine');
  const { venue } = machine;
  const filled = engine.said('ORDERS', 'OrderFilled').map(({ fill }) => fill.venueTradeId);
  expect(filled.toSorted()).toEqual(
    venue
      .fillsSince(ACCOUNT, 0)
      .map(({ venueTradeId }) => venueTradeId)
      .toSorted(),
  );
  const listed = positionsOf(engine).all();
  const held = new Map<string, Decimal>();
  const add = (id: string, quantity: Decimal) => held.set(id, (held.get(id) ?? Decimal.zero).plus(quantity));
  for (const { state, position } of listed) if (state === 'open') add(position.instrument, signed(position));
  const dust = new DustList();
  for (const fact of engine.facts('POSITIONS')) dust.take(fact);
  for (const { instrument, quantity } of dust.all()) add(instrument, quantity);
  const theirs = venue.positions(ACCOUNT);
  const byInstrument = (id: string, quantity: Decimal) => `${id} ${quantity}`;
  expect(
    [...held]
      .filter(([, q]) => !q.isZero())
      .map(([id, q]) => byInstrument(id, q))
      .toSorted(),
  ).toEqual(theirs.map(({ instrument, quantity }) => byInstrument(instrument, quantity)).toSorted());
  if (theirs.length > 0) return;
  const gained = listed.reduce((sum, { netPnl }) => sum.plus(netPnl!), Decimal.of('100000'));
  const money = venue
    .balances(ACCOUNT)
    .filter(({ asset }) => asset === 'USD')
    .map(({ total }) => total.toString());
  expect(money).toEqual([gained.toString()]);
}

function signed({ direction, quantity }: MessageOf<'PositionOpened'>['position']): Decimal {
  return direction === 'long' ? quantity : Decimal.zero.minus(quantity);
}

function positionsOf(engine: SimulatedEngine): PositionList {
  const list = new PositionList();
  for (const fact of engine.facts('POSITIONS')) list.take(fact);
  return list;
}

/** Every position has a stop from its first fill. */
export function expectStops(engine: SimulatedEngine): void {
  const opened = engine.said('POSITIONS', 'PositionOpened');
  expect(opened.length).toBeGreaterThan(0);
  for (const { stopPrice } of opened) expect(stopPrice.isPositive()).toBe(true);
  for (const { stop } of positionsOf(engine).all()) expect(stop?.isPositive()).toBe(true);
}
