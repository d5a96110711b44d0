import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '@algo/model';
import { z } from 'zod';
import { isSameProcess } from './process-identity.ts';

const engineFile = z.object({
  version: z.string(),
  /** The supervisor; meaningless once `running` is false. */
  pid: z.number().int(),
  birth: z.string(),
  running: z.boolean(),
  natsUrl: z.string(),
  natsPort: z.number().int(),
  natsPid: z.number().int().nullable(),
  pacing: z.enum(['steps', 'live']),
  feed: z.string(),
  account: z.string(),
  analytics: z.number().int(),
  startedMs: z.number(),
  services: z.record(z.string(), z.number().int().nullable()),
});
/** What a data directory says of the engine that runs on it, or ran on it last. */
export type EngineFile = z.infer<typeof engineFile>;

const pathOf = (dataDir: string) => join(dataDir, 'engine.json');

/**
 * Returns what was written last, or undefined for a directory that never had an engine. *Errors*: InputError
 * when damaged.
 */
export function readEngineFile(dataDir: string): EngineFile | undefined {
  let text: string;
  try {
    text = readFileSync(pathOf(dataDir), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const parsed = engineFile.safeParse(jsonOf(text));
  if (parsed.success) return parsed.data;
  throw new InputError({
    field: 'engine file',
    value: pathOf(dataDir),
    because: 'not readable by this version',
    remedy: 'Remove it if no engine runs there, or choose another --data-dir.',
  });
}

/** Writes it whole or not at all. */
export function writeEngineFile(dataDir: string, engine: EngineFile): void {
  const fresh = `${pathOf(dataDir)}.new`;
  writeFileSync(fresh, `${JSON.stringify(engine, null, 2)}\n`);
  renameSync(fresh, pathOf(dataDir));
}

/** True while the engine that wrote this runs. */
export function isRunning(engine: EngineFile): boolean {
  return engine.running && isSameProcess(engine.pid, engine.birth);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
