import { FactMessage, MemoryBus, MemoryServer, VirtualClock } from '@algo/bus';
import type { Fact } from '@algo/contracts';
import { accountId, Decimal, instrumentId, type Position, positionId, strategyName } from '@algo/model';
import { expect, test } from 'vitest';
import { HeldInstruments } from './held-instruments.ts';

const ACCOUNTS = ['paper-main', 'paper-two'];
const BTC = instrumentId('binance.spot.BTCUSDT');
const LTC = instrumentId('binance.spot.LTCUSDT');
const d = Decimal.of;

function position(account: string, instrument: typeof BTC): Position {
  return {
    ...{
      id: positionId('p1'),
      account: accountId(account),
      instrument,
      strategy: strategyName('hierarchical'),
    },
    ...{ direction: 'long', quantity: d('1'), averagePrice: d('100'), realized: d('0'), fees: d('0') },
    openedUs: 1,
  };
}

function opened(account: string, instrument: typeof BTC): Fact {
  const body = { position: position(account, instrument), stopPrice: d('99'), timeUs: 2 };
  return { name: 'PositionOpened', body: { type: 'PositionOpened', ...body } };
}

function closed(account: string, instrument: typeof BTC): Fact {
  const end = { exitPrice: d('99'), netPnl: d('-1'), returnPercent: d('-1'), reason: 'venue_stop' } as const;
  const body = {
    type: 'PositionClosed',
    position: position(account, instrument),
    ...end,
    timeUs: 3,
  } as const;
  return { name: 'PositionClosed', body };
}

test('an instrument is held as long as any account is in it, in this life or an earlier one', async () => {
  const bus = new MemoryBus(new MemoryServer(new VirtualClock()), 'ingest.binance');
  let said = 0;
  const say = (fact: Fact, account: string) =>
    bus.publish(
      FactMessage.said(fact, { identity: `position-risk.${account}`, account }, { id: `${said++}` }),
    );
  await say(opened('paper-main', BTC), 'paper-main');
  await say(opened('paper-two', LTC), 'paper-two');
  await say(closed('paper-two', LTC), 'paper-two');
  await using held = await HeldInstruments.follow(bus, ACCOUNTS, [BTC, LTC]);
  expect([held.has(BTC), held.has(LTC)]).toEqual([true, false]);
  await say(opened('paper-two', BTC), 'paper-two');
  await say(closed('paper-main', BTC), 'paper-main');
  await say(opened('paper-two', LTC), 'paper-two');
  await new Promise((resolve) => setImmediate(resolve));
  expect([held.has(BTC), held.has(LTC)]).toEqual([true, true]);
  await say(closed('paper-two', BTC), 'paper-two');
  await new Promise((resolve) => setImmediate(resolve));
  expect([held.has(BTC), held.has(LTC)]).toEqual([false, true]);
});
