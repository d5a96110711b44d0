import { JournalHash } from '@algo/read-models';
import type { CliEnvironment } from '../config.ts';
import { type AccessOptions, accountOf, openEngine } from '../engine/engine-access.ts';
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
  const told = book.handOut();
  const hash = new JournalHash();
  for (const { line, words } of told) {
    if (line !== null) hash.take(line);
    if (options.hash === true) continue;
    if (options.json !== true) await printLine(words);
    else if (line !== null) await printLine(line);
  }
  const { lines } = hash;
  const sha256 = hash.end();
  if (options.hash === true)
    await printLine(options.json === true ? JSON.stringify({ sha256, lines }) : sha256);
  else if (options.json === true) await printLine(JSON.stringify({ kind: 'Hash', sha256, lines }));
}
