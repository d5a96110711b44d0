import type { CliEnvironment } from '../config.ts';
import { type AccessOptions, accountOf, openEngine } from '../reading/engine-access.ts';
import { printLine } from '../reading/output.ts';
import { readJournal } from '../reading/read-journal.ts';

/**
 * Prints what one account decided and did, cause before effect: in plain words, as canonical lines, or their
 * hash.
 */
export async function journal(
  options: AccessOptions & { readonly json?: boolean; readonly hash?: boolean },
  environment: CliEnvironment,
): Promise<void> {
  await using access = await openEngine(options, environment);
  const book = await readJournal(access.bus, accountOf(access.engine, options.account));
  if (options.hash !== true && options.json !== true) {
    for (const line of book.words()) await printLine(line);
    return;
  }
  const lines = book.lines();
  const sha256 = book.hash();
  if (options.hash === true)
    return printLine(options.json === true ? JSON.stringify({ sha256, lines: lines.length }) : sha256);
  for (const line of lines) await printLine(line);
  await printLine(JSON.stringify({ kind: 'Hash', sha256, lines: lines.length }));
}
