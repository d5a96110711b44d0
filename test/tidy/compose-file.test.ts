// A container can't write outside its volume, and knows no setting that isn't handed to it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { USERS } from '@algo/contracts';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { ROOT } from './source-tree.ts';

const container = z.object({
  command: z.array(z.string()).default([]),
  environment: z.record(z.string(), z.string().nullable()).default({}),
  volumes: z.array(z.string()).default([]),
});
const composition = z.object({
  services: z.record(z.string(), container),
  volumes: z.record(z.string(), z.null()),
});

const { services, volumes } = composition.parse(
  parse(readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8'), { merge: true }),
);

/** Rows of the page's table of settings: the variables, and the service that they are for, or all. */
const settings = readFileSync(join(ROOT, 'docs/deployment.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| `ALGO_') && !line.includes('| nats |'))
  .map((line) => line.split('|'))
  .flatMap(([, names, whose]) =>
    names!.match(/ALGO_[A-Z_]+/g)!.map((name) => [name, whose!.trim()] as const),
  );

/** They run before the services or when all have ended, and keep nothing. */
const ONCE = ['keys', 'provision', 'replay'];
/** Whatever process of analytics has an instrument, its history lies in one place. */
const SHARED = 'analytics-archive:/archive';
const engine = Object.entries(services).filter(([, { command }]) => command.length > 0);

test('every service has a volume of its own to write to', () => {
  const homeless = engine.filter(
    ([name, { command, volumes: mounted }]) =>
      !ONCE.includes(name) &&
      mounted.filter((at) => at !== SHARED).join() !== `${name}-data:/data,key-${command[0]}:/run/algo:ro`,
  );
  expect(homeless.map(([name]) => name)).toEqual([]);
  const mounted = Object.values(services).flatMap((service) =>
    service.volumes.map((at) => at.split(':')[0]!),
  );
  expect(Object.keys(volumes).sort()).toEqual([...new Set(mounted)].sort());
});

test('every user of the bus has a key, in a volume that its own containers mount, and who makes them', () => {
  const users: readonly string[] = ['provisioner', ...USERS];
  const made = services.keys!.volumes.filter((at) => at.startsWith('key-'));
  expect(made.sort()).toEqual(users.map((user) => `key-${user}:/keys/${user}`).sort());
});

test.each(settings)('the setting %s of the page of the composition reaches %s', (name, whose) => {
  const told = engine.filter(([, { command }]) => whose === 'all' || command[0] === whose);
  expect(told.length).toBeGreaterThan(0);
  for (const [, { environment }] of told) expect(Object.entries(environment).flat().join()).toContain(name);
});
