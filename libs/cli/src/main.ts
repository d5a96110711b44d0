import { reportOf } from './failure-report.ts';
import { createProgram } from './program.ts';
import { endQuietlyWithReader } from './reading/output.ts';

endQuietlyWithReader();
try {
  await createProgram().parseAsync(process.argv);
} catch (error) {
  const { exitCode, words } = reportOf(error);
  process.exitCode = exitCode;
  if (words !== '') process.stderr.write(`${words}\n`);
}
// Whatever still holds the loop (a socket of a library) has had its time.
setTimeout(() => process.exit(), 1_000).unref();
