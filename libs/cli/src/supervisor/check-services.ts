import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { CHECK_ONLY, NODE_FLAGS } from '@algo/runtime';
import { BusUsers } from '../engine/bus-users.ts';
import { certificatesOf } from '../engine/server-certificates.ts';
import { CommandFailure, EXIT_CODE } from '../exit-codes.ts';
import { planServices } from './service-plan.ts';
import type { ServiceSpec } from './service-process.ts';
import type { UpOptions } from './up-options.ts';

/** Where nothing is, as nobody connects. */
const NO_BUS = 'nats://127.0.0.1:4222';

/**
 * Has every service look at the configuration that it would be started with, and changes nothing: also
 * beside the engine that runs on the data directory, before that is stopped for this one. *Errors*:
 * CommandFailure 78 once each has said what it would refuse; InputError on an unusable certificate.
 */
export async function checkServices(
  options: UpOptions,
  place: { readonly root: string; readonly dataDir: string; readonly inherited: NodeJS.ProcessEnv },
  say: (line: string) => void,
): Promise<void> {
  const { dataDir } = place;
  const certificates = certificatesOf(dataDir);
  if (options.tls && certificates.areThere && !certificates.isOwn()) certificates.check(Date.now());
  // Before the first start there are no keys, and none can be wrong.
  const users = existsSync(dataDir) ? BusUsers.of(dataDir) : undefined;
  const keyFileOf = (service: Parameters<BusUsers['keyFile']>[0]) => users?.keyFile(service) ?? '';
  const specs = planServices(options, { ...place, isFresh: false, natsUrl: NO_BUS, keyFileOf });
  let refused = 0;
  for (const spec of specs) {
    const { code, said } = await checked(spec);
    if (code !== 0) refused++;
    say(code === 0 ? `ok    ${said}` : `fail  ${spec.identity}: ${said}`);
  }
  if (refused === 0) return;
  throw new CommandFailure(
    `${refused} of ${specs.length} services would refuse this configuration; what runs was left as it is`,
    EXIT_CODE.misconfigured,
  );
}

/** Runs a service's script to say whether it could start. Returns its exit code and its plain words. */
function checked({ script, cwd, env }: ServiceSpec): Promise<{ code: number | null; said: string }> {
  const child = spawn(process.execPath, [...NODE_FLAGS, script, CHECK_ONLY], {
    ...{ cwd, env: { ...env, ALGO_WATCH_PARENT: 'false' }, stdio: ['ignore', 'pipe', 'pipe'] },
  });
  const words = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const)
    child[stream]!.on('data', (chunk: Buffer) => {
      words[stream] += chunk.toString();
    });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      // Its log goes to standard output as JSON lines; plain words are what a person is told.
      const plain = (words.stderr.trim() || words.stdout.trim()).split('\n');
      resolve({ code, said: plain.filter((line) => !line.startsWith('{')).join('\n') });
    });
  });
}
