import { InputError } from '@algo/model';
import { ConfigError } from '@algo/runtime';
import { CommanderError } from 'commander';
import { CommandFailure, EXIT_CODE } from './exit-codes.ts';
import { createProgram } from './program.ts';
import { endQuietlyWithReader } from './reading/output.ts';

endQuietlyWithReader();
try {
  await createProgram().parseAsync(process.argv);
} catch (error) {
  process.exitCode = exitCodeOf(error);
  if (error instanceof CommanderError) {
    // commander has said it already
  } else if (error instanceof InputError || error instanceof CommandFailure || error instanceof ConfigError)
    process.stderr.write(`${error.message}\n`);
  else process.stderr.write(`${(error as Error).stack ?? String(error)}\n`);
}
// Whatever still holds the loop (a socket of a library) has had its time.
setTimeout(() => process.exit(), 1_000).unref();

function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_CODE.ok : EXIT_CODE.usage;
  if (error instanceof CommandFailure) return error.exitCode;
  if (error instanceof ConfigError) return EXIT_CODE.misconfigured;
  return error instanceof InputError ? EXIT_CODE.usage : EXIT_CODE.failed;
}
