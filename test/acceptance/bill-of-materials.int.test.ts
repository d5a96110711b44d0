// What an image is said to hold: against the lock, against the format's own schema, and against an image.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { globSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { inherited } from './support/config.ts';
import { productionPackages } from './support/locked-packages.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const IMAGE = 'algo-engine:acceptance';
const BUILD_MAX_MS = 300_000;
const OF_NPM = /^pkg:npm\//;
/** What the image's own lines make. */
const MADE_HERE = new Set(['etc/passwd', 'etc/group']);

const hashes = z.array(z.object({ alg: z.string(), content: z.string() })).default([]);
const bill = z.looseObject({
  components: z.array(
    z.object({
      ...{ name: z.string(), version: z.string(), purl: z.string(), hashes },
      licenses: z.array(z.unknown()).default([]),
      components: z.array(z.object({ name: z.string(), hashes })).default([]),
    }),
  ),
  dependencies: z.array(z.object({ ref: z.string(), dependsOn: z.array(z.string()) })),
});

/** Returns what is wrong with a bill by the schema of its format, with its list of licences. */
function faultsOf(text: string): unknown {
  const library = createRequire(import.meta.url).resolve('@cyclonedx/cyclonedx-library/package.json');
  const schema = (file: string) =>
    JSON.parse(readFileSync(join(dirname(library), 'res/schema', file), 'utf8'));
  const judge = new Ajv({ strict: false, validateFormats: false, logger: false });
  for (const file of ['spdx.SNAPSHOT.schema.json', 'jsf-0.82.SNAPSHOT.schema.json'])
    judge.addSchema(schema(file), new URL(file, 'http://cyclonedx.org/schema/').href);
  judge.validate(schema('bom-1.6.SNAPSHOT.schema.json'), JSON.parse(text));
  return judge.errors;
}

/** Runs a program to its end. *Errors*: what it complained of. */
function output(program: string, ...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(program, args, {
    ...{ cwd: ROOT, env: { ...inherited, DOCKER_BUILDKIT: '1' }, encoding: 'utf8', maxBuffer: 50_000_000 },
  });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr}`);
  return stdout;
}

/** What a bill says, once it is sure that it can be read by its schema and names nothing twice. */
function billIn(text: string): z.infer<typeof bill> {
  expect(faultsOf(text)).toBeNull();
  expect(text).not.toMatch(/"(timestamp|serialNumber)"/);
  const said = bill.parse(JSON.parse(text));
  const purls = said.components.map(({ purl }) => purl);
  expect(purls.length).toBe(new Set(purls).size);
  const known = new Set([...purls, 'algo']);
  for (const { ref, dependsOn } of said.dependencies)
    for (const one of [ref, ...dependsOn]) expect(known).toContain(one);
  return said;
}

const nameOf = ({ name, version }: { readonly name: string; readonly version: string }) =>
  `${name}@${version}`;

describe('the bill of materials of a checkout', () => {
  const make = () => output(process.execPath, 'deploy/docker/make-sbom.mjs');

  test('names each package that ships, with its licence and hash, and is the same each time', () => {
    const text = make();
    expect(make()).toBe(text);
    const { components, dependencies } = billIn(text);
    const wanted = productionPackages(readFileSync(join(ROOT, 'pnpm-lock.yaml'), 'utf8'));
    expect(wanted.size).toBeGreaterThan(50);
    const byName = new Map(components.map((one) => [nameOf(one), one]));
    for (const [name, integrity] of wanted) {
      const one = byName.get(name);
      expect([name, one?.licenses.length]).toEqual([name, 1]);
      const content = Buffer.from(integrity.replace('sha512-', ''), 'base64').toString('hex');
      expect([name, one?.hashes]).toEqual([name, [{ alg: 'SHA-512', content }]]);
    }
    const pino = dependencies.find(({ ref }) => ref.startsWith('pkg:npm/pino@'));
    expect(pino?.dependsOn).toContainEqual(expect.stringMatching(/^pkg:npm\/sonic-boom@/));
  }, 60_000);
});

const withBuildKit = { ...inherited, DOCKER_BUILDKIT: '1' };
const docker = (...told: readonly string[]) =>
  spawnSync('docker', told, { env: withBuildKit, encoding: 'utf8' });
const missing =
  docker('info').status !== 0
    ? 'no container engine'
    : docker('build', '--help').stdout.includes('--secret')
      ? undefined
      : 'its client has no BuildKit';
// tidy-ok: without a container engine no image can be looked into
const here = missing === undefined ? describe : describe.skip;

here(`${missing === undefined ? '' : `skipped: ${missing}: `}the bill of materials of an image`, () => {
  let folder = '';
  let text = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'algo-image-'));
    const from = ['-f', 'deploy/docker/Dockerfile', '--target', 'engine'];
    output('docker', 'build', '-q', ...from, '-t', IMAGE, '.');
    const container = output('docker', 'create', IMAGE).trim();
    const tar = join(folder, 'image.tar');
    output('docker', 'export', '-o', tar, container);
    output('docker', 'rm', container);
    output('tar', '-C', folder, '--exclude=dev', '-xf', tar);
    rmSync(tar);
    text = output('docker', 'run', '--rm', '--network', 'none', IMAGE, 'sbom');
  }, BUILD_MAX_MS);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('lies in it, and names each npm package that is in it, and no other', () => {
    expect(text).toBe(readFileSync(join(folder, 'app/sbom.cdx.json'), 'utf8'));
    const manifests = globSync('app/node_modules/.pnpm/**/node_modules/{*,@*/*}/package.json', {
      cwd: folder,
    });
    const there = manifests.map((path) => nameOf(JSON.parse(readFileSync(join(folder, path), 'utf8'))));
    const said = billIn(text).components.filter(({ purl }) => OF_NPM.test(purl));
    expect(said.map(nameOf).toSorted()).toEqual([...new Set(there)].toSorted());
  });

  test('names each file of the system in it, with its hash, and no other', () => {
    const outside = globSync('{usr,lib,lib64,etc}/**', { cwd: folder }).filter(
      (path) => !MADE_HERE.has(path) && statSync(join(folder, path)).isFile(),
    );
    const there = outside
      // A container is given these by its engine, empty.
      .filter((path) => statSync(join(folder, path)).size > 0)
      .map((path) => [
        `/${path}`,
        createHash('sha256')
          .update(readFileSync(join(folder, path)))
          .digest('hex'),
      ]);
    const system = billIn(text).components.filter(({ purl }) => !OF_NPM.test(purl));
    const said = system.flatMap(({ components }) =>
      components.map(({ name, hashes: [hash] }) => [name, hash!.content]),
    );
    expect(said.toSorted()).toEqual(there.toSorted());
    expect(system.map(({ name }) => name)).toEqual(expect.arrayContaining(['libc6', 'libstdc++6', 'node']));
  });
});
