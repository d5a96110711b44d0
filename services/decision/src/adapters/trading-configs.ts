import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InputError, type TradingConfig } from '@algo/model';
import { parsedYaml } from '@algo/runtime';
import type { DocumentStore } from '@algo/state';
import { parseTradingConfig } from '@algo/strategy';
import { z } from 'zod';

const active = z.strictObject({ name: z.string() });

/** Every trading configuration that may be switched to, and the one in force. */
export interface TradingConfigs {
  readonly byName: ReadonlyMap<string, TradingConfig>;
  readonly active: TradingConfig;
}

/**
 * Seeds the state store from the folder, then reads the
 * store: what a person changed there wins over the file.
 * *Errors*: InputError naming the document and every violation.
 */
export async function loadTradingConfigs(
  documents: DocumentStore,
  folder: string,
  account: string,
  fallback: string,
): Promise<TradingConfigs> {
  const byName = new Map<string, TradingConfig>();
  for (const [name, told] of documentsIn(folder)) {
    await documents.seed('trading_configs', name, told);
    byName.set(name, configOf(name, await documents.get('trading_configs', name)));
  }
  await documents.seed('active_config', account, { name: fallback });
  const chosen = active.parse(await documents.get('active_config', account)).name;
  return { byName, active: configNamed(byName, chosen) };
}

/** Looks at the folder's files alone: what a person changed in the state store is of a running engine. */
export function checkTradingConfigs(folder: string, fallback: string): void {
  configNamed(new Map(documentsIn(folder).map(([name, told]) => [name, configOf(name, told)])), fallback);
}

function documentsIn(folder: string): (readonly [name: string, told: unknown])[] {
  return yamlFiles(folder).map((file) => [
    file.replace(/\.ya?ml$/, ''),
    parsedYaml(readFileSync(join(folder, file), 'utf8')),
  ]);
}

function configOf(name: string, told: unknown): TradingConfig {
  return parseTradingConfig(told, `trading configuration ${name}`);
}

/** Returns a configuration by name. *Errors*: InputError that lists the known ones. */
export function configNamed(byName: ReadonlyMap<string, TradingConfig>, name: string): TradingConfig {
  const found = byName.get(name);
  if (found === undefined)
    throw new InputError({
      field: 'trading configuration',
      value: name,
      because: `there is none of that name (${[...byName.keys()].join(', ')})`,
      remedy: 'Choose one of these, or add its file.',
    });
  return found;
}

function yamlFiles(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((file) => /\.ya?ml$/.test(file))
      .toSorted();
  } catch (cause) {
    throw new InputError({
      field: 'ALGO_TRADING_CONFIGS_DIR',
      value: folder,
      because: `cannot be read: ${(cause as Error).message}`,
      remedy: 'Name the folder that holds config_1.yaml.',
    });
  }
}
