import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { ENGINE_ACCOUNT } from '@algo/contracts';
import { InputError } from '@algo/model';
import { readEngineFile, writeEngineFile } from './engine-file.ts';

/**
 * Gives the streams of an older engine to the account of the server in which this one's processes are. The
 * server keeps an account's streams in a folder of its name, and knows them by nothing else. Only for who
 * holds the directory's lock, while no server runs there. *Errors*: InputError where both accounts have
 * streams.
 */
export function raiseLayout(dataDir: string): void {
  // The server's own folder in the one that it is given; `$G` is the account of servers that name none.
  const folderOf = (account: string) => join(dataDir, 'jetstream', 'jetstream', account);
  const [before, now] = [folderOf('$G'), folderOf(ENGINE_ACCOUNT)];
  if (!existsSync(before)) return;
  if (existsSync(now))
    throw new InputError({
      field: '--data-dir',
      value: dataDir,
      because: `streams lie both in ${before} and in ${now}, so it is not known which are the engine's`,
      remedy: 'Move the one that the engine did not write last somewhere else.',
    });
  // First the number: an older engine would find no streams, and begin anew beside books that are not empty.
  const engine = readEngineFile(dataDir);
  if (engine !== undefined) writeEngineFile(dataDir, engine);
  renameSync(before, now);
}
