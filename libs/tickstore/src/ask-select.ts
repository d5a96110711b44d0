import { InputError } from '@algo/model';
import {
  type DuckDBConnection,
  type DuckDBPreparedStatement,
  type DuckDBValue,
  StatementType,
} from '@duckdb/node-api';
import { words } from './store-problem.ts';

const INTERRUPT_EVERY_MS = 50;

/** What came of a question. */
export interface AskedRows {
  readonly rows: number;
  /** True where more rows followed than were wanted. */
  readonly isCut: boolean;
}

/**
 * Runs one SELECT of a stranger, row by row. *Errors*: InputError for anything but one SELECT, for what
 * DuckDB cannot run, and when the time limit has passed.
 */
export async function askSelect(
  connection: DuckDBConnection,
  {
    sql,
    rowsMax,
    timeLimitMs,
  }: { readonly sql: string; readonly rowsMax: number; readonly timeLimitMs: number },
  onRow: (row: Record<string, DuckDBValue>) => Promise<void>,
): Promise<AskedRows> {
  const endMs = performance.now() + timeLimitMs;
  const isLate = () => performance.now() >= endMs;
  // One call may fall between two steps of DuckDB and be forgotten, so it is repeated until DuckDB answers.
  const watch = setInterval(() => isLate() && connection.interrupt(), INTERRUPT_EVERY_MS);
  try {
    const statement = await oneSelect(connection, sql);
    await connection.run('BEGIN TRANSACTION READ ONLY');
    const result = await statement.stream();
    const names = result.deduplicatedColumnNames();
    let rows = 0;
    for (let chunk = await result.fetchChunk(); chunk !== null && chunk.rowCount > 0; ) {
      for (const values of chunk.getRows()) {
        if (rows === rowsMax) return { rows, isCut: true };
        rows += 1;
        await onRow(Object.fromEntries(names.map((name, at) => [name, values[at]!])));
      }
      chunk = await result.fetchChunk();
    }
    return { rows, isCut: false };
  } catch (error) {
    if (error instanceof InputError) throw error;
    if (isLate()) throw refusal(sql, `it took longer than ${timeLimitMs / 1_000} s`, 'Ask for less time.');
    throw refusal(
      sql,
      words(error).replace(/^Error: /, ''),
      'Mend the SQL; the tables are those of docs/data.md.',
    );
  } finally {
    clearInterval(watch);
  }
}

async function oneSelect(connection: DuckDBConnection, sql: string): Promise<DuckDBPreparedStatement> {
  if (sql.trim() === '') throw refusal(sql, 'nothing is asked', 'Give one SELECT.');
  const statements = await connection.extractStatements(sql);
  if (statements.count !== 1)
    throw refusal(sql, `it holds ${statements.count} statements`, 'Give one SELECT.');
  const statement = await statements.prepare(0);
  if (statement.statementType !== StatementType.SELECT)
    throw refusal(sql, 'it is no SELECT', 'Give one SELECT: rows can be read here, not changed.');
  return statement;
}

function refusal(sql: string, because: string, remedy: string): InputError {
  return new InputError({ field: 'query', value: sql, because, remedy });
}
