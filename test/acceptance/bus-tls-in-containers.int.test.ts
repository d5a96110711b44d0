// The servers of a composition and of a cluster with their own configurations, encrypted, and a certificate
// that is replaced under them.
import { copyFileSync, cpSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { JetStreamBus, makeServerCertificate, writeCertificate } from '@algo/bus';
import { USERS } from '@algo/contracts';
import { eventually } from '@algo/testkit';
import { expect, test } from 'vitest';
import { ContainerBus, DEPLOY, deployed } from './support/container-bus.ts';

const TLS = { ALGO_TLS: 'true' };

/** Connects as a process would that was given these files. */
function connect(port: number, keySeed: string, caFile: string, identity = 'cli.1', host = '127.0.0.1') {
  const about = { servers: [`nats://${host}:${port}`], identity, keySeed };
  return JetStreamBus.connect({ ...about, tls: { caFile } });
}

test('a composition shows a new certificate to who comes, and who is there stays', async () => {
  await using there = new ContainerBus(TLS);
  const home = join(there.folder, 'nats');
  const conf = deployed('nats/nats.conf');
  const tlsConf = readFileSync(join(there.folder, 'keys/nats/tls.conf'), 'utf8');
  const here = { 'users/tls.conf': tlsConf.replaceAll('/etc/nats', home) };
  mkdirSync(home);
  const shell = ['sh', join(DEPLOY, 'nats/start.sh'), join(home, 'data')];
  const port = await there.start('nats', conf, here, shell);
  expect(statSync(join(home, 'users/tls/tls.key')).mode & 0o777).toBe(0o400);
  const [key, authority] = [there.keyOf('cli'), there.authorityOf('cli')];
  for (const user of ['provisioner', ...USERS])
    expect(readFileSync(there.authorityOf(user), 'utf8')).not.toContain('PRIVATE');

  await using bus = await connect(port, key, authority, 'cli.1', 'localhost');
  const states: string[] = [];
  bus.onConnection((state) => states.push(state));
  const old = join(there.folder, 'old.crt');
  copyFileSync(authority, old);
  there.keys(['folder', 'renew'], TLS);
  cpSync(join(there.folder, 'keys/nats/tls'), join(home, 'users/tls'), { recursive: true });
  let refusal: Error | undefined;
  await eventually(
    'the old authority to vouch for nothing',
    async () => {
      refusal = await connect(port, key, old).then(
        (connected) => connected[Symbol.asyncDispose]().then(() => undefined),
        (error: Error) => error,
      );
      return refusal?.message.includes(`none of the certificates in ${old}`) === true;
    },
    30_000,
  );
  await using _ = await connect(port, key, authority);
  await bus.nats.nc.flush();
  expect(states).toEqual([]);
}, 90_000);

test('servers of a cluster know each other by the certificate, and clients know each of them', async () => {
  await using there = new ContainerBus();
  const tls = join(there.folder, 'tls');
  writeCertificate(tls, await makeServerCertificate(['nats', 'localhost', '127.0.0.1'], Date.now()));
  const part = (file: string) =>
    deployed(`kubernetes/components/tls/${file}`).replaceAll('/etc/nats/tls', tls);
  const ports = await there.startCluster('include "../routes-tls.conf"', {
    'tls.conf': part('tls.conf'),
    'routes-tls.conf': part('routes-tls.conf'),
  });
  const caFile = join(tls, 'ca.crt');
  await using stack = new AsyncDisposableStack();
  const speaker = stack.use(await connect(ports[0]!, there.keyOf('cli'), caFile)).nats.nc;
  const heard = new Set<number>();
  for (const port of ports.slice(1)) {
    const observer = stack.use(await connect(port, there.keyOf('observer'), caFile, 'observer.me'));
    observer.nats.nc.subscribe('ctl.mode.>', { callback: () => void heard.add(port) });
  }
  await eventually(
    'a word to go round the servers',
    async () => {
      speaker.publish('ctl.mode.paper-main');
      await speaker.flush();
      return heard.size === 2;
    },
    30_000,
  );
}, 90_000);
