import { describe, expect, test } from 'vitest';
import { renderNatsAccounts } from './nats-accounts.ts';
import {
  DURABLE_READERS,
  inboxPrefix,
  OBSERVERS,
  permissionsOf,
  USERS,
  type UserName,
} from './permissions.ts';
import { REQUESTS } from './requests.ts';
import { DRIVEN, type ServiceName } from './services.ts';
import { FAMILIES, type Family, STREAMS } from './topology.ts';

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

const PURPOSES: Readonly<Record<UserName, string>> = {
  ...{ ingest: 'synthetic', analytics: '0', notifier: 'main', cli: '42', observer: '43' },
  ...{ decision: 'paper-main', execution: 'paper-main', 'position-risk': 'paper-main' },
  ...{ 'paper-venue': 'paper-main', reconcile: 'paper-main' },
};
const identityOf = (user: UserName) => `${user}.${PURPOSES[user]}`;
const of = (user: UserName) =>
  permissionsOf(user, [(OBSERVERS as readonly UserName[]).includes(user) ? `${user}.*` : identityOf(user)]);

const NAMED = new Set<Family>(['sys.service', 'sys.order', 'sys.notification', 'sys.streams']);
const WITH_INSTRUMENT = new Set<Family>(['ord.evt', 'pos.evt', 'pos.dust', 'md.rules']);
const AFTER_PURPOSE = new Set<Family>([
  ...(['md.time', 'dec.config', 'ord.cmd', 'risk.evt', 'venue.ledger', 'rec.ask', 'rec.run'] as const),
  ...(['ctl.mode', 'ctl.config', 'ctl.answer', 'sys.guard', 'ord.standing', 'ord.cash', 'ord.time'] as const),
]);

/** A subject of a family as a process would use it. */
function sample(family: Family, user: UserName, purpose = PURPOSES[user]): string {
  if (NAMED.has(family)) return `${family}.${user}.${purpose}`;
  if (AFTER_PURPOSE.has(family)) return `${family}.${purpose}`;
  if (WITH_INSTRUMENT.has(family)) return `${family}.${purpose}.v.m.S`;
  return family === 'dlq.letter' ? `dlq.letter.MARKET.${user}.${purpose}` : `${family}.3.v.m.S`;
}

describe.each(USERS.map((user) => [user]))('%s', (user: UserName) => {
  const { publish, neverPublish, subscribe, responses } = of(user);
  const says = (family: Family) => (FAMILIES[family].publishers as readonly UserName[]).includes(user);

  test('may say what the topology lets it say, and nothing else', () => {
    for (const family of Object.keys(FAMILIES) as Family[])
      expect([family, allows(publish, sample(family, user))]).toEqual([family, says(family)]);
  });

  test('may make consumers on the streams it reads or says something in, and on no other', () => {
    for (const stream of Object.keys(STREAMS)) {
      const plans = Object.entries(FAMILIES).filter(([, plan]) => plan.stream === stream);
      const observes = (OBSERVERS as readonly UserName[]).includes(user);
      const named = plans.some(([, plan]) => (plan.readers as readonly UserName[]).includes(user));
      const numbersLives = user === 'ingest' || (DRIVEN as readonly UserName[]).includes(user);
      const own = numbersLives && plans.some(([key]) => key !== 'dlq.letter' && says(key as Family));
      const reads = observes || named || own;
      const consumes = reads && user !== 'observer';
      const follows = consumes && !(DURABLE_READERS as readonly UserName[]).includes(user);
      expect([stream, allows(publish, `$JS.API.CONSUMER.CREATE.${stream}`)]).toEqual([stream, follows]);
      expect([stream, allows(publish, `$JS.API.CONSUMER.MSG.NEXT.${stream}.${user}`)]).toEqual([
        stream,
        consumes,
      ]);
    }
  });

  test('pulls from and ends no durable but its own', () => {
    for (const durable of DURABLE_READERS)
      for (const verb of ['MSG.NEXT', 'DELETE']) {
        const subject = `$JS.API.CONSUMER.${verb}.ORDERS.${durable}`;
        const may = allows(publish, subject) && !allows(neverPublish, subject);
        expect([subject, may]).toEqual([subject, user === durable && verb !== 'DELETE']);
      }
  });

  test('may not change, purge or delete a stream, nor reach a bucket by the back door', () => {
    for (const verb of ['CREATE', 'UPDATE', 'DELETE', 'PURGE', 'MSG.DELETE', 'SNAPSHOT', 'RESTORE'])
      for (const stream of [...Object.keys(STREAMS), 'KV_snapshots', 'KV_leases'])
        expect(allows(publish, `$JS.API.STREAM.${verb}.${stream}`)).toBe(false);
  });

  test('hears its own inbox and the requests that it serves; an observer also every event', () => {
    expect(allows(subscribe, `${inboxPrefix(identityOf(user))}.x.1`)).toBe(true);
    for (const other of USERS)
      if (other !== user) expect(allows(subscribe, `${inboxPrefix(identityOf(other))}.x.1`)).toBe(false);
    for (const family of Object.keys(FAMILIES) as Family[])
      expect(allows(subscribe, sample(family, user))).toBe(user === 'observer');
    for (const [request, { servers, clients }] of Object.entries(REQUESTS)) {
      const serves = (servers as readonly UserName[]).includes(user);
      expect([allows(subscribe, `${request}.paper-main.submit`), responses]).toEqual([serves, serves]);
      const asks = (clients as readonly UserName[]).includes(user);
      expect(allows(publish, `${request}.paper-main.submit`)).toBe(asks);
    }
  });
});

test('a process speaks for itself only: no status, order, fence, snapshot or life of another', () => {
  const { publish } = permissionsOf('decision', ['decision.paper-main', 'decision.paper-two']);
  for (const [own, other] of [
    ['sys.order.decision.paper-two', 'sys.order.decision.paper-three'],
    ['sys.service.decision.paper-main', 'sys.service.execution.paper-main'],
    ['fence.DECISIONS.decision.paper-main', 'fence.DECISIONS.execution.paper-main'],
    ['fence.ORDERS.decision.paper-main', 'fence.POSITIONS.decision.paper-main'],
    ['dlq.letter.ANALYTICS.decision.paper-main', 'dlq.letter.ANALYTICS.execution.paper-main'],
    ['$KV.snapshots.decision.paper-two.0.3', '$KV.snapshots.execution.paper-main.0.3'],
    ['$KV.snapshots.decision.paper-main', '$KV.snapshots.decision.paper-three'],
    ['$KV.leases.life.decision.paper-main', '$KV.leases.execution.paper-main'],
  ]) {
    expect([own, allows(publish, own!)]).toEqual([own, true]);
    expect([other, allows(publish, other!)]).toEqual([other, false]);
  }
});

test('who serves one account says nothing of another, and asks no other venue account', () => {
  const perAccount = ['paper-venue', 'reconcile', 'execution', 'position-risk', 'decision'] as const;
  for (const service of perAccount) {
    const { publish, subscribe } = of(service);
    for (const family of [...AFTER_PURPOSE, ...WITH_INSTRUMENT])
      expect([family, allows(publish, sample(family, service, 'paper-two'))]).toEqual([family, false]);
    expect(allows([...publish, ...subscribe], 'rpc.venue.paper-two.submit')).toBe(false);
  }
  expect(allows(of('ingest').publish, 'md.time.binance')).toBe(false);
});

test('an observer looks up and writes nothing; the command line asks only for what people may ask', () => {
  const written = (user: UserName) => of(user).publish.filter((subject) => !subject.startsWith('$JS.API.'));
  expect(written('observer')).toEqual([]);
  for (const subject of of('observer').publish)
    expect(subject).toMatch(/^\$JS\.API\.STREAM\.(INFO|MSG\.GET)\.([A-Z_]+|KV_documents)$/);
  for (const subject of written('cli'))
    expect(subject).toMatch(/^(ctl|sys\.service|dlq\.letter)\.|^\$KV\.leases\.shards$/);
  expect(written('cli')).toEqual(expect.arrayContaining(['ctl.mode.*', 'ctl.config.*']));
});

test('only execution may take the lease by which it trades', () => {
  const takers = USERS.filter((user) => allows(of(user).publish, '$KV.leases.execution.paper-main'));
  expect(takers).toEqual(['execution']);
});

test('only analytics and people say who has which shard, and only analytics has one', () => {
  const mayScale = USERS.filter((user) => allows(of(user).publish, '$KV.leases.shards'));
  expect(mayScale).toEqual(['analytics', 'cli']);
  const mayHave = USERS.filter((user) => allows(of(user).publish, '$KV.leases.analytics.0'));
  expect(mayHave).toEqual(['analytics']);
});

test('only who decides and who watches positions may command orders', () => {
  const commanders = USERS.filter((user) => allows(of(user).publish, 'ord.cmd.paper-main'));
  expect(commanders).toEqual(['decision', 'position-risk']);
});

test('the rendered block has a user for everybody in the plan, and no secret in it', () => {
  const services: ServiceName[] = ['ingest', 'analytics', 'decision', 'execution', 'position-risk'];
  const processes = [...services, 'paper-venue' as const, 'reconcile' as const, 'notifier' as const].map(
    (service) => ({ service, identity: identityOf(service) }),
  );
  const more = [{ service: 'analytics' as const, identity: 'analytics.2' }];
  const text = renderNatsAccounts([...processes, ...more], (user) => `U-${user}`);
  const keys = [...text.matchAll(/nkey: "([^"]+)"/g)].map(([, key]) => key);
  expect(keys).toEqual(['provisioner', ...USERS].map((user) => `U-${user}`));
  // Its processes come and go, and each goes on with what another has said.
  expect(text).toContain('"sys.order.analytics.*"');
  expect(renderNatsAccounts(more, (user) => user)).not.toContain('"execution"');
});

test('an observer has an account of its own, to which nothing crosses but events and look-ups', () => {
  const text = renderNatsAccounts([{ service: 'execution', identity: 'execution.a' }], (user) => `U-${user}`);
  const [engine, outside] = text.split('  OUTSIDE {') as [string, string];
  const keysIn = (account: string) => [...account.matchAll(/nkey: "U-([^"]+)"/g)].map(([, user]) => user);
  expect(keysIn(outside)).toEqual(['observer']);
  expect(keysIn(engine)).toEqual(['provisioner', 'execution', 'cli']);
  expect(outside).not.toContain('jetstream');
  const crossing = (account: string, kind: string) =>
    [...account.matchAll(new RegExp(`\\{ ${kind}: .*?"([^"]+)"`, 'g'))].map(([, subject]) => subject);
  expect(crossing(engine, 'stream')).toEqual(Object.keys(FAMILIES).map((family) => `${family}.>`));
  expect(crossing(engine, 'service')).toEqual([
    ...Object.keys(STREAMS).flatMap((s) => [`$JS.API.STREAM.INFO.${s}`, `$JS.API.STREAM.MSG.GET.${s}`]),
    ...['$JS.API.STREAM.MSG.GET.KV_documents', '$JS.API.INFO'],
  ]);
  for (const kind of ['stream', 'service']) expect(crossing(outside, kind)).toEqual(crossing(engine, kind));
});
