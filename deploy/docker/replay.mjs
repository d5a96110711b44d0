// Goes through the run of a stopped engine again, as `algo replay` does, and ends: 0 where every process
// says the same words. The bus must be up, everything else down; each service's volume lies in a folder of
// its name in ALGO_DATA_DIR. It reads with the command line's key.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { environment } from './config.ts';

// This folder is no package, so names mean what they mean to the service that replays.
const require = createRequire(new URL('../../services/backtest/package.json', import.meta.url));
const { subjects } = require('@algo/contracts');
const runtime = require('@algo/runtime');
const { baseConfig, connectBus, enginePlanOf, EXIT, identityOf, processesOf, readConfig } = runtime;
const { membersOf, InputError } = require('@algo/model');
const { replayCommand } = require('@algo/backtest');

/** A process that is there says so twice a second. */
const SILENCE_MS = 3_000;

try {
  const config = readConfig('replay', baseConfig, environment);
  await using bus = await connectBus(config, 'cli.replay');
  const members = membersOf(await runtime.readShardPlan(bus));
  const planned = processesOf({ ...enginePlanOf(config), analytics: 0 }).map(({ identity }) => identity);
  const identities = [...planned, ...members.map((member) => identityOf('analytics', member))];
  await refuseRunning(bus, identities);
  const isIdentical = await replayCommand({
    ...{ bus, dataDir: config.dataDir, identities, environment, json: false },
    logDirOf: (identity) => join(config.dataDir, identity.split('.')[0], 'own', identity),
    print: async (line) => void process.stdout.write(`${line}\n`),
  });
  if (!isIdentical) process.exitCode = EXIT.failed;
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  const isMisconfigured = error.name === 'ConfigError' || error.name === 'InputError';
  process.exitCode = isMisconfigured ? EXIT.misconfigured : EXIT.failed;
}

/** A run that goes on is not over. *Errors*: InputError that names who speaks. */
async function refuseRunning(bus, identities) {
  const heard = () =>
    Promise.all(
      identities.map(async (identity) => (await bus.last('SYSTEM', subjects.service(identity)))?.sequence),
    );
  const before = await heard();
  await sleep(SILENCE_MS);
  const after = await heard();
  const speaks = identities.filter((_, at) => before[at] !== after[at]);
  if (speaks.length === 0) return;
  throw new InputError({
    ...{ field: 'the engine', value: speaks.join(', '), because: 'it runs, so its run is not over' },
    remedy: 'Stop everything but the bus first.',
  });
}
