// Starts what the container's first argument names: a service, or what runs once before them.
// The program sees the arguments behind it as its own.
import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = new URL('../../', import.meta.url);
/** As sysexits.h has it: wrong usage. */
const EX_USAGE = 64;

const services = readdirSync(new URL('services/', ROOT))
  .map((name) => [name, new URL(`services/${name}/src/main.ts`, ROOT)])
  .filter(([, main]) => existsSync(main));
const once = ['check', 'keys', 'provision', 'replay', 'sbom'].map((name) => [
  name,
  new URL(`deploy/docker/${name}.mjs`, ROOT),
]);
const programs = new Map([...services, ...once]);

const name = process.argv[2] ?? '';
const program = programs.get(name);
if (program === undefined) {
  const given = name === '' ? 'No service was named' : `There is no service ${JSON.stringify(name)}`;
  process.stderr.write(`${given}; the argument must be one of ${[...programs.keys()].join(', ')}.\n`);
  process.exitCode = EX_USAGE;
} else {
  const path = fileURLToPath(program);
  process.argv.splice(1, 2, path);
  await import(pathToFileURL(path).href);
}
