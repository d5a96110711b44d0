import { describe, expect, test } from '@jest/globals';
import { DURABLE_READERS, inboxPrefix, permissionsOf, renderNatsUsers } from './permissions.ts';
import { DRIVEN, FAMILIES, type Family, REQUESTS, SERVICES, type ServiceName, STREAMS } from './topology.ts';

/** Whether a list of NATS patterns allows a subject. */
function allows(patterns: readonly string[], subject: string): boolean {
  const tokens = subject.split('.');
  return patterns.some((pattern) => {
    const wanted = pattern.split('.');
    if (wanted.at(-1) === '>')
      return (
        tokens.length >= wanted.length && wanted.slice(0, -1).every((w, i) => w === '*' || w === tokens[i])
      );
    return wanted.length === tokens.length && wanted.every((w, i) => w === '*' || w === tokens[i]);
  });
}

/** Families whose subjects end in the name of who speaks. */
const OWN_NAME: readonly Family[] = ['sys.service', 'sys.order', 'sys.notification', 'md.time'];

/** A subject of a family as this process would use it. */
function sample(family: Family, identity: string): string {
  if (OWN_NAME.includes(family)) return `${family}.${identity}`;
  return family === 'dlq.letter' ? `dlq.letter.MARKET.${identity}` : `${family}.3.v.m.S`;
}

describe.each(SERVICES.map((service) => [service]))('%s', (service: ServiceName) => {
  const identity = `${service}-0`;
  const { publish, subscribe, responses } = permissionsOf(service);

  test('may say what the topology lets it say, and nothing else', () => {
    for (const family of Object.keys(FAMILIES) as Family[]) {
      const publishers: readonly ServiceName[] = FAMILIES[family].publishers;
      expect([family, allows(publish, sample(family, identity))]).toEqual([
        family,
        publishers.includes(service),
      ]);
    }
  });

  test('may make consumers on the streams it reads, or reads its own words in, and on no other', () => {
    const comesBack = [...DRIVEN, 'ingest'].includes(service);
    for (const stream of Object.keys(STREAMS)) {
      const uses = (role: 'readers' | 'publishers') =>
        Object.values(FAMILIES).some(
          (plan) => plan.stream === stream && (plan[role] as readonly ServiceName[]).includes(service),
        );
      const writes = comesBack && uses('publishers');
      const follows = writes || (uses('readers') && !DURABLE_READERS.includes(service));
      expect([stream, allows(publish, `$JS.API.CONSUMER.CREATE.${stream}`)]).toEqual([stream, follows]);
      expect([stream, allows(publish, `$JS.API.CONSUMER.MSG.NEXT.${stream}.${service}`)]).toEqual([
        stream,
        writes || uses('readers'),
      ]);
    }
  });

  test('may not change, purge or delete a stream, nor reach a bucket by the back door', () => {
    for (const verb of ['CREATE', 'UPDATE', 'DELETE', 'PURGE', 'MSG.DELETE', 'SNAPSHOT', 'RESTORE'])
      for (const stream of [...Object.keys(STREAMS), 'KV_snapshots', 'KV_leases'])
        expect(allows(publish, `$JS.API.STREAM.${verb}.${stream}`)).toBe(false);
  });

  test('hears its own inbox, the requests it serves', () => {
    expect(allows(subscribe, `${inboxPrefix(identity)}.x.1`)).toBe(true);
    for (const other of SERVICES)
      if (other !== service) expect(allows(subscribe, `${inboxPrefix(`${other}-0`)}.x.1`)).toBe(false);
    for (const family of Object.keys(FAMILIES) as Family[])
      expect(allows(subscribe, sample(family, identity))).toBe(false);
    for (const [request, { servers, clients }] of Object.entries(REQUESTS)) {
      const serves = (servers as readonly ServiceName[]).includes(service);
      expect([allows(subscribe, `${request}.paper.submit`), responses]).toEqual([serves, serves]);
      const asks = (clients as readonly ServiceName[]).includes(service);
      expect(allows(publish, `${request}.paper.submit`)).toBe(asks);
    }
  });
});

test('a process speaks for itself only: no mark, signal, status, snapshot or life of another', () => {
  const { publish } = permissionsOf('decision', 2);
  for (const [own, other] of [
    ['sys.order.decision-1', 'sys.order.decision-2'],
    ['fence.ORDERS.decision-0', 'fence.ORDERS.execution-0'],
    ['fence.DECISIONS.decision-0', 'fence.MARKET.decision-0'],
    ['sys.service.decision-0', 'sys.service.execution-0'],
    ['dlq.letter.ANALYTICS.decision-0', 'dlq.letter.ANALYTICS.execution-0'],
    ['$KV.snapshots.decision-1.0.3', '$KV.snapshots.execution-0.0.3'],
    ['$KV.snapshots.decision-0', '$KV.snapshots.decision-2'],
    ['$KV.leases.life.decision-0', '$KV.leases.execution.paper-main'],
  ]) {
    expect([own, allows(publish, own!)]).toEqual([own, true]);
    expect([other, allows(publish, other!)]).toEqual([other, false]);
  }
});

test('only execution may take the lease by which it trades', () => {
  const takers = SERVICES.filter((service) =>
    allows(permissionsOf(service).publish, '$KV.leases.execution.paper-main'),
  );
  expect(takers).toEqual(['execution']);
});

test('only who decides and who watches positions may command orders', () => {
  const commanders = SERVICES.filter((service) =>
    allows(permissionsOf(service).publish, 'ord.cmd.paper-main'),
  );
  expect(commanders).toEqual(['decision', 'position-risk']);
});

test('the rendered block has a user for everybody, and no password in it', () => {
  const text = renderNatsUsers({ instances: { analytics: 3 }, passwordsFile: 'passwords.conf' });
  expect([...text.matchAll(/user: "([^"]+)"/g)].map(([, user]) => user)).toEqual([
    'provisioner',
    ...SERVICES,
  ]);
  const passwords = [...text.matchAll(/password: (.+)/g)].map(([, password]) => password);
  expect(passwords).toContain('$ALGO_NATS_PASSWORD_POSITION_RISK');
  for (const password of passwords) expect(password).toMatch(/^\$ALGO_NATS_PASSWORD_[A-Z_]+$/);
  expect(new Set(passwords).size).toBe(SERVICES.length + 1);
  expect(text).toContain('"sys.order.analytics-2"');
  expect(text.startsWith('include "passwords.conf"\n')).toBe(true);
  expect(renderNatsUsers()).not.toContain('include');
});
