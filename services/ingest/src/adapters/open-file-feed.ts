import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import { InputError, type Instrument, type InstrumentId } from '@algo/model';
import { instrumentOfFile } from '../domain/file-instrument.ts';
import { openCsv } from './csv-trades.ts';
import { type FeedFile, feedFile } from './file-lane.ts';
import { openParquet } from './parquet-trades.ts';
import { type TradeFile, unusable } from './trade-file.ts';

/**
 * Opens recorded files as far as their first trades. `instruments` says whose they are: one for each file,
 * one for all,
 * or none: then their names and columns must tell. *Errors*: InputError naming the file and what was found in
 * it.
 */
export async function openFeedFiles(
  paths: readonly string[],
  instruments: readonly Instrument[],
  catalog: readonly Instrument[],
): Promise<FeedFile[]> {
  if (instruments.length > 1 && instruments.length !== paths.length)
    throw new InputError({
      field: '--instruments',
      value: instruments.map(({ id }) => id).join(','),
      because: `${instruments.length} instruments for ${paths.length} files`,
      remedy: 'Name one for each file, in their order, or one for all, or none.',
    });
  const files: FeedFile[] = [];
  for (const [i, path] of paths.entries()) {
    const file = await openTradeFile(path);
    const told: InstrumentId | undefined = (instruments[i] ?? instruments[0])?.id;
    files.push(await feedFile(file, told ?? instrumentOfFile(basename(path), file.symbol, catalog)));
  }
  return files;
}

/** Opens one file of any known layout. *Errors*: InputError naming the file and what was found in it. */
export async function openTradeFile(path: string): Promise<TradeFile> {
  const head = Buffer.alloc(4);
  let bytes: number;
  try {
    await using handle = await open(path, 'r');
    await handle.read(head, 0, 4, 0);
    bytes = (await handle.stat()).size;
  } catch (error) {
    throw unusable(path, `it cannot be opened: ${(error as Error).message}`);
  }
  return head.toString('latin1') === 'PAR1' ? openParquet(path, bytes) : openCsv(path, bytes);
}
