/**
 * What the end of `algo` means to whoever started it. Documented in docs/operations.md. `notCompared` tells
 * books that could not be compared from books that differ, as `diff` does.
 */
export const EXIT_CODE = {
  ...{ ok: 0, failed: 1, usage: 2, notCompared: 2 },
  ...{ notRunning: 3, misconfigured: 78 },
} as const;
export type ExitCode = (typeof EXIT_CODE)[keyof typeof EXIT_CODE];

/** Ends the command with a plain message and a code of its own. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';
  readonly exitCode: ExitCode;

  constructor(message: string, exitCode: ExitCode = EXIT_CODE.failed) {
    super(message);
    this.exitCode = exitCode;
  }
}
