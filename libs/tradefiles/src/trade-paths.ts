import { existsSync, globSync, readdirSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import { unusableFile } from './unusable-file.ts';

export { retoldAs } from './unusable-file.ts';

/** Files that one list may name. */
const FILES_MAX = 10_000;
const TRADES = /\.(csv|txt|tsv|parquet|pq|zip)(\.(gz|zst))?$|\.(gz|zst)$/i;

/**
 * Returns the files that a comma-separated list names: files, whose names may hold commas, folders with all
 * files of trades in them, and patterns such as `2025/*.csv.gz`. `absolute` makes a
 * caller's path absolute. *Shape*: sorted within a folder or pattern.
 * *Errors*: InputError on what names nothing.
 */
export function tradePaths(list: string, absolute: (path: string) => string = (path) => path): string[] {
  const paths: string[] = [];
  const words = list.split(',');
  const nameOf = (from: number, to: number) => words.slice(from, to).join(',').trim();
  for (let from = 0; from < words.length; ) {
    // The longest stretch that is there; a comma may belong to a name.
    let to = words.length;
    while (to > from + 1 && !existsSync(absolute(nameOf(from, to)))) to--;
    paths.push(...filesOf(nameOf(from, to), absolute));
    from = to;
  }
  if (paths.length > FILES_MAX)
    throw unusableFile(
      list,
      `it names ${paths.length} files, at most ${FILES_MAX} go together`,
      'Name fewer.',
    );
  return paths;
}

/** Whether a file or a folder over it is what systems keep beside files, such as `._a.csv` of a Mac. */
function isHidden(name: string): boolean {
  return name.split(sep).some((part) => part.startsWith('.') || part === '__MACOSX');
}

function filesOf(typed: string, absolute: (path: string) => string): string[] {
  if (typed === '') throw unusableFile(typed, 'it names no file', 'Name a file, a folder or a pattern.');
  const word = absolute(typed);
  if (existsSync(word)) {
    if (!statSync(word).isDirectory()) return [word];
    const inside = readdirSync(word, { recursive: true, encoding: 'utf8' })
      .filter((name) => TRADES.test(name) && !isHidden(name))
      .toSorted()
      .map((name) => join(word, name));
    if (inside.length > 0) return inside;
    throw unusableFile(
      word,
      'the folder holds no file of trades',
      'Name one that holds .csv, .gz, .zip or .parquet.',
    );
  }
  const matching = /[*?[{]/.test(word) ? globSync(word).toSorted() : [];
  if (matching.length > 0) return matching;
  throw unusableFile(
    typed,
    'there is no such file',
    'Name a file that exists, a folder, or a pattern that fits some.',
  );
}
