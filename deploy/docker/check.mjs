// Has services look at the configuration that this container is told, each as it would be started, and ends:
// 0 where all could use it, 78 with what is wrong where one could not. It needs no bus and changes nothing.
// usage: check [SERVICE...]
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const SERVICES = new URL('../../services/', import.meta.url);
// This folder is no package, so names mean what they mean to reconcile.
const require = createRequire(new URL('reconcile/package.json', SERVICES));
const { CHECK_ONLY, EXIT } = require('@algo/runtime');

const mainOf = (name) => fileURLToPath(new URL(`${name}/src/main.ts`, SERVICES));
const all = readdirSync(SERVICES).filter((name) => existsSync(mainOf(name)));
const asked = process.argv.slice(2);
const strange = asked.filter((name) => !all.includes(name));
if (strange.length > 0) {
  process.stderr.write(`There is no service ${strange.join(', ')}; there are ${all.join(', ')}.\n`);
  process.exitCode = EXIT.misconfigured;
} else {
  const refused = (asked.length > 0 ? asked : all).filter((name) => {
    const stdio = ['ignore', 'ignore', 'pipe'];
    const { status, stderr } = spawnSync(process.execPath, [mainOf(name), CHECK_ONLY], {
      stdio,
      encoding: 'utf8',
    });
    if (status === 0) process.stdout.write(`ok    ${name}\n`);
    else process.stderr.write(`fail  ${name}: ${stderr.trim() || `it ended with ${status}`}\n`);
    return status !== 0;
  });
  if (refused.length > 0) process.exitCode = EXIT.misconfigured;
}
