import { open } from 'node:fs/promises';
import type { PlainFile } from './plain-file.ts';
import {
  KNOWN_LAYOUTS,
  layoutOfDump,
  layoutOfNames,
  layoutWithoutSide,
  type TradeLayout,
} from './trade-layout.ts';
import { unusableFile } from './unusable-file.ts';

/** So much of a text is looked at. *Units*: bytes. */
const HEAD_BYTES = 64 * 1024;
/** The header, or the first row, stands in one of so many lines: remarks may come before. */
const LINES_AHEAD_MAX = 20;
/** Rows that are looked at. */
const SAMPLE_ROWS = 50;
const DELIMITERS = [',', ';', '\t', '|'] as const;

/**
 * How a text of trades is written. *Shape*: `skip` lines come before the first row, the header among them;
 * `header` is the text of the header's time column, null where there is none; it may come again among the
 * rows. `decimalComma`: 83,29 is a number.
 */
export interface CsvDialect {
  readonly delimiter: string;
  readonly skip: number;
  readonly header: string | null;
  readonly decimalComma: boolean;
  readonly layout: TradeLayout;
  /** The first rows, as their fields. */
  readonly sample: readonly (readonly string[])[];
}

/** Looks how a text is written. *Errors*: InputError naming the file and what was found in it. */
export async function csvDialect(
  { path: plainPath, damage }: Pick<PlainFile, 'path' | 'damage'>,
  path: string,
  told: TradeLayout | undefined,
): Promise<CsvDialect> {
  // What a machine lost that fell over while it wrote ends in zeros.
  const text = (await headOf(plainPath)).replace(/\0+$/, '');
  if (text === '' && damage !== undefined)
    throw unusableFile(path, `nothing of it can be unpacked: ${damage}`, 'Fetch it anew.');
  if (text === '') throw unusableFile(path, 'it is empty', 'Name a file that holds trades.');
  if (text.includes('\0'))
    throw unusableFile(path, 'it is neither text nor Parquet', `Give a text in UTF-8 or UTF-16, or Parquet.`);
  const lines = text.split('\n');
  const found = told === undefined ? search(lines) : (asTold(lines, told) ?? undefined);
  if (found === undefined) throw unlike(path, lines, told);
  const { delimiter, skip } = found;
  const rows = lines.slice(skip, skip + SAMPLE_ROWS).filter((line) => line.trim() !== '');
  const sample = rows.map((line) => fieldsOf(line, delimiter));
  const { price } = found.layout.at;
  const decimalComma = delimiter !== ',' && sample.some((fields) => /^\d+,\d+$/.test(fields[price!] ?? ''));
  return { ...found, decimalComma, sample };
}

type Found = Pick<CsvDialect, 'delimiter' | 'skip' | 'header' | 'layout'>;

/** The first line that a known layout begins with, by any delimiter. */
function search(lines: readonly string[]): Found | undefined {
  for (const [n, line] of lines.slice(0, LINES_AHEAD_MAX).entries())
    for (const delimiter of DELIMITERS) {
      const fields = fieldsOf(line, delimiter);
      const named = layoutOfNames(fields);
      if (named !== undefined)
        return { delimiter, skip: n + 1, header: fields[named.at.time!]!, layout: named };
      const dump = layoutOfDump(fields);
      if (dump !== undefined) return { delimiter, skip: n, header: null, layout: dump };
    }
  return undefined;
}

/** The first line with as many fields as were told, whose price and quantity are numbers. */
function asTold(lines: readonly string[], layout: TradeLayout): Found | undefined {
  const { price, quantity } = layout.at;
  for (const [skip, line] of lines.slice(0, LINES_AHEAD_MAX).entries())
    for (const delimiter of DELIMITERS) {
      const fields = fieldsOf(line, delimiter);
      const isNumber = (at: number | undefined) => /^[-+.,\deE]+$/.test(fields[at!] ?? '');
      if (fields.length === layout.columns && isNumber(price) && isNumber(quantity))
        return { delimiter, skip, header: null, layout };
    }
  return undefined;
}

function unlike(path: string, lines: readonly string[], told: TradeLayout | undefined): Error {
  const [first = ''] = lines.filter((line) => line.trim() !== '');
  const shown = JSON.stringify(first.slice(0, 120));
  if (told !== undefined)
    return unusableFile(
      path,
      `no line has the ${told.columns} fields of --layout; the first is ${shown}`,
      'Look at the file, and name its columns from left to right.',
    );
  if (/\uFFFD/.test(first))
    return unusableFile(path, `its first line is ${shown}, in no UTF-8 or UTF-16`, 'Save it as UTF-8.');
  for (const delimiter of DELIMITERS) {
    const words = layoutWithoutSide(fieldsOf(first, delimiter));
    if (words !== undefined) return withoutSide(path, first, words);
  }
  return unusableFile(path, `its first line is ${shown}, which no known layout begins with`, KNOWN_LAYOUTS);
}

/** Returns the error for a table that says of no trade which side came last. */
export function withoutSide(path: string, columns: string, words: string): Error {
  return unusableFile(
    path,
    `none of its columns (${columns.slice(0, 120)}) is a side or is_buyer_maker`,
    `With --layout ${words} the side is inferred: a higher price was bought, a lower one sold.`,
  );
}

/** Returns the fields of a line, without quotes and blanks around them. */
function fieldsOf(line: string, delimiter: string): string[] {
  const fields: string[] = [];
  let field = '';
  let isQuoted = false;
  for (const char of line) {
    if (char === '"') isQuoted = !isQuoted;
    else if (char === delimiter && !isQuoted) {
      fields.push(field.trim());
      field = '';
    } else field += char;
  }
  return [...fields, field.trim()];
}

/** The first lines, without one that may go on behind what was read. */
async function headOf(path: string): Promise<string> {
  await using handle = await open(path, 'r');
  const bytes = Buffer.alloc(HEAD_BYTES);
  const { bytesRead } = await handle.read(bytes, 0, HEAD_BYTES, 0);
  const text = bytes.toString('utf8', 0, bytesRead);
  if (bytesRead < HEAD_BYTES) return text;
  const end = text.lastIndexOf('\n');
  return end < 0 ? text : text.slice(0, end);
}
