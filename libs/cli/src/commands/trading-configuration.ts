import { randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Bus } from '@algo/bus';
import { subjects } from '@algo/contracts';
import { type AccountId, InputError } from '@algo/model';
import { z } from 'zod';
import { type CliEnvironment, ROOT } from '../config.ts';
import { type AccessOptions, accountOf, openRunningEngine } from '../engine/engine-access.ts';
import { CommandFailure } from '../exit-codes.ts';
import { printLine } from '../reading/output.ts';
import { askEngine, CONFIRM_MAX_MS, engineTimeUs, type PersonOptions, personOf } from './ask-engine.ts';

const activeDocument = z.object({ name: z.string() });

/** Where the trading configurations lie that a fresh engine starts with. */
export function configurationFolder(environment: CliEnvironment): string {
  return resolve(ROOT, environment.inherited.ALGO_TRADING_CONFIGS_DIR ?? join('config', 'trading'));
}

/** Returns the names of the trading configurations in a folder, sorted. */
export function configurationNames(folder: string): string[] {
  return readdirSync(folder)
    .filter((file) => /\.ya?ml$/.test(file))
    .map((file) => file.replace(/\.ya?ml$/, ''))
    .toSorted();
}

/** Lists the trading configurations and marks the one in force, where an engine runs. */
export async function listConfigurations(
  options: AccessOptions & { readonly json?: boolean },
  environment: CliEnvironment,
): Promise<void> {
  const names = configurationNames(configurationFolder(environment));
  const active = await activeConfiguration(options, environment);
  if (options.json === true)
    return printLine(JSON.stringify(names.map((name) => ({ name, active: name === active }))));
  for (const name of names) await printLine(`${name === active ? '*' : ' '} ${name}`);
}

async function activeConfiguration(
  options: AccessOptions,
  environment: CliEnvironment,
): Promise<string | undefined> {
  try {
    await using access = await openRunningEngine(options, environment);
    return await activeIn(access.bus, accountOf(access.engine, options.account));
  } catch (error) {
    if (error instanceof CommandFailure) return undefined; // none runs, so none is in force
    throw error;
  }
}

async function activeIn(bus: Bus, account: AccountId): Promise<string | undefined> {
  const entry = await bus.bucket('documents').get(`active_config.${account}`);
  return entry === undefined
    ? undefined
    : activeDocument.parse(JSON.parse(new TextDecoder().decode(entry.value))).name;
}

/** Makes an account trade by another configuration from now on. */
export async function useConfiguration(
  name: string,
  options: AccessOptions & Pick<PersonOptions, 'by'> & { readonly json?: boolean },
  environment: CliEnvironment,
): Promise<void> {
  await using access = await openRunningEngine(options, environment);
  const account = accountOf(access.engine, options.account);
  const known = configurationNames(configurationFolder(environment)).join(', ');
  // Checked here first: an unknown name must not reach the service that trades.
  const isName = /^[A-Za-z0-9_-]{1,64}$/.test(name);
  if (!isName || (await access.bus.bucket('documents').get(`trading_configs.${name}`)) === undefined)
    throw new InputError({
      field: 'trading configuration',
      value: name,
      because: `the engine has none of that name (${known})`,
      remedy: 'Choose one of these, or add its file and start the engine again.',
    });
  const body = {
    type: 'SwitchConfiguration' as const,
    ...{ commandId: randomUUID(), configuration: name },
    ...{ by: personOf(options, environment), timeUs: await engineTimeUs(access.bus) },
  };
  const answer = await askEngine(
    access.bus,
    account,
    { name: 'SwitchConfiguration', body },
    {
      stream: 'DECISIONS',
      subject: subjects.configuration(account),
      isIt: (fact) => fact.name === 'ConfigurationActivated' && fact.body.configuration.name === name,
    },
  );
  if (answer === undefined)
    throw new CommandFailure(
      `Not confirmed within ${CONFIRM_MAX_MS / 1_000} s. ` +
        'The request is stored and takes effect when decision reads it.',
    );
  await printLine(options.json === true ? JSON.stringify({ active: name }) : `trades by ${name} from now on`);
}
