import {
  type BucketName,
  DRIVEN,
  FAMILIES,
  type Family,
  REQUESTS,
  SERVICES,
  type ServiceName,
  type StreamName,
} from './topology.ts';

/** What one user of the server may do. *Shape*: subjects with NATS wildcards; nothing else is allowed. */
export interface Permissions {
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
  /** May answer a request that it was sent, on the reply subject, once. */
  readonly responses: boolean;
}

/** Services whose effect lies outside the streams, so that the server keeps their place by durables. */
export const DURABLE_READERS: readonly ServiceName[] = ['notifier'];

/** Buckets and the keys that a service writes there; it reads the whole bucket. */
type BucketUse = Partial<Record<BucketName, readonly string[]>>;

/**
 * Returns the prefix of a process's inboxes. The last part of the name stands
 * apart, so that one wildcard covers all processes of a service and no other's.
 */
export function inboxPrefix(identity: string): string {
  return `_INBOX_${identity.replace(/-([^-]+)$/, '.$1')}`;
}

/**
 * Returns what the processes of a service may do on the bus, from the topology alone: say what their families
 * and requests name, follow the streams that hold what they read, keep their own snapshots. Whoever may make
 * a consumer on a stream may read all of it: the server can't narrow a consumer of several families.
 * Not covered by any such list is the reply subject of a request, which a process chooses freely; so
 * processes of different owners need accounts of their own.
 */
export function permissionsOf(service: ServiceName, instances = 1): Permissions {
  const names = processNames(service, instances);
  return {
    publish: [
      ...namesOf(FAMILIES, service, 'publishers').flatMap((family) => familySubjects(family, service, names)),
      ...writtenStreams(service).flatMap((stream) => names.map((name) => `fence.${stream}.${name}`)),
      ...namesOf(REQUESTS, service, 'clients').map((request) => `${request}.>`),
      ...readStreams(service).flatMap((stream) =>
        DURABLE_READERS.includes(service) ? durableApi(stream, service) : followApi(stream),
      ),
      ...(comesBack(service) ? writtenStreams(service).flatMap(followApi) : []),
      ...Object.entries(bucketUse(service, names)).flatMap(([bucket, keys]) => [
        `$JS.API.STREAM.MSG.GET.KV_${bucket}`,
        ...keys.map((key) => `$KV.${bucket}.${key}`),
      ]),
    ],
    subscribe: [
      `_INBOX_${service}.>`,
      ...namesOf(REQUESTS, service, 'servers').map((request) => `${request}.>`),
    ],
    responses: namesOf(REQUESTS, service, 'servers').length > 0,
  };
}

/** What the one needs who creates streams, buckets and durables. */
export const PROVISIONER: Permissions = {
  publish: ['$JS.API.>'],
  subscribe: [`${inboxPrefix('provisioner')}.>`],
  responses: false,
};

/** Commands of people are processes of the moment, named by their number. */
function processNames(service: ServiceName, instances: number): readonly string[] {
  if (service === 'cli') return ['*'];
  return Array.from({ length: instances }, (_, ordinal) => `${service}-${ordinal}`);
}

type Roles<Role extends string> = Readonly<Record<Role, readonly ServiceName[]>>;

/** Returns the entries of a table in which a service has a role. */
function namesOf<Name extends string, Role extends string>(
  table: Readonly<Record<Name, Roles<Role>>>,
  service: ServiceName,
  role: Role,
): Name[] {
  return (Object.keys(table) as Name[]).filter((name) => table[name][role].includes(service));
}

/** Families whose subjects end in the name of the process that speaks. */
const OWN_NAME: ReadonlySet<Family> = new Set(['sys.service', 'sys.order', 'sys.notification', 'md.time']);

/** A family that ends in a process's name is open to that process only: nobody speaks for another. */
function familySubjects(family: Family, service: ServiceName, names: readonly string[]): readonly string[] {
  if (OWN_NAME.has(family)) return names.map((name) => `${family}.${name}`);
  if (family !== 'dlq.letter') return [`${family}.>`];
  const consumers = DURABLE_READERS.includes(service) ? [...names, service] : names;
  return consumers.map((consumer) => `${family}.*.${consumer}`);
}

/** Whether a new life of the service goes on where the one before it ended. */
function comesBack(service: ServiceName): boolean {
  return service === 'ingest' || (DRIVEN as readonly ServiceName[]).includes(service);
}

/** A new life fences every stream that it writes, and reads its own words there. */
function writtenStreams(service: ServiceName): readonly StreamName[] {
  return [...new Set(namesOf(FAMILIES, service, 'publishers').map((family) => FAMILIES[family].stream))];
}

function readStreams(service: ServiceName): readonly StreamName[] {
  return [...new Set(namesOf(FAMILIES, service, 'readers').map((family) => FAMILIES[family].stream))];
}

/** To make ordered consumers, pull by them, and look single messages up. */
function followApi(stream: string): readonly string[] {
  return [
    `$JS.API.STREAM.INFO.${stream}`,
    `$JS.API.STREAM.MSG.GET.${stream}`,
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

function bucketUse(service: ServiceName, names: readonly string[]): BucketUse {
  const snapshots = names.flatMap((name) => [name, `${name}.>`, `${name}-live`, `${name}-live.>`]);
  const lives = comesBack(service) ? names.map((name) => `life.${name}`) : [];
  const leases = service === 'execution' ? [...lives, 'execution.>'] : lives;
  return {
    ...(comesBack(service) ? { snapshots } : {}),
    ...(lives.length > 0 || service === 'reconcile' ? { leases } : {}),
    ...(service === 'decision' ? { documents: ['>'] } : {}),
    ...(service === 'cli' ? { documents: [] } : {}),
  };
}

/** Returns the variable that stands for a user's password in the server's configuration. */
export function passwordVariable(user: string): string {
  return `ALGO_NATS_PASSWORD_${user.replaceAll('-', '_').toUpperCase()}`;
}

/**
 * Returns the `authorization` block of nats.conf: one user for each service, named like it, and the
 * provisioner. The passwords are variables, which the server takes from its environment or, when
 * `passwordsFile` is given, from assignments in that file (`ALGO_NATS_PASSWORD_INGEST: "…"`; quote them).
 */
export function renderNatsUsers(
  options: {
    readonly instances?: Partial<Record<ServiceName, number>>;
    readonly passwordsFile?: string;
  } = {},
): string {
  const users: [string, Permissions][] = [
    ['provisioner', PROVISIONER],
    ...SERVICES.map((service): [string, Permissions] => [
      service,
      permissionsOf(service, options.instances?.[service]),
    ]),
  ];
  return [
    ...(options.passwordsFile === undefined ? [] : [`include ${JSON.stringify(options.passwordsFile)}`]),
    'authorization {',
    '  users: [',
    ...users.flatMap(([user, permissions]) => renderUser(user, permissions)),
    '  ]',
    '}',
    '',
  ].join('\n');
}

function renderUser(user: string, { publish, subscribe, responses }: Permissions): string[] {
  const list = (subjects: readonly string[]) =>
    subjects.map((subject) => `            ${JSON.stringify(subject)}`);
  return [
    '    {',
    `      user: ${JSON.stringify(user)}`,
    `      password: $${passwordVariable(user)}`,
    '      permissions: {',
    '        publish: {',
    '          allow: [',
    ...list(publish),
    '          ]',
    '        }',
    '        subscribe: {',
    '          allow: [',
    ...list(subscribe),
    '          ]',
    '        }',
    ...(responses ? ['        allow_responses: { max: 1, expires: "1m" }'] : []),
    '      }',
    '    }',
  ];
}
