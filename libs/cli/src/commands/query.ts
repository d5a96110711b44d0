import { join } from 'node:path';
import { InputError } from '@algo/model';
import { type CliEnvironment, fromCaller } from '../config.ts';
import { alignedRows, printLine } from '../reading/output.ts';
import { type StoredOptions, storedRange } from '../reading/stored-range.ts';

/** What was typed. */
export interface QueryOptions extends StoredOptions {
  readonly named?: string;
  readonly max: string;
  readonly timeLimit: string;
  readonly json?: boolean;
}

/** `algo query`: asks an instrument's tables, whether or not its engine runs, which never notices. */
export async function query(
  sql: string | undefined,
  options: QueryOptions,
  environment: CliEnvironment,
): Promise<void> {
  const { instrument, dataDir, range } = storedRange(options, environment.dataRoot);
  const rowsMax = wholeAboveZero('--max', options.max);
  const timeLimitMs = wholeAboveZero('--time-limit', options.timeLimit) * 1_000;
  const { namedQuery, NAMED_QUERIES, openReader } = await import('@algo/tickstore');
  const named = NAMED_QUERIES.find((name) => name === options.named);
  const isOneOfTwo = (sql === undefined) !== (options.named === undefined);
  if (!isOneOfTwo || (options.named !== undefined && named === undefined))
    throw new InputError({
      field: named === undefined && isOneOfTwo ? '--named' : 'algo query',
      value: options.named ?? sql ?? 'nothing asked',
      because: isOneOfTwo ? `not one of ${NAMED_QUERIES.join(', ')}` : 'it takes either SQL or --named',
      remedy: `Give one SELECT, or --named with one of ${NAMED_QUERIES.join(', ')}.`,
    });
  if (named !== undefined && options.from !== undefined)
    throw new InputError({
      field: '--from',
      value: options.from,
      because: `--named ${named} has a window of its own`,
      remedy: 'Give --to alone: the window ends there.',
    });
  const rows: string[][] = [];
  const asked = await openReader(join(dataDir, 'ticks')).ask(
    instrument,
    { sql: named === undefined ? sql! : namedQuery(named, range.toUs), ...range, rowsMax, timeLimitMs },
    async (row) => {
      if (options.json === true) return printLine(JSON.stringify(row));
      if (rows.length === 0) rows.push(Object.keys(row));
      rows.push(Object.values(row).map((value) => String(value ?? '')));
    },
  );
  for (const line of alignedRows(rows)) await printLine(line);
  if (options.json !== true && asked.rows === 0) await printLine('no rows');
  if (asked.isCut)
    process.stderr.write(
      `more rows than ${rowsMax.toLocaleString('en-US')}: ask for less, give --max, or use algo export\n`,
    );
}

/** `algo export`: writes one table of an instrument to a file. */
export async function exportTable(
  options: StoredOptions & { readonly table: string; readonly out: string },
  environment: CliEnvironment,
): Promise<void> {
  const { instrument, dataDir, range } = storedRange(options, environment.dataRoot);
  if (!/\.(parquet|csv)$/.test(options.out))
    throw new InputError({
      field: '--out',
      value: options.out,
      because: 'its name tells no format',
      remedy: 'Let it end with .parquet or .csv.',
    });
  const { openReader } = await import('@algo/tickstore');
  const out = fromCaller(options.out);
  const asked = { table: options.table, ...range, out };
  const rows = await openReader(join(dataDir, 'ticks')).exportTable(instrument, asked);
  await printLine(`${rows.toLocaleString('en-US')} rows of ${options.table} in ${options.out}`);
}

function wholeAboveZero(option: string, text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new InputError({
    field: option,
    value: text,
    because: 'not a whole number above 0',
    remedy: 'Leave it out for the default.',
  });
}
