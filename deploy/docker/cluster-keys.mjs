import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** What each pod finds of its account in the cluster. NODE_EXTRA_CA_CERTS must name `ca.crt` beside them. */
const ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';
const API = 'https://kubernetes.default.svc';
const SERVER_SECRET = 'algo-bus';
/** Three servers at most hear of each other; with fewer, the rest is asked for in vain and does no harm. */
const SERVERS = ['nats-0.nats', 'nats-1.nats', 'nats-2.nats'];

/** Keys in secrets of the cluster, `algo-key-<user>`, of which each pod mounts its own alone. */
export class ClusterKeys {
  #namespace;
  #token;

  static async open() {
    return new ClusterKeys();
  }

  constructor() {
    this.#namespace = readFileSync(`${ACCOUNT}/namespace`, 'utf8').trim();
    this.#token = readFileSync(`${ACCOUNT}/token`, 'utf8').trim();
  }

  /** Returns the seed of a user's key, made where there is none. */
  async keyOf(user, make) {
    const name = `algo-key-${user}`;
    const there = await this.#secret(name);
    if (there !== undefined) return there['key.nk'];
    const seed = make();
    await this.#ask('POST', '', secretOf(name, { 'key.nk': `${seed}\n` }));
    return seed;
  }

  /**
   * Hands the servers their list of users and the password by which they know each other: without one,
   * whoever reaches their port joins them and reads everything.
   */
  async tellServer(users) {
    const there = await this.#secret(SERVER_SECRET);
    const password = there?.['route-password'] ?? randomBytes(32).toString('hex');
    const secret = secretOf(SERVER_SECRET, {
      'users.conf': users,
      'routes.conf': routesWith(password),
      'route-password': password,
    });
    if (there === undefined) await this.#ask('POST', '', secret);
    else await this.#ask('PUT', `/${SERVER_SECRET}`, secret);
  }

  async #secret(name) {
    const found = await this.#ask('GET', `/${name}`);
    if (found === undefined) return undefined;
    const texts = Object.entries(found.data ?? {});
    return Object.fromEntries(texts.map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]));
  }

  async #ask(method, path, body) {
    const response = await fetch(`${API}/api/v1/namespaces/${this.#namespace}/secrets${path}`, {
      method,
      headers: { authorization: `Bearer ${this.#token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (method === 'GET' && response.status === 404) return undefined;
    const answer = await response.text();
    if (!response.ok)
      throw new Error(
        `the cluster refuses ${method} of secrets${path}: ${response.status} ${messageOf(answer)}`,
      );
    return JSON.parse(answer);
  }
}

function secretOf(name, stringData) {
  return {
    ...{ apiVersion: 'v1', kind: 'Secret', type: 'Opaque' },
    metadata: { name, labels: { 'app.kubernetes.io/name': 'algo' } },
    stringData,
  };
}

function routesWith(password) {
  const routes = SERVERS.map((server) => `    "nats://route:${password}@${server}:6222"`);
  return [
    'cluster {',
    '  name: algo',
    '  listen: "0.0.0.0:6222"',
    `  authorization { user: route, password: "${password}", timeout: 5 }`,
    '  connect_retries: 120',
    '  include "../routes-tls.conf"',
    '  routes: [',
    ...routes,
    '  ]',
    '}',
    '',
  ].join('\n');
}

/** What the cluster says of a refusal; never what was sent. */
function messageOf(answer) {
  try {
    return JSON.parse(answer).message ?? '';
  } catch {
    return '';
  }
}
