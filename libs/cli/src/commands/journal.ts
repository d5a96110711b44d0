import { isoTime } from '@algo/model';
import type { CliEnvironment } from '../config.ts';
import { type AccessOptions, openEngine } from '../reading/engine-access.ts';
import { journalHash } from '../reading/journal-order.ts';
import { printLine } from '../reading/output.ts';
import { readJournal } from '../reading/read-journal.ts';

/** Prints what was decided and done, in an order that doesn't depend on the run, and the hash of it. */
export async function journal(
  options: AccessOptions & { readonly json?: boolean; readonly hash?: boolean },
  environment: CliEnvironment,
): Promise<void> {
  await using access = await openEngine(options, environment);
  const entries = await readJournal(access.bus);
  const sha256 = journalHash(entries);
  if (options.hash === true) {
    await printLine(options.json === true ? JSON.stringify({ sha256, lines: entries.length }) : sha256);
    return;
  }
  for (const { timeUs, kind, id, line } of entries)
    await printLine(options.json === true ? line : `${isoTime(timeUs)}  ${kind.padEnd(17)}  ${id}  ${line}`);
  await printLine(
    options.json === true
      ? JSON.stringify({ kind: 'Hash', sha256, lines: entries.length })
      : `sha256 ${sha256} over ${entries.length} lines`,
  );
}
