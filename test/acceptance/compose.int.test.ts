import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { JetStreamBus } from '@algo/bus';
import {
  DockerComposeEnvironment,
  getContainerRuntimeClient,
  type StartedDockerComposeEnvironment,
} from 'testcontainers';
import { expect, test } from 'vitest';
import { inherited } from './support/config.ts';
import { EngineTally, PATIENCE_MS } from './support/engine-tally.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** With images to fetch and to build. */
const START_MAX_MS = 300_000;

const containers = await getContainerRuntimeClient().catch(() => undefined);
const missing =
  containers === undefined
    ? 'no container engine'
    : spawnSync('docker', ['compose', 'version']).status === 0
      ? undefined
      : 'no docker compose';
// tidy-ok: without a container engine there is nothing to bring a composition up with
const here = missing === undefined ? test : test.skip;
const why = missing === undefined ? '' : `skipped: ${missing}: `;

here(
  `${why}the composition trades from feed to closed position, and goes on after execution was killed`,
  async () => {
    const startedMs = performance.now();
    await using stack = new AsyncDisposableStack();
    const composition = await composeUp();
    stack.defer(async () => void (await composition.down({ removeVolumes: true })));
    const nats = composition.getContainer('nats-1');
    // The composition opens it to its own machine only, whatever host testcontainers guesses.
    const url = `nats://127.0.0.1:${nats.getMappedPort(4222)}`;
    const about = { servers: [url], identity: 'cli.acceptance' };
    await expect(JetStreamBus.connect(about)).rejects.toThrow('Authorization Violation');
    const bus = stack.use(await JetStreamBus.connect({ ...about, keySeed: keyOf('cli') }));
    const tally = stack.use(await EngineTally.of(bus));
    const upMs = performance.now() - startedMs;

    await tally.until(
      'reconciled, trades stored, a decision accepted, an order filled, a position closed',
      () =>
        [tally.reconciledEpoch, tally.stored, tally.accepted, tally.fills, tally.closed].every((n) => n > 0),
    );
    const before = tally.line();
    const tradedMs = performance.now() - startedMs;

    const { filledOrders, reconciledEpoch } = tally;
    const filledBefore = filledOrders.size;
    const execution = containers!.container.getById(composition.getContainer('execution-1').getId());
    await execution.kill();
    const killedMs = performance.now();
    // Killed by hand, an engine leaves it stopped; after a crash it would start it again by itself.
    await execution.start();
    await tally.until('execution reconciled anew', () => tally.reconciledEpoch > reconciledEpoch);
    const reconciledMs = performance.now() - killedMs;
    await tally.until('another order is filled', () => filledOrders.size > filledBefore);

    expect(tally.reconciliationsFailed).toBe(0);
    // Each order was submitted once, although execution took its inputs again.
    expect(tally.submitted.length).toBe(new Set(tally.submitted).size);
    expect(tally.submitted.length).toBeGreaterThanOrEqual(filledOrders.size);
    compose('stop', ...SERVICES);
    const replayed = compose('--profile', 'replay', 'run', '--rm', '--no-deps', 'replay');
    expect(replayed.trim().split('\n').at(-1)).toBe('identical');
    process.stdout.write(
      `composition: up after ${seconds(upMs)}; ${before} after ${seconds(tradedMs)}; ` +
        `reconciled ${seconds(reconciledMs)} after the kill; ${tally.line()} at the end\n`,
    );
  },
  START_MAX_MS + 3 * PATIENCE_MS,
);

const PROJECT = `algo-acceptance-${process.pid}`;
const SETTINGS = {
  COMPOSE_PROFILES: '',
  ALGO_VERSION: 'acceptance',
  ALGO_NATS_PORT: '0',
  ALGO_FEED: 'synthetic',
  ALGO_SPEED: '',
  ALGO_ANALYTICS_INSTANCES: '1',
  ALGO_SENDGRID_KEY_FILE: '',
};
const SERVICES = 'paper-venue reconcile execution position-risk decision analytics notifier ingest'.split(
  ' ',
);

/** Tells the composition something, as an operator does. *Errors*: what it complained of. */
function compose(...told: readonly string[]): string {
  const args = ['compose', '-p', PROJECT, ...told];
  const run = spawnSync('docker', args, { cwd: ROOT, encoding: 'utf8', env: { ...inherited, ...SETTINGS } });
  if (run.status !== 0) throw new Error(`docker ${args.join(' ')}: ${run.stdout}${run.stderr}`);
  return run.stdout;
}

/** Takes a user's key out of the container that made it, as an operator does. */
function keyOf(user: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'algo-compose-')), 'key.nk');
  compose('cp', `keys:/keys/${user}/key.nk`, path);
  const seed = readFileSync(path, 'utf8').trim();
  rmSync(dirname(path), { recursive: true });
  return seed;
}

/** Brings the composition up on a free port under its own name. *Errors*: what the build or engine said. */
async function composeUp(): Promise<StartedDockerComposeEnvironment> {
  try {
    return await new DockerComposeEnvironment(ROOT, 'docker-compose.yml')
      .withProjectName(PROJECT)
      .withBuild()
      // Testcontainers' own clean-up needs one more image; this test takes down what it brought up.
      .withAutoCleanup(false)
      .withStartupTimeout(START_MAX_MS)
      .withEnvironment(SETTINGS)
      .up();
  } catch (cause) {
    throw new Error(
      'the composition did not come up. It needs `docker compose`, and for its images a registry and npm, ' +
        `or the base images at hand (deploy/docker/Dockerfile). It said: ${(cause as Error).message}`,
      { cause },
    );
  }
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
