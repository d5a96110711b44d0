import { REQUESTS } from './requests.ts';
import { DRIVEN, SERVICES, type ServiceName } from './services.ts';
import { familyFilters } from './subjects.ts';
import { type BucketName, FAMILIES, type Family, SHARDED, STREAMS, type StreamName } from './topology.ts';

/**
 * Who looks on and reads every stream. `observer` is for outsiders: it looks messages up one by one and hears
 * what is said, from an account of its own; the command line makes consumers and says what people ask for,
 * `ctl.*`.
 */
export const OBSERVERS = ['cli', 'observer'] as const;
/** Whom the server knows by name, beside the provisioner. */
export const USERS = [...SERVICES, 'observer'] as const;
export type UserName = (typeof USERS)[number];
/** A user of the server, also the one who makes streams. */
export type BusUser = UserName | 'provisioner';

/** What one user of the server may do. *Shape*: subjects with NATS wildcards; nothing else is allowed. */
export interface Permissions {
  readonly publish: readonly string[];
  /** What of that it may not publish all the same. */
  readonly neverPublish: readonly string[];
  readonly subscribe: readonly string[];
  /** May answer a request that it was sent, on the reply subject, once. */
  readonly responses: boolean;
}

/** Services whose effect lies outside the streams, so that the server keeps their place by durables. */
export const DURABLE_READERS: readonly ServiceName[] = ['notifier'];

/** Buckets and the keys that a service writes there; it reads the whole bucket. */
type BucketUse = Partial<Record<BucketName, readonly string[]>>;

/** Returns the prefix of a process's inboxes. */
export function inboxPrefix(identity: string): string {
  return `_INBOX_${identity}`;
}

/**
 * Returns what processes of one service, or an observer, may do on the bus: say what the topology lets them
 * say, each under its own name, account or feed; follow the streams that hold what they read; keep their own
 * snapshots. *Shape*: `identities` are those of the process plan (`execution.paper-main`); `*` behind the dot
 * is any process, as for people's commands. Whoever may make a consumer on a stream may read all of it: the
 * server can't narrow a consumer of several families. Not covered by any such list is the reply subject of a
 * request, which a process chooses freely, nor where a consumer delivers to; so an observer, who is of
 * another owner, has an account of the server of its own (`renderNatsAccounts`).
 */
export function permissionsOf(service: UserName, identities: readonly string[]): Permissions {
  const said = namesOf(FAMILIES, service, 'publishers');
  const requests = (role: 'clients' | 'servers') =>
    namesOf(REQUESTS, service, role).flatMap((request) =>
      identities.map((identity) => `${request}.${purposeOf(identity)}.>`),
    );
  const publish = [
    ...said.flatMap((family) => identities.flatMap((identity) => saidSubjects(family, service, identity))),
    ...fencedStreams(service).flatMap((stream) =>
      identities.map((identity) => `fence.${stream}.${identity}`),
    ),
    ...requests('clients'),
    ...readStreams(service).flatMap((stream) => readApi(service, stream)),
    ...(among(FAMILIES['sys.streams'].publishers, service) ? WATCH_STREAMS : []),
    ...(among(SCALED, service) ? followApi('KV_leases') : []), // a plan of shards is to be heard of at once
    ...Object.entries(bucketUse(service, identities)).flatMap(([bucket, keys]) => [
      `$JS.API.STREAM.MSG.GET.KV_${bucket}`,
      ...keys.map((key) => `$KV.${bucket}.${key}`),
    ]),
  ];
  return {
    publish: [...new Set(publish)],
    neverPublish: service === 'observer' ? [] : durablesOfOthers(service),
    subscribe: [
      ...identities.map((identity) => `${inboxPrefix(identity)}.>`),
      ...requests('servers'),
      ...(service === 'observer' ? EVENTS : []),
    ],
    responses: namesOf(REQUESTS, service, 'servers').length > 0,
  };
}

/** What the one needs who creates streams, buckets and durables. */
export const PROVISIONER: Permissions = {
  publish: ['$JS.API.>'],
  neverPublish: [],
  subscribe: [`${inboxPrefix('provisioner')}.>`],
  responses: false,
};

function among(users: readonly UserName[], user: UserName): boolean {
  return users.includes(user);
}

/** What a process is for: its account, its feed, its ordinal. */
function purposeOf(identity: string): string {
  return identity.slice(identity.indexOf('.') + 1);
}

type Roles<Role extends string> = Readonly<Record<Role, readonly UserName[]>>;

/** Returns the entries of a table in which a service has a role. */
function namesOf<Name extends string, Role extends string>(
  table: Readonly<Record<Name, Roles<Role>>>,
  service: UserName,
  role: Role,
): Name[] {
  return (Object.keys(table) as Name[]).filter((name) => table[name][role].includes(service));
}

/** Of these a second process may stand by, under a name of its own; one at a time holds a lease. */
const STAND_BY: ReadonlySet<UserName> = new Set(['execution', 'position-risk']);

/**
 * Of these processes come and go while the engine runs, and one goes on with what another speaks for: they
 * are one user, under any of its names.
 */
export const SCALED: readonly UserName[] = ['analytics'];

/** Families whose subjects end in the name of the process that speaks. */
const BY_IDENTITY: ReadonlySet<Family> = new Set([
  ...(['sys.service', 'sys.order', 'sys.notification', 'sys.streams'] as const),
]);

/** Families whose subjects name the speaker's account or feed first, and an instrument behind it. */
const BY_INSTRUMENT: ReadonlySet<Family> = new Set(['ord.evt', 'pos.evt', 'pos.dust', 'md.rules']);

/** Nobody speaks for another process, another account or another feed; instruments are everybody's. */
function saidSubjects(family: Family, service: UserName, identity: string): readonly string[] {
  if (SHARDED.has(family) || family === 'dec.made') return [`${family}.>`];
  if (family === 'sys.service' && STAND_BY.has(service))
    return [`${family}.${identity}`, `${family}.${identity}.standby`];
  if (BY_IDENTITY.has(family)) return [`${family}.${identity}`];
  if (family !== 'dlq.letter')
    return [`${family}.${purposeOf(identity)}${BY_INSTRUMENT.has(family) ? '.>' : ''}`];
  const consumers = among(DURABLE_READERS, service) ? [identity, service] : [identity];
  return consumers.map((consumer) => `${family}.*.${consumer}`);
}

/**
 * Whoever numbers lives fences the streams of its words at the start of each, and reads these words again.
 */
function hasLives(service: UserName): boolean {
  return service === 'ingest' || among(DRIVEN, service);
}

function fencedStreams(service: UserName): readonly StreamName[] {
  if (!hasLives(service)) return [];
  const said = namesOf(FAMILIES, service, 'publishers').filter((family) => family !== 'dlq.letter');
  return [...new Set(said.map((family) => FAMILIES[family].stream))];
}

function readStreams(service: UserName): readonly StreamName[] {
  if (among(OBSERVERS, service)) return Object.keys(STREAMS) as StreamName[];
  const read = namesOf(FAMILIES, service, 'readers').map((family) => FAMILIES[family].stream);
  return [...new Set([...read, ...fencedStreams(service)])];
}

/** Every subject on which the engine says something that happened. */
const EVENTS: readonly string[] = (Object.keys(FAMILIES) as Family[]).flatMap((family) =>
  familyFilters(family),
);

function readApi(service: UserName, stream: string): readonly string[] {
  if (among(DURABLE_READERS, service)) return durableApi(stream, service);
  return service === 'observer' ? lookUpApi(stream) : followApi(stream);
}

/**
 * To see how far a stream reaches, and look messages up one by one or the next of a subject. Neither asks the
 * server to send anything anywhere but as the reply.
 */
function lookUpApi(stream: string): readonly string[] {
  return [`$JS.API.STREAM.INFO.${stream}`, `$JS.API.STREAM.MSG.GET.${stream}`];
}

/** To make ordered consumers, pull by them, and look single messages up. */
function followApi(stream: string): readonly string[] {
  return [
    ...lookUpApi(stream),
    `$JS.API.CONSUMER.CREATE.${stream}`,
    `$JS.API.CONSUMER.INFO.${stream}.*`,
    `$JS.API.CONSUMER.MSG.NEXT.${stream}.*`,
    `$JS.API.CONSUMER.DELETE.${stream}.*`,
  ];
}

/** To pull by a durable that the provisioner made, and to acknowledge in either form of the subject. */
function durableApi(stream: string, durable: string): readonly string[] {
  return [
    `$JS.API.CONSUMER.INFO.${stream}.${durable}`,
    `$JS.API.CONSUMER.MSG.NEXT.${stream}.${durable}`,
    `$JS.ACK.${stream}.${durable}.>`,
    `$JS.ACK.*.*.${stream}.${durable}.>`,
  ];
}

/** A durable's messages come once, so nobody else may take them, nor end it. */
function durablesOfOthers(service: UserName): readonly string[] {
  return DURABLE_READERS.filter((durable) => durable !== service).flatMap((durable) => [
    `$JS.API.CONSUMER.DELETE.*.${durable}`,
    `$JS.API.CONSUMER.MSG.NEXT.*.${durable}`,
  ]);
}

/** To see how full each stream is, and what was said of that last. */
const WATCH_STREAMS: readonly string[] = [
  ...Object.keys(STREAMS).map((stream) => `$JS.API.STREAM.INFO.${stream}`),
  '$JS.API.STREAM.MSG.GET.SYSTEM',
];

/** The key of the bucket of leases that says which process has which virtual shard. */
export const SHARD_PLAN = 'shards';

function bucketUse(service: UserName, identities: readonly string[]): BucketUse {
  const lives = hasLives(service) ? identities.map((identity) => `life.${identity}`) : [];
  const leases = STAND_BY.has(service) ? [...lives, ...identities] : lives;
  const scaled = among(SCALED, service) ? [...leases, ...identities, SHARD_PLAN] : leases;
  return {
    ...(hasLives(service) ? { snapshots: identities.flatMap((name) => [name, `${name}.>`]) } : {}),
    ...(hasLives(service) ? { leases: scaled } : {}),
    // Rules of instruments as their ingest found them first: whoever trades must know them.
    ...(among(DRIVEN, service) ? { documents: [] } : {}),
    ...(service === 'ingest' ? { documents: identities.map((name) => `instruments.${name}`) } : {}),
    ...(service === 'decision' ? { documents: ['>'] } : {}),
    ...(among(OBSERVERS, service) ? { documents: [] } : {}),
    // The command line goes through a stopped run again, from where each life began, and shares shards out.
    ...(service === 'cli' ? { snapshots: [], leases: [SHARD_PLAN] } : {}),
  };
}
