import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { SERVER_MIN } from '@algo/bus';
import { holderOf, type InstrumentCatalog, readInstrumentCatalog } from '@algo/runtime';
import { parse } from 'yaml';
import { z } from 'zod';
import { findNatsServer } from '../../../../scripts/nats-server.mjs';
import { type CliEnvironment, fromCaller, ROOT } from '../config.ts';
import { CommandFailure } from '../exit-codes.ts';
import { printLine } from '../reading/output.ts';
import { FREE_BYTES_MIN, freeBytes } from '../supervisor/prepare-data-dir.ts';
import { configurationFolder, configurationNames } from './trading-configuration.ts';

/** One thing that was looked at. `remedy` is empty where nothing needs to be done. */
export interface HealthCheck {
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
  const instrumentsFile = join(
    ROOT,
    environment.inherited.ALGO_INSTRUMENTS_FILE ?? 'config/instruments.yaml',
  );
  const checks = [
    nodeCheck(process.versions.node),
    await natsCheck(environment.inherited),
    await portCheck(),
    diskCheck(dataDir),
    lockCheck(dataDir),
    clockCheck(Date.now()),
    instrumentsCheck(instrumentsFile),
    ...configurationChecks(configurationFolder(environment)),
  ];
  for (const check of checks)
    await printLine(options.json === true ? JSON.stringify(check) : checkLine(check));
  const failed = checks.filter(({ result }) => result === 'fail').length;
  if (failed > 0) throw new CommandFailure(`${failed} of ${checks.length} checks failed`);
}

/** Returns a check as a line for people. */
export function checkLine({ name, result, detail, remedy }: HealthCheck): string {
  return `${result.padEnd(4)}  ${name.padEnd(22)}  ${detail}${remedy === '' ? '' : `. ${remedy}`}`;
}

export function nodeCheck(version: string): HealthCheck {
  const isNew = Number(version.split('.')[0]) >= NODE_MAJOR_MIN;
  const remedy = isNew ? '' : `Start through npm or npx, which bring Node ${NODE_MAJOR_MIN}.`;
  return { name: 'node', result: isNew ? 'ok' : 'fail', detail: version, remedy };
}

async function natsCheck(env: NodeJS.ProcessEnv): Promise<HealthCheck> {
  try {
    const { path, version, source } = await findNatsServer({ env, log: () => undefined });
    return { name: 'nats-server', result: 'ok', detail: `${version} from ${source}: ${path}`, remedy: '' };
  } catch (error) {
    const remedy = `Put nats-server ${SERVER_MIN.join('.')} or newer on PATH, or name it in NATS_SERVER_BIN.`;
    return { name: 'nats-server', result: 'fail', detail: (error as Error).message.trim(), remedy };
  }
}

async function portCheck(): Promise<HealthCheck> {
  const server = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', resolve);
    });
    return { name: 'ports', result: 'ok', detail: 'loopback ports can be opened', remedy: '' };
  } catch (error) {
    const detail = `no loopback port can be opened: ${(error as Error).message}`;
    return { name: 'ports', result: 'fail', detail, remedy: 'Let this user listen on 127.0.0.1.' };
  } finally {
    server.close();
  }
}

function diskCheck(dataDir: string): HealthCheck {
  const free = freeBytes(nearestFolder(dataDir));
  const detail = `${(free / 1024 ** 3).toFixed(1)} GB free for ${dataDir}`;
  if (free < FREE_BYTES_MIN)
    return {
      name: 'disk',
      result: 'fail',
      detail,
      remedy: 'Free at least 200 MB, or choose another --data-dir.',
    };
  if (free < COMFORTABLE_BYTES)
    return { name: 'disk', result: 'warn', detail, remedy: 'Enough to start; a long recording needs more.' };
  return { name: 'disk', result: 'ok', detail, remedy: '' };
}

function nearestFolder(path: string): string {
  let folder = path;
  while (!existsSync(folder) || !statSync(folder).isDirectory()) folder = dirname(folder);
  return folder;
}

function lockCheck(dataDir: string): HealthCheck {
  const holder = holderOf(dataDir);
  if (holder === undefined)
    return { name: 'data directory', result: 'ok', detail: 'in use by nobody', remedy: '' };
  const detail = `in use by ${holder.purpose}, process ${holder.pid}`;
  return {
    name: 'data directory',
    result: 'warn',
    detail,
    remedy: 'Stop it before you start another engine there.',
  };
}

export function clockCheck(nowMs: number): HealthCheck {
  const detail = new Date(nowMs).toISOString();
  const isSet = nowMs >= CLOCK_MIN_MS;
  const remedy = isSet ? '' : 'Set the clock; live venues refuse orders with a wrong time.';
  return { name: 'clock', result: isSet ? 'ok' : 'fail', detail, remedy };
}

function instrumentsCheck(path: string): HealthCheck {
  try {
    const catalog: InstrumentCatalog = readInstrumentCatalog(path);
    return { name: 'instruments', result: 'ok', detail: `${catalog.size} in ${path}`, remedy: '' };
  } catch (error) {
    return { name: 'instruments', result: 'fail', detail: (error as Error).message, remedy: '' };
  }
}

function configurationChecks(folder: string): HealthCheck[] {
  const name = 'trading configurations';
  let names: string[];
  try {
    names = configurationNames(folder);
  } catch (error) {
    const remedy = 'Name the folder in ALGO_TRADING_CONFIGS_DIR.';
    return [{ name, result: 'fail', detail: (error as Error).message, remedy }];
  }
  if (names.length === 0)
    return [
      { name, result: 'fail', detail: `none in ${folder}`, remedy: 'Put one there, such as config_1.yaml.' },
    ];
  return names.map((each) => configurationCheck(folder, each));
}

/**
 * That it is a mapping with this name; decision checks every rule when it starts, and says all that is wrong.
 */
function configurationCheck(folder: string, name: string): HealthCheck {
  const path = [`${name}.yaml`, `${name}.yml`].map((file) => join(folder, file)).find(existsSync) ?? folder;
  try {
    const document = z.looseObject({}).safeParse(parse(readFileSync(path, 'utf8')));
    if (document.success) return { name: `configuration ${name}`, result: 'ok', detail: path, remedy: '' };
    const detail = `${path} is not a list of settings`;
    return {
      name: `configuration ${name}`,
      result: 'fail',
      detail,
      remedy: 'Compare it with config_1.yaml.',
    };
  } catch (error) {
    const detail = `${path}: ${(error as Error).message}`;
    return { name: `configuration ${name}`, result: 'fail', detail, remedy: 'Correct the YAML.' };
  }
}
