// The composition follows the process plan: a container for each of its services, told the same plan.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { processesOf } from '@algo/runtime';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { ROOT } from '../config.ts';

const composition = z.object({
  services: z.record(
    z.string(),
    z.looseObject({
      command: z.array(z.string()).default([]),
      environment: z.record(z.string(), z.string().nullable()).default({}),
      volumes: z.array(z.string()).default([]),
    }),
  ),
});

const text = readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8');
const { services } = composition.parse(parse(text, { merge: true }));
const ONCE = ['nats', 'keys', 'provision', 'replay'];
const containers = Object.entries(services).filter(([name]) => !ONCE.includes(name));

test('each process of a plan with one account, one feed and two shards has a container', () => {
  const plan = processesOf({
    accounts: ['paper-main'],
    feeds: ['synthetic'],
    analytics: 2,
    live: [],
    standby: [],
  });
  const planned = plan.map(({ service }) => service);
  expect(containers.map(([, { command }]) => command[0]).toSorted()).toEqual(planned.toSorted());
});

test('all containers are told the same plan', () => {
  const names = ['ALGO_ACCOUNT', 'ALGO_ACCOUNTS', 'ALGO_FEEDS', 'ALGO_ANALYTICS_INSTANCES'];
  const told = containers.map(([, { environment }]) => names.map((name) => environment[name]));
  for (const each of told) expect(each).toEqual(told[0]);
  expect(told[0]).not.toContain(undefined);
});

test('whoever is brought back from its own log keeps it on a volume of its own', () => {
  const own = containers.filter(([name]) => name !== 'ingest').map(([, { volumes }]) => volumes.join());
  expect(own).not.toContain('');
  expect(new Set(own).size).toBe(own.length);
});
