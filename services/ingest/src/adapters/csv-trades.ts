import type { InstrumentId } from '@algo/model';
import { CsvRowReader } from './csv-row-reader.ts';
import { type FileBytes, fileBytes } from './file-bytes.ts';
import { type TradeFile, type TradeRows, unusable } from './trade-file.ts';
import { layoutOfDump, layoutOfNames, type TradeLayout } from './trade-layout.ts';

/** A line that is longer is no row of any layout. *Units*: bytes. */
const LINE_BYTES_MAX = 64 * 1024;
const [NEWLINE, RETURN] = [10, 13];

/** Opens a CSV file: reads as far as its first row. *Errors*: InputError when it is no file of trades. */
export async function openCsv(path: string, size: number): Promise<TradeFile> {
  const bytes = fileBytes(path);
  try {
    const { lines, damage } = await firstLines(path, bytes);
    const header = lines[0];
    if (header === undefined || header === '')
      throw unusable(path, damage === undefined ? 'the file is empty' : `nothing readable: ${damage}`);
    const names = fieldsOf(header);
    const named = layoutOfNames(names);
    const layout = named ?? layoutOfDump(names);
    if (layout === undefined)
      throw unusable(
        path,
        `its first line is ${JSON.stringify(header.slice(0, 120))}, which no known layout begins with`,
      );
    const first = fieldsOf(lines[named === undefined ? 0 : 1] ?? '');
    if (first.length < layout.columns) throw unusable(path, 'it has a header but no row');
    const symbol = layout.symbol === undefined ? undefined : first[layout.symbol];
    return {
      path,
      bytes: size,
      symbol,
      hasIds: layout.id !== undefined,
      read: (instrument, skip) => csvRows(path, layout, named !== undefined, symbol, instrument, skip),
    };
  } finally {
    await bytes.return(undefined);
  }
}

async function firstLines(
  path: string,
  bytes: FileBytes,
): Promise<{ lines: string[]; damage: string | undefined }> {
  let text = '';
  for (;;) {
    const next = await bytes.next();
    if (next.done) return { lines: text.split(/\r?\n/), damage: next.value };
    text += Buffer.from(next.value.subarray(0, 2 * LINE_BYTES_MAX)).toString('latin1');
    const lines = text.split(/\r?\n/);
    if (lines.length > 2) return { lines, damage: undefined };
    if (text.length > 2 * LINE_BYTES_MAX)
      throw unusable(path, `its first lines are over ${LINE_BYTES_MAX} bytes`);
  }
}

function fieldsOf(line: string): string[] {
  return line.split(',').map((field) => field.replace(/^"(.*)"$/, '$1').trim());
}

/** Yields the rows after the first `skip`, as many as each chunk of the file holds. */
async function* csvRows(
  path: string,
  layout: TradeLayout,
  hasHeader: boolean,
  symbol: string | undefined,
  instrument: InstrumentId,
  skip: number,
): TradeRows {
  const reader = new CsvRowReader(layout, symbol);
  const bytes = fileBytes(path);
  let toSkip = skip + (hasHeader ? 1 : 0);
  let rest: Uint8Array = new Uint8Array(0);
  try {
    for (;;) {
      const next = await bytes.next();
      if (next.done) {
        // A file may end without a newline; a row cut by damage is never believed, its last number may lack
        // digits.
        const last = rest.length > 0 && toSkip === 0;
        if (last && next.value === undefined && reader.wholeRow(rest, 0, rest.length))
          yield reader.take(instrument);
        else if (last)
          return next.value ?? `the last row is cut: ${JSON.stringify(Buffer.from(rest).toString('latin1'))}`;
        return next.value;
      }
      const chunk = rest.length === 0 ? next.value : Buffer.concat([rest, next.value]);
      let from = 0;
      for (let to = chunk.indexOf(NEWLINE); to >= 0; from = to + 1, to = chunk.indexOf(NEWLINE, from)) {
        if (toSkip > 0) toSkip--;
        else if (to > from && !(to === from + 1 && chunk[from] === RETURN)) reader.row(chunk, from, to);
      }
      rest = chunk.subarray(from);
      if (reader.count > 0) yield reader.take(instrument);
      if (rest.length > LINE_BYTES_MAX) return `a line of more than ${LINE_BYTES_MAX} bytes`;
    }
  } finally {
    await bytes.return(undefined);
  }
}
