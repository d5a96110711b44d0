import { SimulatedServer, VirtualClock } from '@algo/bus';
import { ownedShards } from '@algo/model';
import { expect, test } from '@jest/globals';
import { baseConfig } from './base-config.ts';
import { inboxPlan, nextLife } from './stepped-service.ts';

test('lives are counted by process, and two that begin at once get two numbers', async () => {
  const server = new SimulatedServer(new VirtualClock());
  const begin = (identity: string) => nextLife({ bus: server.bus(identity), identity });
  expect(await begin('decision-0')).toBe(1);
  expect(await begin('decision-0')).toBe(2);
  expect(await begin('execution-0')).toBe(1);
  const together = await Promise.all([1, 2, 3].map(() => begin('decision-0')));
  expect(together.toSorted()).toEqual([3, 4, 5]);
});

test('a service alone reads every shard of every process it waits for', () => {
  const plan = inboxPlan('decision', baseConfig.parse({ analyticsInstances: 2 }));
  expect(plan.forward).toEqual([
    { name: 'analytics-0', families: ['an.state', 'an.signal'] },
    { name: 'analytics-1', families: ['an.state', 'an.signal'] },
  ]);
  expect(plan.feedback).toEqual([{ name: 'position-risk-0', families: ['pos.evt', 'risk.evt'] }]);
});

test('one of several reads its own shards only', () => {
  const plan = inboxPlan('analytics', baseConfig.parse({ analyticsInstances: 3, ordinal: 1 }));
  expect(plan.forward).toEqual([
    { name: 'ingest-0', families: ['md.feed', 'md.trades'], shards: ownedShards(1, 3) },
  ]);
});
