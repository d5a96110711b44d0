import { parse } from 'yaml';
import { z } from 'zod';
import type { Finding, Rule, SourceFile } from './rule.ts';

const Manifest = z.object({
  license: z.string().optional(),
  dependencies: z.record(z.string(), z.string()).default({}),
  devDependencies: z.record(z.string(), z.string()).default({}),
  optionalDependencies: z.record(z.string(), z.string()).default({}),
});
const Workspace = z.object({ catalog: z.record(z.string(), z.string()) });

const OUR_LICENCE = 'MIT';

export const plainManifests: Rule = {
  name: 'plain-manifests',
  appliesTo: (path) => /(^|\/)package\.json$/.test(path),
  check: (file) => {
    const manifest = Manifest.parse(JSON.parse(file.text));
    const findings: Finding[] = [];
    if (manifest.license !== OUR_LICENCE) {
      findings.push({ line: 1, message: `licence "${manifest.license}"; write "license": "${OUR_LICENCE}"` });
    }
    const all = { ...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies };
    for (const [name, version] of Object.entries(all)) {
      if (version === 'workspace:*' || version === 'catalog:') continue;
      findings.push({
        line: lineWith(file, `"${name}"`),
        message: `${name} is "${version}"; write "catalog:" and pin it in pnpm-workspace.yaml`,
      });
    }
    return findings;
  },
};

export const exactCatalog: Rule = {
  name: 'exact-catalog',
  appliesTo: (path) => path === 'pnpm-workspace.yaml',
  check: (file) =>
    Object.entries(Workspace.parse(parse(file.text)).catalog)
      .filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))
      .map(([name, version]) => ({
        line: lineWith(file, name),
        message: `${name} is ${version}; pin one exact version`,
      })),
};

function lineWith({ lines }: SourceFile, text: string): number {
  return lines.findIndex((line) => line.includes(text)) + 1;
}

/** The services that run but do not say what they are: a README.md beside src/main.ts is missing. */
export function servicesWithoutReadme(paths: readonly string[]): string[] {
  const all = new Set(paths);
  return paths
    .flatMap((path) => /^(services\/[^/]+)\/src\/main\.ts$/.exec(path)?.[1] ?? [])
    .map((service) => `${service}/README.md`)
    .filter((readme) => !all.has(readme));
}

/** Packages and build files that name another version than the root's manifest does. */
export function otherVersions(files: readonly SourceFile[]): string[] {
  const versionIn = ({ text }: SourceFile) => /"version": "([^"]+)"|VERSION(?:=|:-)(\d[\w.-]*)/.exec(text);
  const named = files
    .filter(({ path }) => /(^|\/)(package\.json|Dockerfile|docker-compose\.yml)$/.test(path))
    .flatMap((file) => {
      const found = versionIn(file);
      return found === null ? [] : [{ path: file.path, version: found[1] ?? found[2] }];
    });
  const root = named.find(({ path }) => path === 'package.json')?.version;
  return named
    .filter(({ version }) => version !== root)
    .map(({ path, version }) => `${path}: ${version}, not ${root}`);
}
