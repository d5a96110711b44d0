// The servers of a composition and of a cluster, with their own configurations and the keys' list of users.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { allDurables, JetStreamBus, provision } from '@algo/bus';
import { FAMILIES, type Family, STREAMS, type StreamName } from '@algo/contracts';
import { eventually } from '@algo/testkit';
import { afterAll, describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { inherited } from './support/config.ts';
import { ContainerBus, DEPLOY, deployed } from './support/container-bus.ts';

const servers = new ContainerBus();
const { folder } = servers;
afterAll(() => servers[Symbol.asyncDispose]());
const urlOf = (port: number) => `nats://127.0.0.1:${port}`;
const startOne = async () => [urlOf(await servers.start('nats', deployed('nats/nats.conf')))];
const startCluster = async () => (await servers.startCluster()).map(urlOf);

async function provisioned(
  stack: AsyncDisposableStack,
  url: string,
  replicas: number,
): Promise<JetStreamBus> {
  const about = { servers: [url], identity: 'provisioner', keySeed: servers.keyOf('provisioner') };
  const bus = stack.use(await JetStreamBus.connect(about));
  // Until the servers of a cluster have chosen who leads them, each request is refused.
  let refusal: unknown;
  await eventually('streams', async () => {
    refusal = await provision(bus, { replicas, durables: allDurables() }).catch((error: unknown) => error);
    return refusal === undefined;
  }).catch((late: Error) => {
    throw new Error(`${late.message}: ${refusal}`);
  });
  return bus;
}

describe.each([
  ['one server of a composition', 1, startOne],
  ['three servers of a cluster', 3, startCluster],
] as const)('%s', (_name, replicas, startServers) => {
  test('lets an observer of each server read, and stores nothing that he makes it say', async () => {
    await using stack = new AsyncDisposableStack();
    const urls = await startServers();
    const provisioner = await provisioned(stack, urls[0]!, replicas);
    const stranger = JetStreamBus.connect({ servers: [urls[0]!], identity: 'cli.1' });
    await expect(stranger).rejects.toThrow('Authorization Violation');
    const streams = Object.keys(STREAMS) as StreamName[];
    const held = () =>
      Promise.all(
        [...streams, 'KV_leases', 'KV_documents'].map(
          async (name) => (await provisioner.nats.jsm.streams.info(name)).state.last_seq,
        ),
      );
    const families = Object.keys(FAMILIES) as Family[];
    const person = { servers: [urls[0]!], identity: 'cli.1', keySeed: servers.keyOf('cli') };
    const cli = stack.use(await JetStreamBus.connect(person));
    for (const url of urls) {
      const about = { servers: [url], identity: 'observer.me', keySeed: servers.keyOf('observer') };
      const { nc } = stack.use(await JetStreamBus.connect(about)).nats;
      const live = Promise.withResolvers<string>();
      nc.subscribe('ctl.mode.>', { callback: (_, m) => live.resolve(m.subject) });
      await nc.flush();
      // Interest goes round the servers by itself, so what is said is said until it is heard.
      await eventually('a command to be heard', async () => {
        await cli.nats.nc.request('ctl.mode.paper-main', 'x'); // answered when it is stored
        return (
          (await Promise.race([live.promise, new Promise((resolve) => setTimeout(resolve, 50))])) !==
          undefined
        );
      });
      const ask = JSON.stringify({ seq: 1, next_by_subj: 'ctl.mode.>' });
      const stored = await nc.request('$JS.API.STREAM.MSG.GET.CONTROL', ask);
      expect(stored.json()).toMatchObject({ message: { subject: 'ctl.mode.paper-main' } });

      const before = await held();
      const replies = [...families.map((family) => `${family}.injected`), '$KV.leases.execution.paper-main'];
      let heard = 0;
      for (const family of families)
        nc.subscribe(`${family}.injected`, {
          callback: () => {
            heard++;
          },
        });
      for (const stream of streams)
        for (const reply of replies) nc.publish(`$JS.API.STREAM.INFO.${stream}`, '', { reply });
      await eventually('every answer', () => heard === streams.length * families.length);
      expect(await held()).toEqual(before);
    }
  }, 120_000);
});

describe('a volume of a build without accounts', () => {
  const run = (args: readonly string[], path = inherited.PATH) => {
    const { status, stdout, stderr } = spawnSync('sh', args, { env: { PATH: path }, encoding: 'utf8' });
    return { status, stdout, stderr };
  };
  const volume = (name: string, ...accounts: string[]) => {
    for (const account of accounts) mkdirSync(join(folder, name, 'jetstream', account), { recursive: true });
    return join(folder, name);
  };
  const started = (data: string) =>
    run([join(DEPLOY, 'nats/start.sh'), data, 'echo', 'started', 'with this']);

  test('is given to the engine in a composition, once', () => {
    const data = volume('old', '$G');
    for (let times = 0; times < 2; times++)
      expect(started(data)).toEqual({ status: 0, stdout: 'started with this\n', stderr: '' });
    expect(['$G', 'ENGINE'].map((name) => existsSync(join(data, 'jetstream', name)))).toEqual([false, true]);
    expect(started(join(folder, 'fresh')).status).toBe(0);
  });

  test('is refused where both have streams', () => {
    const { status, stderr } = started(volume('both', '$G', 'ENGINE'));
    expect([status, stderr]).toEqual([
      78,
      expect.stringMatching(/Streams lie both in .*\$G and in .*ENGINE/),
    ]);
  });

  test('is refused in a cluster, with what to do', () => {
    const set = z.object({
      kind: z.literal('StatefulSet'),
      spec: z.object({
        template: z.object({
          spec: z.object({
            containers: z.tuple([
              z.object({ command: z.tuple([z.literal('sh'), z.literal('-c'), z.string()]) }),
            ]),
          }),
        }),
      }),
    });
    const found = parseAllDocuments(deployed('kubernetes/base/nats.yaml'))
      .map((document) => set.safeParse(document.toJS()))
      .find(({ success }) => success)!.data!;
    const [, , script] = found.spec.template.spec.containers[0].command;
    const bin = join(folder, 'bin');
    mkdirSync(bin);
    writeFileSync(join(bin, 'nats-server'), '#!/bin/sh\necho "$@"\n', { mode: 0o700 });
    const path = `${bin}:${inherited.PATH}`;
    const on = (data: string) => run(['-c', script.replaceAll('/data/', `${data}/`)], path);
    expect(on(join(folder, 'fresh'))).toMatchObject({ status: 0, stdout: '--config /etc/nats/nats.conf\n' });
    expect(on(volume('cluster', '$G'))).toMatchObject({
      status: 78,
      stderr: expect.stringContaining('volume claims'),
    });
  });
});
