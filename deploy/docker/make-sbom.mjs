// Writes what an image holds as a CycloneDX bill of materials: each npm package as it is installed here, and,
// of the folder that is named, Node and the libraries of the system, each file with its hash. The same tree
// gives the same bytes: no time of its own, no number. A file that nobody vouches for ends it.
// usage: make-sbom [SYSTEM_DIR]    with what was copied from this system, under the same paths
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, globSync, lstatSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const STORE = join(ROOT, 'node_modules/.pnpm');
const NODE = '/usr/local/bin/node';
/** The name of a licence alone; with blanks it is an expression. */
const LICENCE = /^[\w.+-]+$/;

// This folder is no package, so names mean what they mean to execution.
const require = createRequire(join(ROOT, 'services/execution/package.json'));
const { parse } = require('yaml');

const engine = readJson(join(ROOT, 'package.json'));
const [systemDir] = process.argv.slice(2);
const npm = npmPackages();
const found = [...npm.components, ...(systemDir === undefined ? [] : systemComponents(systemDir))];
const components = found.toSorted((a, b) => (a['bom-ref'] < b['bom-ref'] ? -1 : 1));
const system = components.map((one) => one['bom-ref']).filter((ref) => !npm.needs.has(ref));
const needs = new Map([...npm.needs, ['algo', [...npm.needed, ...system]]]);
const bom = {
  ...{ bomFormat: 'CycloneDX', specVersion: '1.6', version: 1 },
  metadata: {
    component: {
      ...{ type: 'application', 'bom-ref': 'algo', name: engine.name, version: engine.version },
      licenses: licencesOf(engine),
    },
  },
  components,
  dependencies: [...needs]
    .map(([ref, on]) => ({ ref, dependsOn: [...new Set(on)].toSorted() }))
    .toSorted((a, b) => (a.ref < b.ref ? -1 : 1)),
};
process.stdout.write(`${JSON.stringify(bom, undefined, 1)}\n`);

/** Each package that is installed, once, which others each asks for, and which ours ask for. */
function npmPackages() {
  const { packages: locked } = parse(readFileSync(join(ROOT, 'pnpm-lock.yaml'), 'utf8'));
  const folders = readdirSync(STORE).map((key) => join(STORE, key, 'node_modules'));
  const refs = new Map();
  const byRef = new Map();
  for (const folder of folders.flatMap(packagesIn)) {
    if (lstatSync(folder).isSymbolicLink()) continue;
    const component = npmComponent(folder, locked);
    refs.set(folder, component['bom-ref']);
    byRef.set(component['bom-ref'], component);
  }
  const refsIn = (modules) => packagesIn(modules).flatMap((folder) => refs.get(realpathSync(folder)) ?? []);
  const needs = new Map([...byRef.keys()].map((ref) => [ref, []]));
  // What a package asks for lies beside it.
  for (const modules of folders)
    for (const folder of packagesIn(modules).filter((one) => refs.has(one))) {
      const ref = refs.get(folder);
      needs.get(ref).push(...refsIn(modules).filter((other) => other !== ref));
    }
  const ours = globSync('{services,libs}/*/node_modules', { cwd: ROOT });
  const needed = ours.flatMap((modules) => refsIn(join(ROOT, modules)));
  return { components: [...byRef.values()], needs, needed };
}

/** Returns the folders of packages in a folder node_modules. */
function packagesIn(modules) {
  if (!existsSync(modules)) return [];
  return readdirSync(modules)
    .filter((name) => !name.startsWith('.'))
    .flatMap((name) => {
      const path = join(modules, name);
      return name.startsWith('@') ? readdirSync(path).map((rest) => join(path, rest)) : [path];
    });
}

function npmComponent(folder, locked) {
  const manifest = readJson(join(folder, 'package.json'));
  const { name, version } = manifest;
  const integrity = locked[`${name}@${version}`]?.resolution?.integrity;
  if (integrity === undefined) throw new Error(`${folder}: the lock knows no ${name}@${version}`);
  // Of a checkout the installer of the package node fetches the binary so; no image has either.
  if (systemDir !== undefined && packagesIn(join(folder, 'node_modules')).length > 0)
    throw new Error(`${folder} brings packages of its own, which the lock does not name`);
  const [algorithm, digest] = integrity.split('-', 2);
  const purl = `pkg:npm/${name.replace('@', '%40')}@${encodeURIComponent(version)}`;
  return {
    ...{ type: 'library', 'bom-ref': purl, name, version, licenses: licencesOf(manifest), purl },
    // Of the package as the registry gives it.
    hashes: [
      {
        alg: algorithm.replace('sha', 'SHA-'),
        content: Buffer.from(digest, 'base64').toString('hex'),
      },
    ],
  };
}

/** As a manifest says it, by its word of today or by those of long ago. */
function licencesOf({ license, licenses }) {
  const said = [license ?? licenses ?? []].flat().map((one) => one.type ?? one);
  if (said.length === 1 && !LICENCE.test(said[0])) return [{ expression: said[0] }];
  return said.map((id) => ({ license: { id } }));
}

/** Node and the packages of the system whose files lie in a folder. */
function systemComponents(dir) {
  const release = readFileSync('/etc/os-release', 'utf8');
  const [, distribution] = /^ID=(.*)$/m.exec(release);
  const [, number] = /^VERSION_ID="?([^"\n]*)/m.exec(release);
  const byPackage = new Map();
  const entries = readdirSync(dir, { recursive: true, withFileTypes: true });
  for (const entry of entries.filter((one) => one.isFile())) {
    const file = join(entry.parentPath, entry.name);
    const path = `/${relative(dir, file)}`;
    const owner = path === NODE ? NODE : ownerOf(path);
    const content = createHash('sha256').update(readFileSync(file)).digest('hex');
    const part = { type: 'file', name: path, hashes: [{ alg: 'SHA-256', content }] };
    byPackage.set(owner, [...(byPackage.get(owner) ?? []), part]);
  }
  return [...byPackage].map(([owner, files]) => ({
    ...(owner === NODE ? nodeComponent() : debianComponent(owner, distribution, number)),
    components: files.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
  }));
}

function nodeComponent() {
  const { node: version } = process.versions;
  const purl = `pkg:generic/node@${version}`;
  return {
    ...{
      type: 'application',
      'bom-ref': purl,
      name: 'node',
      version,
      licenses: [{ license: { id: 'MIT' } }],
    },
    ...{ cpe: `cpe:2.3:a:nodejs:node.js:${version}:*:*:*:*:*:*:*`, purl },
  };
}

function debianComponent(owner, distribution, number) {
  const format = ['Package', 'Version', 'Architecture'].map((field) => `\${${field}}`).join('\n');
  const [name, version, architecture] = dpkg('--show', `--showformat=${format}`, owner).split('\n');
  const at = `?arch=${architecture}&distro=${distribution}-${number}`;
  const purl = `pkg:deb/${distribution}/${name}@${encodeURIComponent(version)}${at}`;
  return { type: 'library', 'bom-ref': purl, name, version, purl };
}

/** Returns the package of the system that a file is of. *Errors*: when none is. */
function ownerOf(path) {
  // Where /lib is a link to /usr/lib, a package knows its file by one name of two.
  const said =
    dpkg('--search', path) || dpkg('--search', `/usr${path}`) || dpkg('--search', path.replace('/usr', ''));
  if (said === '') throw new Error(`${path}: no package of this system has it`);
  return said.slice(0, said.indexOf(': '));
}

/** Returns what dpkg says; nothing where it knows nothing. */
function dpkg(...args) {
  const { error, status, stdout } = spawnSync('dpkg-query', args, { encoding: 'utf8' });
  if (error !== undefined) throw error;
  return status === 0 ? stdout : '';
}

function readJson(path) {
  return JSON.parse(readFileSync(path, 'utf8'));
}
