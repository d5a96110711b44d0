import { InputError, type Instrument } from '@algo/model';
import { Duck } from './duck.ts';
import { oddRowWords } from './odd-rows.ts';
import { openTradeFile, type TradeFile } from './trade-file.ts';
import { identityOf } from './trade-identity.ts';
import type { TradeLayout } from './trade-layout.ts';
import { unusableFile } from './unusable-file.ts';

/** A file, and whose trades it holds. */
export interface OpenedFile {
  readonly file: TradeFile;
  readonly instrument: Instrument;
}

/**
 * Files that go together, those of each instrument in the order of their times. *Shape*: `words` say to a
 * person what is unusual in them, and which were left out, each with the path of its file.
 */
export interface OpenedFiles extends AsyncDisposable {
  readonly files: readonly OpenedFile[];
  readonly words: readonly string[];
}

/**
 * Opens files and reads each through once. `told` says whose they are: one for each file, one for all, or
 * none: then their names, columns and folders must tell. A file without rows is left out. *Errors*:
 * InputError naming the file and what was found in it.
 */
export async function openTradeFiles(
  paths: readonly string[],
  about: {
    readonly told: readonly Instrument[];
    readonly catalog: readonly Instrument[];
    readonly layout?: TradeLayout | undefined;
  },
): Promise<OpenedFiles> {
  const { told, catalog, layout } = about;
  if (told.length > 1 && told.length !== paths.length)
    throw new InputError({
      field: '--instruments',
      value: told.map(({ id }) => id).join(','),
      because: `${told.length} instruments for ${paths.length} files`,
      remedy: 'Name one for each file, in their order, or one for all, or none.',
    });
  const opened: (OpenedFile & { readonly words: readonly string[] })[] = [];
  const empty: string[] = [];
  const duck = await Duck.open();
  const close = async () => {
    for (const { file } of opened) await file[Symbol.asyncDispose]();
    duck[Symbol.dispose]();
  };
  try {
    for (const [i, path] of paths.entries()) {
      const file = await openTradeFile(path, duck, layout);
      if (file === 'empty') empty.push(path);
      else opened.push(await identified(file, told[i] ?? told[0], catalog));
    }
    const [first] = empty;
    if (opened.length === 0 && first !== undefined)
      throw unusableFile(first, 'it holds no row', 'Name a file that holds trades.');
  } catch (error) {
    await close();
    throw error;
  }
  const files = opened.toSorted((a, b) => a.file.survey.firstUs - b.file.survey.firstUs);
  return {
    files,
    words: [
      ...empty.map((path) => `${path} holds no row: left out`),
      ...files.flatMap(({ file, words }) => words.map((word) => `${file.path}: ${word}`)),
    ],
    [Symbol.asyncDispose]: close,
  };
}

async function identified(
  whole: TradeFile,
  told: Instrument | undefined,
  catalog: readonly Instrument[],
): Promise<OpenedFile & { readonly words: readonly string[] }> {
  const { path, symbols, exchanges, market, layout } = whole;
  const about = { path, symbols, exchanges, market, venue: layout.venue };
  const { instrument, symbol, words } = identityOf(about, told, catalog);
  const file = symbol === undefined ? whole : await whole.ofSymbol(symbol);
  const others = whole.survey.rows - file.survey.rows;
  const passed = others === 0 ? [] : [`${others} rows are of other symbols: passed over`];
  return { file, instrument, words: [...words, ...passed, ...wordsOf(file)] };
}

function wordsOf(file: TradeFile): string[] {
  const { order, damage, broken, brokenCount, odd, isSideInferred, survey } = file;
  const words = [...order.words];
  if (survey.repeated > 0) {
    const alike = order.hasIds ? 'equal one before, id and all' : 'have the name and time of one before';
    words.push(`${survey.repeated} rows ${alike}: left out`);
  }
  if (odd.length > 0) words.push(`${survey.odd} rows are no trades, such as ${oddRowWords(odd)}`);
  if (isSideInferred) words.push('no side in it: inferred, a higher price was bought and a lower one sold');
  const lines = broken.map(({ line, why }) => `line ${line} (${why})`).join(', ');
  if (brokenCount > 0) words.push(`${brokenCount} lines are no rows, such as ${lines}`);
  if (damage !== undefined) words.push(`damaged, read up to there: ${damage}`);
  return words;
}
