import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { CommandFailure, EXIT_CODE } from '../exit-codes.ts';
import { type EngineFile, isRunning, readEngineFile } from './engine-file.ts';

/** A data directory with what its engine file says. */
export interface EnginePlaceFound {
  readonly dataDir: string;
  readonly engine: EngineFile;
  readonly running: boolean;
}

/**
 * Returns the engine to read: the named one, else the only running one, else the one that was started last.
 */
export function findEngine(dataDir: string | undefined, dataRoot: string): EnginePlaceFound {
  const found = (dataDir === undefined ? foldersIn(dataRoot) : [dataDir]).flatMap((dir) => {
    const engine = readEngineFile(dir);
    return engine === undefined ? [] : [{ dataDir: dir, engine, running: isRunning(engine) }];
  });
  return chooseEngine(found, dataDir ?? dataRoot);
}

/** *Errors*: CommandFailure when there is none (3), or when several run and one has to be named (2). */
export function chooseEngine(found: readonly EnginePlaceFound[], where: string): EnginePlaceFound {
  const running = found.filter((one) => one.running);
  if (running.length > 1) {
    const names = running.map((one) => one.dataDir).join(', ');
    throw new CommandFailure(`Several engines run (${names}). Name one with --data-dir.`, EXIT_CODE.usage);
  }
  const latest = found.toSorted((a, b) => b.engine.startedMs - a.engine.startedMs)[0];
  const chosen = running[0] ?? latest;
  if (chosen !== undefined) return chosen;
  const message = `No engine has run on ${where}. Start one with \`algo up\`, or name its --data-dir.`;
  throw new CommandFailure(message, EXIT_CODE.notRunning);
}

function foldersIn(root: string): string[] {
  if (!existsSync(root)) return [];
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(root, entry.name));
}
