import { Duck } from './duck.ts';

/** Makes a Parquet file of a file of JSON lines: a column for each name in any of them. */
export async function parquetOfLines(linesPath: string, parquetPath: string): Promise<void> {
  using duck = await Duck.open();
  const quoted = (path: string) => `'${path.replaceAll("'", "''")}'`;
  const lines = `read_json(${quoted(linesPath)}, format = 'newline_delimited', sample_size = -1)`;
  await duck.with((db) => db.run(`copy (from ${lines}) to ${quoted(parquetPath)} (format parquet)`));
}
