// What kubectl makes of the overlays with the component `tls`, without a cluster.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { DEPLOY } from './support/container-bus.ts';

const mount = z.object({ name: z.string(), mountPath: z.string() });
const container = z.object({ name: z.string(), volumeMounts: z.array(mount).default([]) });
const pod = z.object({
  initContainers: z.array(container).default([]),
  containers: z.array(container),
  volumes: z.array(z.looseObject({ name: z.string() })).default([]),
});
const template = z.object({ spec: pod });
const document = z.looseObject({
  kind: z.string(),
  metadata: z.looseObject({ name: z.string() }),
  data: z.record(z.string(), z.string()).optional(),
  spec: z
    .looseObject({
      template: template.optional(),
      jobTemplate: z.object({ spec: z.object({ template }) }).optional(),
    })
    .optional(),
});

const AUTHORITY = { mountPath: '/run/tls', name: 'authority' };
const hasKubectl = spawnSync('kubectl', ['version', '--client']).status === 0;
// tidy-ok: without kubectl nobody renders an overlay
const here = hasKubectl ? describe : describe.skip;

here(`${hasKubectl ? '' : 'skipped: no kubectl: '}an overlay with the component tls`, () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'algo-overlay-'));
    cpSync(join(DEPLOY, 'kubernetes'), folder, { recursive: true });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const rendered = (overlay: string, more: string) => {
    const path = join(folder, 'overlays', overlay, 'kustomization.yaml');
    const before = readFileSync(join(DEPLOY, 'kubernetes/overlays', overlay, 'kustomization.yaml'), 'utf8');
    writeFileSync(path, `${before}${more}`);
    const { status, stdout, stderr } = spawnSync('kubectl', ['kustomize', join(path, '..')], {
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([0, '']);
    return parseAllDocuments(stdout).map((one) => document.parse(one.toJS()));
  };
  const podOf = ({ spec }: z.infer<typeof document>) =>
    (spec?.template ?? spec?.jobTemplate?.spec.template)?.spec;

  test.each(['paper', 'live', 'test'])(
    '%s: who reaches the bus knows who vouches for it, nobody else its key',
    (overlay) => {
      const documents = rendered(overlay, 'components: [../../components/tls]\n');
      let clients = 0;
      for (const one of documents) {
        const spec = podOf(one);
        const { name } = one.metadata;
        if (spec === undefined || name === 'keys') continue;
        const isServer = name === 'nats';
        const all = [...spec.initContainers, ...spec.containers];
        for (const { volumeMounts } of all)
          expect([name, volumeMounts.some((at) => at.mountPath === AUTHORITY.mountPath)]).toEqual([
            name,
            !isServer,
          ]);
        const secret = spec.volumes.find((volume) => volume.name === (isServer ? 'tls' : 'authority'));
        const items = isServer ? {} : { items: [{ key: 'ca.crt', path: 'ca.crt' }] };
        expect(secret).toMatchObject({
          secret: { secretName: 'algo-bus-tls', defaultMode: 0o400, ...items },
        });
        if (!isServer) clients += all.length;
      }
      expect(clients).toBeGreaterThan(7);
      const settings = documents.find(({ data }) => data?.ALGO_NATS_URL !== undefined)?.data;
      expect(settings?.ALGO_NATS_CA_FILE).toBe('/run/tls/ca.crt');
      const conf = documents.find(({ data }) => data?.['nats.conf'] !== undefined)?.data;
      expect(conf?.['tls.conf']).toContain('cert_file');
      expect(conf?.['routes-tls.conf']).toContain('verify: true');
    },
  );

  test('no command has two dollars, of which a cluster hands on one alone', () => {
    expect(JSON.stringify(rendered('paper', ''))).not.toContain('$$');
  });

  test('without it nothing is encrypted, and nothing of it is asked for', () => {
    const text = JSON.stringify(rendered('paper', ''));
    expect(text).not.toMatch(/algo-bus-tls|ALGO_NATS_CA_FILE/);
  });
});
