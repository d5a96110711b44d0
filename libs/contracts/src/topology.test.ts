import { instrumentId, VIRTUAL_SHARDS } from '@algo/model';
import { describe, expect, test } from '@jest/globals';
import { codecs } from './codecs.ts';
import { STEP_PLANS, type StepPlan, type SteppedService } from './step-plan.ts';
import {
  BUCKETS,
  FAMILIES,
  type Family,
  type FamilyPlan,
  familyFilters,
  familyOf,
  instrumentOfSubject,
  laneOf,
  REQUESTS,
  SERVICES,
  type ServiceName,
  SIGNALS,
  STREAMS,
  subjects,
} from './topology.ts';

const families = Object.entries<FamilyPlan>(FAMILIES) as [Family, FamilyPlan][];
const requests = Object.entries<{
  messages: readonly string[];
  servers: readonly ServiceName[];
  clients: readonly ServiceName[];
}>(REQUESTS);
const plans = Object.entries<StepPlan>(STEP_PLANS) as [SteppedService, StepPlan][];
const INSTRUMENT = instrumentId('binance.spot.LTCUSDT');

const replies = Object.keys(codecs).filter((name) => name.endsWith('Reply'));

describe('messages', () => {
  const placed = [
    ...families.flatMap(([, { messages }]) => messages),
    ...requests.flatMap(([, { messages }]) => messages),
  ];

  test('of families and requests have a codec', () => {
    expect(placed.filter((message) => !Object.hasOwn(codecs, message))).toEqual([]);
  });

  test('belong to one family or one request, and replies to none', () => {
    expect(new Set([...placed, ...replies]).size).toBe(placed.length + replies.length);
  });

  test('of signals are said in a stream as well, by the same', () => {
    for (const [signal, { messages, publishers, readers }] of Object.entries(SIGNALS)) {
      const family = families.find(([, plan]) =>
        messages.every((message) => plan.messages.includes(message)),
      );
      expect([signal, family?.[1].publishers]).toEqual([signal, publishers]);
      expect(readers.filter((reader) => !family?.[1].readers.includes(reader))).toEqual([]);
    }
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
    for (const [family, { sharded }] of families) {
      expect(laneOf(`${family}.17.v.m.S`)).toBe(sharded ? `${family}.17` : family);
      expect(familyOf(`${family}.17.v.m.S`)).toBe(family);
    }
    expect(familyOf('somebody.else.x')).toBeUndefined();
    expect(() => laneOf('somebody.else.x')).toThrow('somebody.else.x');
  });

  test('are read whole, or by the shards that are named where they are sharded', () => {
    for (const [family, { sharded }] of families) {
      expect(familyFilters(family)).toEqual([`${family}.>`]);
      expect(familyFilters(family, [3, 5])).toEqual(
        sharded ? [`${family}.3.>`, `${family}.5.>`] : [`${family}.>`],
      );
    }
  });
});

test('every subject that can be spelled belongs to its family, and each family has one', () => {
  const spelled: Record<string, Family> = {
    [subjects.trades(INSTRUMENT)]: 'md.trades',
    [subjects.feed(INSTRUMENT)]: 'md.feed',
    [subjects.candles(INSTRUMENT, '1m')]: 'md.candles',
    [subjects.state(INSTRUMENT)]: 'an.state',
    [subjects.signal(INSTRUMENT)]: 'an.signal',
    [subjects.pattern(INSTRUMENT, 'zone')]: 'an.pattern',
    [subjects.decision(INSTRUMENT)]: 'dec.made',
    [subjects.configuration()]: 'dec.config',
    [subjects.orderCommand('a')]: 'ord.cmd',
    [subjects.orderEvent('a', INSTRUMENT)]: 'ord.evt',
    [subjects.position('a', INSTRUMENT)]: 'pos.evt',
    [subjects.risk('a')]: 'risk.evt',
    [subjects.venueUser('v', 'a')]: 'venue.user',
    [subjects.venueLedger('v', 'a')]: 'venue.ledger',
    [subjects.reconciliation('a')]: 'rec.run',
    [subjects.controlMode('a')]: 'ctl.mode',
    [subjects.controlConfig()]: 'ctl.config',
    [subjects.service('decision-0')]: 'sys.service',
    [subjects.notification()]: 'sys.notification',
    [subjects.stepMark('decision-0')]: 'step.mark',
    [subjects.deadLetter('ORDERS', 'decision-0')]: 'dlq.letter',
  };
  for (const [subject, family] of Object.entries(spelled)) {
    expect([subject, familyOf(subject)]).toEqual([subject, family]);
    if (!FAMILIES[family].sharded) continue;
    const shard = Number(laneOf(subject).slice(family.length + 1));
    expect(Number.isInteger(shard) && shard >= 0 && shard < VIRTUAL_SHARDS).toBe(true);
    expect(instrumentOfSubject(subject)).toBe(INSTRUMENT);
  }
  expect(Object.values(spelled).toSorted()).toEqual(families.map(([family]) => family).toSorted());
  expect(subjects.venueRequest('paper', 'submit').startsWith(`${Object.keys(REQUESTS)[0]}.`)).toBe(true);
  expect(subjects.stepSignal('decision-0').startsWith(`${Object.keys(SIGNALS)[0]}.`)).toBe(true);
});

describe('streams', () => {
  test.each(Object.entries(STREAMS))('%s is bounded, used, and never drops money', (name, plan) => {
    expect(plan.maxBytes).toBeGreaterThan(0);
    expect(plan.maxAgeMs).toBeGreaterThan(0);
    expect(plan.discard).toBe(plan.keep === 'money' ? 'new' : 'old');
    expect(families.some(([, { stream }]) => stream === name)).toBe(true);
  });

  test('do not share a subject, with each other or with what is kept nowhere', () => {
    const roots = [
      ...Object.values(STREAMS).flatMap((plan) => plan.subjects.map((subject) => subject.slice(0, -1))),
      ...[...Object.keys(REQUESTS), ...Object.keys(SIGNALS)].map((name) => `${name}.`),
    ];
    for (const root of roots)
      expect([root, roots.filter((other) => other.startsWith(root))]).toEqual([root, [root]]);
    expect(new Set(BUCKETS).size).toBe(BUCKETS.length);
  });
});

describe('steps', () => {
  test.each(plans)('%s reads only what the source publishes and it may read', (service, plan) => {
    for (const source of [...plan.forward, ...plan.feedback]) {
      expect(FAMILIES['step.mark'].publishers).toContain(source.service);
      for (const family of source.families) {
        const { publishers, readers }: FamilyPlan = FAMILIES[family];
        expect([family, publishers.includes(source.service), readers.includes(service)]).toEqual([
          family,
          true,
          true,
        ]);
      }
    }
    expect(FAMILIES['step.mark'].readers).toContain(service);
  });

  test('a family that passes between two stepped services passes through the plan, once', () => {
    const stepped = plans.map(([service]) => service);
    for (const [family, { publishers, readers }] of families) {
      if (family === 'step.mark' || family === 'sys.service' || family === 'dlq.letter') continue;
      for (const [reader, plan] of plans.filter(([service]) => readers.includes(service)))
        for (const publisher of stepped.filter((service) => publishers.includes(service))) {
          if (publisher === reader) continue; // its own ledger, read once at the start
          const sources = [...plan.forward, ...plan.feedback].filter(
            (source) => source.service === publisher && source.families.includes(family),
          );
          expect([family, publisher, reader, sources.length]).toEqual([family, publisher, reader, 1]);
        }
    }
  });

  test('nobody waits, within one step, for somebody who waits for him', () => {
    const waitsFor = (service: ServiceName) =>
      (plans.find(([name]) => name === service)?.[1].forward ?? []).map((source) => source.service);
    const done = new Set<ServiceName>();
    for (let round = 0; round < plans.length; round++)
      for (const [service] of plans)
        if (waitsFor(service).every((source) => done.has(source))) done.add(service);
    expect([...done].toSorted()).toEqual(plans.map(([service]) => service).toSorted());
  });

  test('everybody is reached from ingest, and no source is named twice', () => {
    for (const [service, plan] of plans) {
      const sources = [...plan.forward, ...plan.feedback].map((source) => source.service);
      expect([service, new Set(sources).size]).toEqual([service, sources.length]);
      if (service !== 'ingest') expect(plan.forward.length).toBeGreaterThan(0);
    }
  });
});
