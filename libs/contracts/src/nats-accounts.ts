import {
  type BusUser,
  inboxPrefix,
  OBSERVERS,
  type Permissions,
  PROVISIONER,
  permissionsOf,
  SCALED,
  USERS,
  type UserName,
} from './permissions.ts';
import type { ServiceName } from './services.ts';

/** The account of the server in which the engine's processes speak and its streams lie. */
export const ENGINE_ACCOUNT = 'ENGINE';
const OUTSIDE_ACCOUNT = 'OUTSIDE';

/**
 * Read-only as well. Without it in its imports the server gives an account the whole JetStream API beside
 * them, and to each request that is imported answers a second time: that this account has no JetStream.
 */
const ACCOUNT_INFO = '$JS.API.INFO';

/**
 * Returns the `accounts` block of nats.conf: one user for each service of the plan and each observer, and the
 * provisioner. Observers are in an account without streams. It hears the engine's events and may ask for
 * stored ones, and whatever it has the server answer reaches nobody but this account, however the reply
 * subject is chosen. *Shape*: `processes` as `processesOf` a plan returns them; `publicKeyOf` the public half
 * of a user's key, so that the server holds no secret.
 */
export function renderNatsAccounts(
  processes: readonly { readonly service: ServiceName; readonly identity: string }[],
  publicKeyOf: (user: BusUser) => string,
): string {
  const identitiesOf = (user: UserName) =>
    isOneOf(OBSERVERS, user) || (isOneOf(SCALED, user) && processes.some(({ service }) => service === user))
      ? [`${user}.*`]
      : processes.filter(({ service }) => service === user).map(({ identity }) => identity);
  const users: [BusUser, Permissions][] = [
    ['provisioner', PROVISIONER],
    ...USERS.map((user): [UserName, readonly string[]] => [user, identitiesOf(user)])
      .filter(([, identities]) => identities.length > 0)
      .map(([user, identities]): [BusUser, Permissions] => [user, permissionsOf(user, identities)]),
  ];
  const usersOf = (isOutside: boolean) =>
    renderUsers(
      users.filter(([user]) => (user === 'observer') === isOutside),
      publicKeyOf,
    );
  const { events, services } = outsideUse();
  return [
    'accounts {',
    `  ${ENGINE_ACCOUNT} {`,
    '    jetstream: enabled',
    '    exports: [',
    ...events.map((subject) => `      { stream: ${quoted(subject)}, accounts: [${OUTSIDE_ACCOUNT}] }`),
    ...services.map((subject) => `      { service: ${quoted(subject)}, accounts: [${OUTSIDE_ACCOUNT}] }`),
    '    ]',
    ...usersOf(false),
    '  }',
    `  ${OUTSIDE_ACCOUNT} {`,
    '    imports: [',
    ...events.map((subject) => `      { stream: ${imported(subject)} }`),
    ...services.map((subject) => `      { service: ${imported(subject)} }`),
    '    ]',
    ...usersOf(true),
    '  }',
    '}',
    '',
  ].join('\n');
}

function isOneOf(users: readonly UserName[], user: UserName): boolean {
  return users.includes(user);
}

/** What crosses from the engine to who looks on: all that this user may, and no more. */
function outsideUse(): { readonly events: readonly string[]; readonly services: readonly string[] } {
  const { publish, subscribe } = permissionsOf('observer', ['observer.*']);
  const inbox = inboxPrefix('observer');
  return {
    events: subscribe.filter((subject) => !subject.startsWith(inbox)),
    services: [...publish, ACCOUNT_INFO],
  };
}

const quoted = (subject: string) => JSON.stringify(subject);
const imported = (subject: string) => `{ account: ${ENGINE_ACCOUNT}, subject: ${quoted(subject)} }`;

function renderUsers(
  users: readonly [BusUser, Permissions][],
  publicKeyOf: (user: BusUser) => string,
): string[] {
  return [
    '    users: [',
    ...users.flatMap(([user, permissions]) => renderUser(user, publicKeyOf(user), permissions)),
    '    ]',
  ];
}

function renderUser(
  user: BusUser,
  publicKey: string,
  { publish, neverPublish, subscribe, responses }: Permissions,
): string[] {
  const list = (name: string, subjects: readonly string[]) => [
    `            ${name}: [`,
    ...subjects.map((subject) => `              ${quoted(subject)}`),
    '            ]',
  ];
  return [
    `      { # ${user}`,
    `        nkey: ${quoted(publicKey)}`,
    '        permissions: {',
    '          publish: {',
    ...list('allow', publish),
    ...(neverPublish.length > 0 ? list('deny', neverPublish) : []),
    '          }',
    '          subscribe: {',
    ...list('allow', subscribe),
    '          }',
    ...(responses ? ['          allow_responses: { max: 1, expires: "1m" }'] : []),
    '        }',
    '      }',
  ];
}
