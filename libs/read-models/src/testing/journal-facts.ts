import type { Fact } from '@algo/contracts';
import {
  accountId,
  clientOrderId,
  Decimal,
  type Decision,
  decisionId,
  instrumentId,
  type OrderEvent,
  type PositionEvent,
  positionId,
  signalId,
  strategyName,
} from '@algo/model';

export const account = accountId('paper-main');
export const instrument = instrumentId('synthetic.spot.ALGOUSD');
export const d = (text: string) => Decimal.of(text);

export function submitted(epoch: number, timeUs = 10): OrderEvent {
  const id = clientOrderId('aorder');
  return {
    type: 'OrderSubmitted',
    clientOrderId: id,
    account,
    instrument,
    timeUs,
    commandId: 'c1',
    intent: 'entry',
    strategy: strategyName('s1'),
    position: null,
    request: {
      clientOrderId: id,
      account,
      instrument,
      side: 'buy',
      type: 'market',
      timeInForce: 'ioc',
      quantity: d('1.5'),
      limitPrice: null,
      triggerPrice: null,
      reduceOnly: false,
    },
    plan: null,
    epoch,
    retryOf: null,
    replaces: null,
  };
}

export function stopMoved(timeUs: number, to: string): PositionEvent {
  const position = {
    id: positionId('p1'),
    account,
    instrument,
    strategy: strategyName('s1'),
    direction: 'long' as const,
    quantity: d('1.5'),
    averagePrice: d('100'),
    realized: d('0'),
    fees: d('0.1'),
    openedUs: 10,
  };
  return { type: 'StopMoved', position, timeUs, from: d('99'), to: d(to), bestPrice: d('101') };
}

const decision: Decision = {
  id: decisionId('d1'),
  signal: signalId('s'),
  instrument,
  strategy: strategyName('s1'),
  configuration: 'config_1',
  configurationHash: 'h',
  ruleSet: 'classic',
  timeUs: 10,
  price: 100,
  direction: 'long',
  level: 4,
  confluence: 4.5,
  confluenceMax: 10,
  conviction: 'high',
  checks: [],
  outcome: { type: 'accepted', commandId: 'c1' },
};

export const fact = (event: OrderEvent | PositionEvent): Fact => ({ name: event.type, body: event }) as Fact;
export const decided = (change: Partial<Decision> = {}): Fact => ({
  name: 'DecisionMade',
  body: { ...decision, ...change },
});
