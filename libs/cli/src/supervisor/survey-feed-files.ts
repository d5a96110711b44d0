import { instrumentOf, readInstrumentCatalog } from '@algo/runtime';
import { retoldAs } from '@algo/tradefiles/paths';
import type { UpOptions } from './up-options.ts';

/**
 * Reads the files of a feed through once, before any process starts. Returns what is unusual in them.
 * *Errors*: InputError naming the file and what was found in it.
 */
export async function surveyFeedFiles(
  { files, instruments, layout }: Pick<UpOptions, 'files' | 'instruments' | 'layout'>,
  instrumentsFile: string,
): Promise<readonly string[]> {
  if (files.length === 0) return [];
  const catalog = readInstrumentCatalog(instrumentsFile);
  const { layoutOfWords, openTradeFiles } = await import('@algo/tradefiles');
  try {
    await using opened = await openTradeFiles(files, {
      told: instruments.map((id) => instrumentOf(catalog, id)),
      catalog: [...catalog.values()],
      layout: layout === '' ? undefined : layoutOfWords(layout),
    });
    return opened.words;
  } catch (error) {
    throw retoldAs(error, '--feed', 'file:');
  }
}
