import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { SERVER_MIN } from '@algo/bus';
import { holderOf, readInstrumentsFile } from '@algo/runtime';
import { parse } from 'yaml';
import { z } from 'zod';
import { findNatsServer } from '../../../../scripts/nats-server.mjs';
import { type CliEnvironment, fromCaller } from '../config.ts';
import { CommandFailure } from '../exit-codes.ts';
import { printLine } from '../reading/output.ts';
import { FREE_BYTES_MIN, freeBytes } from '../supervisor/prepare-data-dir.ts';
import { configurationFolder, configurationNames } from './trading-configuration.ts';

/** One thing that was looked at. `remedy` is empty where nothing needs to be done. */
interface HealthCheck {
  readonly name: string;
  readonly result: 'ok' | 'warn' | 'fail';
  readonly detail: string;
  readonly remedy: string;
}

const NODE_MAJOR_MIN = 24;
/** Below this the market streams will not keep their full three days. */
const COMFORTABLE_BYTES = 5 * 1024 ** 3;
/** A clock before this is not set at all; trades would be stored under wrong times. */
const CLOCK_MIN_MS = Date.UTC(2025, 0, 1);

/** Checks the machine and the configuration; fails when a check does. */
export async function doctor(
  options: { readonly dataDir?: string; readonly json?: boolean },
  environment: CliEnvironment,
): Promise<void> {
  const dataDir = options.dataDir === undefined ? environment.dataRoot : fromCaller(options.dataDir);
  const checks = [
    nodeCheck(process.versions.node),
    await natsCheck(environment.inherited),
    await portCheck(),
    diskCheck(dataDir),
    lockCheck(dataDir),
    clockCheck(Date.now()),
    instrumentsCheck(environment.instrumentsFile),
    ...configurationChecks(configurationFolder(environment)),
  ];
  for (const check of checks)
    await printLine(options.json === true ? JSON.stringify(check) : checkLine(check));
  const failed = checks.filter(({ result }) => result === 'fail').length;
  if (failed > 0) throw new CommandFailure(`${failed} of ${checks.length} checks failed`);
}

function checkLine({ name, result, detail, remedy }: HealthCheck): string {
  return `${result.padEnd(4)}  ${name.padEnd(22)}  ${detail}${remedy === '' ? '' : `. ${remedy}`}`;
}

function ok(name: string, detail: string): HealthCheck {
  return { name, result: 'ok', detail, remedy: '' };
}

function fail(name: string, detail: string, remedy: string): HealthCheck {
  return { name, result: 'fail', detail, remedy };
}

function nodeCheck(version: string): HealthCheck {
  if (Number(version.split('.')[0]) >= NODE_MAJOR_MIN) return ok('node', version);
  return fail('node', version, `Start through npm or npx, which bring Node ${NODE_MAJOR_MIN}.`);
}

async function natsCheck(env: NodeJS.ProcessEnv): Promise<HealthCheck> {
  try {
    const { path, version, source } = await findNatsServer({ env, log: () => undefined });
    return ok('nats-server', `${version} from ${source}: ${path}`);
  } catch (error) {
    const remedy = `Put nats-server ${SERVER_MIN.join('.')} or newer on PATH, or name it in NATS_SERVER_BIN.`;
    return fail('nats-server', (error as Error).message.trim(), remedy);
  }
}

async function portCheck(): Promise<HealthCheck> {
  const server = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', resolve);
    });
    return ok('ports', 'loopback ports can be opened');
  } catch (error) {
    const detail = `no loopback port can be opened: ${(error as Error).message}`;
    return fail('ports', detail, 'Let this user listen on 127.0.0.1.');
  } finally {
    server.close();
  }
}

function diskCheck(dataDir: string): HealthCheck {
  const free = freeBytes(nearestFolder(dataDir));
  const detail = `${(free / 1024 ** 3).toFixed(1)} GB free for ${dataDir}`;
  if (free < FREE_BYTES_MIN)
    return fail('disk', detail, 'Free at least 200 MB, or choose another --data-dir.');
  if (free >= COMFORTABLE_BYTES) return ok('disk', detail);
  return { name: 'disk', result: 'warn', detail, remedy: 'Enough to start; a long recording needs more.' };
}

function nearestFolder(path: string): string {
  let folder = path;
  while (!existsSync(folder) || !statSync(folder).isDirectory()) folder = dirname(folder);
  return folder;
}

function lockCheck(dataDir: string): HealthCheck {
  const name = 'data directory';
  const holder = holderOf(dataDir);
  if (holder === undefined) return ok(name, 'in use by nobody');
  const detail = `in use by ${holder.purpose}, process ${holder.pid}`;
  return { name, result: 'warn', detail, remedy: 'Stop it before you start another engine there.' };
}

function clockCheck(nowMs: number): HealthCheck {
  const detail = new Date(nowMs).toISOString();
  if (nowMs >= CLOCK_MIN_MS) return ok('clock', detail);
  return fail('clock', detail, 'Set the clock; live venues refuse orders with a wrong time.');
}

function instrumentsCheck(path: string): HealthCheck {
  const name = 'instruments';
  const problems: string[] = [];
  try {
    const { size } = readInstrumentsFile(path, (problem) => problems.push(problem)).overrides;
    if (problems.length === 0) return ok(name, `${size} in ${path}`);
    return { name, result: 'warn', detail: problems.join('; '), remedy: `Mend these in ${path}.` };
  } catch (error) {
    return fail(name, (error as Error).message, '');
  }
}

function configurationChecks(folder: string): HealthCheck[] {
  const name = 'trading configurations';
  let names: string[];
  try {
    names = configurationNames(folder);
  } catch (error) {
    return [fail(name, (error as Error).message, 'Name the folder in ALGO_TRADING_CONFIGS_DIR.')];
  }
  if (names.length > 0) return names.map((each) => configurationCheck(folder, each));
  return [fail(name, `none in ${folder}`, 'Put one there, such as config_1.yaml.')];
}

/**
 * That it is a mapping with this name; decision checks every rule when it starts, and says all that is wrong.
 */
function configurationCheck(folder: string, file: string): HealthCheck {
  const name = `configuration ${file}`;
  const path = [`${file}.yaml`, `${file}.yml`].map((each) => join(folder, each)).find(existsSync) ?? folder;
  try {
    if (z.looseObject({}).safeParse(parse(readFileSync(path, 'utf8'))).success) return ok(name, path);
    return fail(name, `${path} is not a list of settings`, 'Compare it with config_1.yaml.');
  } catch (error) {
    return fail(name, `${path}: ${(error as Error).message}`, 'Correct the YAML.');
  }
}
