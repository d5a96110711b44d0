import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '@algo/model';
import { isSameProcess } from '@algo/runtime';
import { z } from 'zod';

/** Of what a data directory holds; a build reads its own only. */
const LAYOUT = 4;
/** One that differs in where the server keeps its streams alone, which `raiseLayout` puts right. */
const LAYOUT_BEFORE = 3;

const engineFile = z.object({
  layout: z.literal([LAYOUT_BEFORE, LAYOUT]),
  version: z.string(),
  /** The supervisor; meaningless once `running` is false. */
  pid: z.number().int(),
  birth: z.string(),
  running: z.boolean(),
  natsUrl: z.string(),
  natsPort: z.number().int(),
  natsPid: z.number().int().nullable(),
  feed: z.string(),
  accounts: z.array(z.string()).min(1),
  /** The accounts whose orders go to a real exchange. */
  live: z.record(z.string(), z.object({ exchange: z.string(), startingEquity: z.string() })).default({}),
  analytics: z.number().int(),
  startedMs: z.number(),
  /** The seed that it was started with, where one was named. */
  seed: z.number().int().optional(),
  /** Process ids by identity. */
  services: z.record(z.string(), z.number().int().nullable()),
});
/** What a data directory says of the engine that runs on it, or ran on it last. */
export type EngineFile = Omit<z.infer<typeof engineFile>, 'layout'>;

const pathOf = (dataDir: string) => join(dataDir, 'engine.json');

/**
 * Returns what was written last, or undefined for a directory that never had an engine. *Errors*: InputError
 * when damaged, or of an engine whose data this one can't read.
 */
export function readEngineFile(dataDir: string): EngineFile | undefined {
  let text: string;
  try {
    text = readFileSync(pathOf(dataDir), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const json = jsonOf(text);
  const parsed = engineFile.safeParse(json);
  if (parsed.success) return parsed.data;
  if (json !== null && typeof json === 'object' && !('layout' in json && isRead(json.layout)))
    throw new InputError({
      field: '--data-dir',
      value: dataDir,
      because:
        'its data were written by another version of the engine, in a layout that this one does not read',
      remedy: 'Choose a fresh --data-dir, or delete this one.',
    });
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
  writeFileSync(fresh, `${JSON.stringify({ ...engine, layout: LAYOUT }, null, 2)}\n`);
  renameSync(fresh, pathOf(dataDir));
}

/** True while the engine that wrote this runs. */
export function isRunning(engine: EngineFile): boolean {
  return engine.running && isSameProcess(engine.pid, engine.birth);
}

function isRead(layout: unknown): boolean {
  return layout === LAYOUT || layout === LAYOUT_BEFORE;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
