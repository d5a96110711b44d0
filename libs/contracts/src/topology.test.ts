import { instrumentId, VIRTUAL_SHARDS } from '@algo/model';
import { describe, expect, test } from 'vitest';
import { codecs } from './codecs.ts';
import { REQUESTS } from './requests.ts';
import { DRIVEN, SERVICES, type ServiceName } from './services.ts';
import { familyFilters, familyOf, fenceFilter, laneOf, subjects } from './subjects.ts';
import {
  BUCKETS,
  FAMILIES,
  type Family,
  type FamilyPlan,
  SHARDED,
  STREAMS,
  type StreamName,
} from './topology.ts';

const families = Object.entries<FamilyPlan>(FAMILIES) as [Family, FamilyPlan][];
const requests = Object.entries<{
  messages: readonly string[];
  servers: readonly ServiceName[];
  clients: readonly ServiceName[];
}>(REQUESTS);
const INSTRUMENT = instrumentId('binance.spot.LTCUSDT');

/** Stored in every stream, by whoever writes there: no family has it. */
const FENCE = 'LaneFenced';
const replies = Object.keys(codecs).filter((name) => name.endsWith('Reply'));

describe('messages', () => {
  const placed = [
    ...families.flatMap(([, { messages }]) => messages),
    ...requests.flatMap(([, { messages }]) => messages),
  ];

  test('of families and requests have a codec', () => {
    expect(placed.filter((message) => !Object.hasOwn(codecs, message))).toEqual([]);
  });

  test('belong to one family, one request, or are replies', () => {
    expect([...placed, ...replies, FENCE].toSorted()).toEqual(Object.keys(codecs).toSorted());
  });
});

describe('families', () => {
  test.each(families)(
    '%s has two tokens, a place in its stream alone, and somebody who writes',
    (key, plan) => {
      expect(key).toMatch(/^[a-z]+\.[a-z]+$/);
      const holding = Object.entries(STREAMS).filter(([, { subjects }]) =>
        subjects.some((subject) => `${key}.`.startsWith(subject.slice(0, -1))),
      );
      expect(holding.map(([name]) => name)).toEqual([plan.stream]);
      expect(plan.publishers.length).toBeGreaterThan(0);
      for (const services of [plan.publishers, plan.readers]) {
        expect(new Set(services).size).toBe(services.length);
        for (const service of services) expect(SERVICES).toContain(service);
      }
      expect(new Set(plan.messages).size).toBe(plan.messages.length);
    },
  );

  test('have a lane that does not depend on the instrument, but on its shard where they are sharded', () => {
    for (const [family] of families) {
      const sharded = SHARDED.has(family);
      expect(laneOf(`${family}.17.v.m.S`)).toBe(sharded ? `${family}.17` : family);
      expect(familyOf(`${family}.17.v.m.S`)).toBe(family);
    }
    expect(familyOf('somebody.else.x')).toBeUndefined();
    expect(() => laneOf('somebody.else.x')).toThrow('somebody.else.x');
  });

  test('are read whole, or by the shards or accounts that are named', () => {
    for (const [family] of families) {
      const sharded = SHARDED.has(family);
      expect(familyFilters(family)).toEqual([`${family}.>`]);
      expect(familyFilters(family, [3, 5])).toEqual(
        sharded
          ? [`${family}.3.>`, `${family}.5.>`]
          : [`${family}.3`, `${family}.3.>`, `${family}.5`, `${family}.5.>`],
      );
    }
  });
});

test('every subject that can be spelled belongs to its family, and each family has one', () => {
  const spelled: Record<string, Family> = {
    [subjects.trades(INSTRUMENT)]: 'md.trades',
    [subjects.feed(INSTRUMENT)]: 'md.feed',
    [subjects.bars(INSTRUMENT)]: 'md.bars',
    [subjects.time('binance')]: 'md.time',
    [subjects.rules('binance', INSTRUMENT)]: 'md.rules',
    [subjects.candles(INSTRUMENT, '1m')]: 'md.candles',
    [subjects.state(INSTRUMENT)]: 'an.state',
    [subjects.signal(INSTRUMENT)]: 'an.signal',
    [subjects.pattern(INSTRUMENT, 'zone')]: 'an.pattern',
    [subjects.decision(INSTRUMENT)]: 'dec.made',
    [subjects.configuration('a')]: 'dec.config',
    [subjects.orderCommand('a')]: 'ord.cmd',
    [subjects.orderEvent('a', INSTRUMENT)]: 'ord.evt',
    [subjects.entryStanding('a')]: 'ord.standing',
    [subjects.cash('a')]: 'ord.cash',
    [subjects.orderTime('a')]: 'ord.time',
    [subjects.position('a', INSTRUMENT)]: 'pos.evt',
    [subjects.dust('a', INSTRUMENT)]: 'pos.dust',
    [subjects.risk('a')]: 'risk.evt',
    [subjects.venueLedger('a')]: 'venue.ledger',
    [subjects.reconciliationAsked('a')]: 'rec.ask',
    [subjects.reconciliation('a')]: 'rec.run',
    [subjects.controlMode('a')]: 'ctl.mode',
    [subjects.controlConfig('a')]: 'ctl.config',
    [subjects.commandAnswer('a')]: 'ctl.answer',
    [subjects.guardAlive('a')]: 'sys.guard',
    [subjects.service('decision-0')]: 'sys.service',
    [subjects.notification('notifier')]: 'sys.notification',
    [subjects.streamsFilling('notifier.main')]: 'sys.streams',
    [subjects.inputsTaken('decision.a')]: 'sys.order',
    [subjects.deadLetter('ORDERS', 'decision-0')]: 'dlq.letter',
  };
  for (const [subject, family] of Object.entries(spelled)) {
    expect([subject, familyOf(subject)]).toEqual([subject, family]);
    if (!SHARDED.has(family)) continue;
    const shard = Number(laneOf(subject).slice(family.length + 1));
    expect(Number.isInteger(shard) && shard >= 0 && shard < VIRTUAL_SHARDS).toBe(true);
    expect(subject.endsWith(`.${INSTRUMENT}`)).toBe(true);
  }
  expect(Object.values(spelled).toSorted()).toEqual(families.map(([family]) => family).toSorted());
  expect(subjects.venueRequest('paper', 'submit').startsWith(`${Object.keys(REQUESTS)[0]}.`)).toBe(true);
});

describe('streams', () => {
  test.each(Object.entries(STREAMS))('%s is bounded and used', (name, plan) => {
    expect(plan.maxBytes).toBeGreaterThan(0);
    expect(plan.maxAgeMs).toBeGreaterThan(0);
    expect(families.some(([, { stream }]) => stream === name)).toBe(true);
  });

  test('do not share a subject, with each other or with what is kept nowhere', () => {
    const roots = [
      ...Object.values(STREAMS).flatMap((plan) => plan.subjects.map((subject) => subject.slice(0, -1))),
      ...Object.keys(STREAMS).map((stream) => fenceFilter(stream as StreamName).slice(0, -1)),
      ...Object.keys(REQUESTS).map((name) => `${name}.`),
    ];
    for (const root of roots)
      expect([root, roots.filter((other) => other.startsWith(root))]).toEqual([root, [root]]);
    expect(new Set(BUCKETS).size).toBe(BUCKETS.length);
  });
});

test('a fence lies in its own stream, is of its own producer, and no family takes it', () => {
  for (const stream of Object.keys(STREAMS) as StreamName[]) {
    const fence = subjects.fence(stream, 'decision.a');
    expect(fence.startsWith(fenceFilter(stream).slice(0, -1))).toBe(true);
    expect(familyOf(fence)).toBeUndefined();
  }
});

test('who is driven says in which order it took its inputs', () => {
  expect(FAMILIES['sys.order'].publishers).toEqual(DRIVEN);
});
