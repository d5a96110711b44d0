import {
  InputError,
  type Instrument,
  instrumentId,
  refusalWords,
  refusedIn,
  type TradeColumns,
} from '@algo/model';
import { readInstrumentCatalog } from '@algo/runtime';
import { openTradeFiles, ScreenedRows } from '@algo/tradefiles';
import { tradePaths } from '@algo/tradefiles/paths';
import { type CliEnvironment, fromCaller } from '../config.ts';
import { unknownInstrument } from './unknown-instrument.ts';

/**
 * Gives the trades of files in pieces, as `--data` and `--instrument` name them; what is odd about them goes
 * to the error output. *Errors*: InputError in the words typed.
 */
export async function* recordedTrades(
  data: readonly string[],
  named: string | undefined,
  environment: CliEnvironment,
): AsyncGenerator<{ readonly instrument: Instrument; readonly trades: TradeColumns }> {
  const catalog = readInstrumentCatalog(environment.instrumentsFile);
  const told = named === undefined ? [] : [catalog.get(instrumentId(named)) ?? unknownInstrument(named)];
  const paths = data.flatMap((list) => tradePaths(list, fromCaller));
  await using opened = await openTradeFiles(paths, { told, catalog: [...catalog.values()] }).catch(
    (error: unknown) => {
      throw inOurWords(error);
    },
  );
  const warn = (words: string) => process.stderr.write(`${words}\n`);
  for (const words of opened.words) warn(words);
  for (const { file, instrument } of opened.files) {
    const rows = new ScreenedRows(instrument.id);
    for await (const piece of file.read(0)) yield { instrument, trades: rows.take(piece) };
    if (refusedIn(rows.refused) > 0) warn(`${file.path}: ${refusalWords(rows.refused)}`);
  }
}

/** Returns an error of files as this command's options are called. */
function inOurWords(error: unknown): unknown {
  if (!(error instanceof InputError)) return error;
  const ours = (text: string) => text.replaceAll('--instruments', '--instrument');
  const { field, value, because, remedy } = error;
  return new InputError({
    field: field === 'file' ? '--data' : ours(field),
    value: JSON.parse(value),
    because: ours(because),
    remedy: ours(remedy),
  });
}
