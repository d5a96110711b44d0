import { PublishFailedError, RequestFailedError } from '@algo/bus';
import { InputError } from '@algo/model';
import { ConfigError } from '@algo/runtime';
import { CommanderError } from 'commander';
import { CommandFailure, EXIT_CODE, type ExitCode } from './exit-codes.ts';

/** What the failure of a command means to whoever started it, and what is left to say of it. */
export interface FailureReport {
  readonly exitCode: ExitCode;
  /** Empty where commander has said it already. */
  readonly words: string;
}

/** Returns what a person is told of a failure: plain words, but the whole inside of what nobody expected. */
export function reportOf(error: unknown): FailureReport {
  if (error instanceof CommanderError)
    return { exitCode: error.exitCode === 0 ? EXIT_CODE.ok : EXIT_CODE.usage, words: '' };
  if (error instanceof CommandFailure) return { exitCode: error.exitCode, words: error.message };
  if (error instanceof ConfigError) return { exitCode: EXIT_CODE.misconfigured, words: error.message };
  if (error instanceof InputError) return { exitCode: EXIT_CODE.usage, words: error.message };
  // A server that stands still, or a full disk: expected in a night, and a stack tells a person nothing.
  if (error instanceof PublishFailedError || error instanceof RequestFailedError)
    return { exitCode: EXIT_CODE.failed, words: error.message };
  return { exitCode: EXIT_CODE.failed, words: (error as Error).stack ?? String(error) };
}
