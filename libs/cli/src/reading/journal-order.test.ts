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
  strategyName,
} from '@algo/model';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  canonicalJson,
  decisionEntry,
  inJournalOrder,
  journalHash,
  orderEntry,
  positionEntry,
} from './journal-order.ts';

const account = accountId('paper-main');
const instrument = instrumentId('synthetic.spot.ALGOUSD');
const d = (text: string) => Decimal.of(text);

function submitted(epoch: number, timeUs = 10): OrderEvent {
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
      reduceOnly: false,
    },
    plan: null,
    epoch,
  };
}

function stopMoved(timeUs: number, to: string): PositionEvent {
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
  signal: null,
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

test('the epoch of the process that sent an order does not show', () => {
  expect(orderEntry(submitted(1))).toEqual(orderEntry(submitted(7)));
});

test('OrderUnknown tells of the transport and is no part of the journal', () => {
  const { clientOrderId: id } = submitted(1);
  const unknown = {
    type: 'OrderUnknown',
    clientOrderId: id,
    account,
    instrument,
    timeUs: 10,
    reason: 'timeout',
  } as const;
  expect(orderEntry(unknown)).toBeNull();
});

test('a decision stands before the order it caused in the same microsecond', () => {
  const order = orderEntry(submitted(1))!;
  const kinds = inJournalOrder([order, decisionEntry(decision)]).map(({ kind }) => kind);
  expect(kinds).toEqual(['DecisionMade', 'OrderSubmitted']);
});

test('whatever order events were read in, the journal and its hash are the same', () => {
  const entries = [
    decisionEntry(decision),
    orderEntry(submitted(1))!,
    orderEntry(submitted(1, 11))!,
    positionEntry(stopMoved(12, '99.5')),
    positionEntry(stopMoved(12, '99.7')),
    positionEntry(stopMoved(13, '99.8')),
  ];
  const ordered = inJournalOrder(entries);
  fc.assert(
    fc.property(fc.shuffledSubarray(entries, { minLength: entries.length }), (shuffled) => {
      expect(inJournalOrder(shuffled)).toEqual(ordered);
      expect(journalHash(inJournalOrder(shuffled))).toBe(journalHash(ordered));
    }),
  );
});

test('one changed number changes the hash', () => {
  const one = [positionEntry(stopMoved(12, '99.5'))];
  const other = [positionEntry(stopMoved(12, '99.50001'))];
  expect(journalHash(one)).not.toBe(journalHash(other));
});

test('the hash is SHA-256 over the lines with their line breaks', () => {
  expect(journalHash([])).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
});

test('canonical JSON sorts keys at every depth and drops the epoch at every depth', () => {
  expect(canonicalJson({ b: 1, a: { epoch: 3, d: [{ z: 1, y: null }], c: d('1.50') } })).toBe(
    '{"a":{"c":"1.5","d":[{"y":null,"z":1}]},"b":1}',
  );
});
