import { posix } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

const versions = z.record(z.string(), z.string()).default({});
const lock = z.object({
  importers: z.record(
    z.string(),
    z.looseObject({ dependencies: z.record(z.string(), z.object({ version: z.string() })).default({}) }),
  ),
  packages: z.record(
    z.string(),
    z.looseObject({
      resolution: z.object({ integrity: z.string() }),
      os: z.array(z.string()).optional(),
      cpu: z.array(z.string()).optional(),
      libc: z.array(z.string()).optional(),
    }),
  ),
  snapshots: z.record(z.string(), z.looseObject({ dependencies: versions, optionalDependencies: versions })),
});

const LINK = 'link:';
const SERVICE = /^services\//;

/**
 * Returns the packages that the lock gives to services of this kind of machine, and to what they stand on,
 * without what only development needs: `name@version`, with the hash that the registry says of it.
 */
export function productionPackages(text: string): ReadonlyMap<string, string> {
  const { importers, packages, snapshots } = lock.parse(parse(text));
  const found = new Map<string, string>();
  const seen = new Set<string>();
  const here = ({ os, cpu, libc }: z.infer<typeof lock>['packages'][string]) =>
    (os?.includes(process.platform) ?? true) &&
    (cpu?.includes(process.arch) ?? true) &&
    (libc?.includes('glibc') ?? true);
  const take = (name: string, version: string) => {
    const key = `${name}@${version}`;
    // Behind it, in brackets, stand the versions of others that it was built beside.
    const id = key.replace(/\(.*$/, '');
    const of = packages[id];
    if (of === undefined) throw new Error(`the lock names ${id}, and does not say what it is`);
    if (seen.has(key) || !here(of)) return;
    seen.add(key);
    found.set(id, of.resolution.integrity);
    const { dependencies = {}, optionalDependencies = {} } = snapshots[key] ?? {};
    for (const [other, at] of Object.entries({ ...dependencies, ...optionalDependencies })) take(other, at);
  };
  const enter = (importer: string) => {
    if (seen.has(importer)) return;
    seen.add(importer);
    for (const [name, { version }] of Object.entries(importers[importer]?.dependencies ?? {}))
      if (version.startsWith(LINK)) enter(posix.join(importer, version.slice(LINK.length)));
      else take(name, version);
  };
  for (const importer of Object.keys(importers)) if (SERVICE.test(importer)) enter(importer);
  return found;
}
