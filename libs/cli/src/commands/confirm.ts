import { createInterface } from 'node:readline/promises';
import { InputError } from '@algo/model';
import { CommandFailure } from '../exit-codes.ts';
import { printLine } from '../reading/output.ts';

/** How a person agrees. */
export interface ConfirmOptions {
  readonly yes?: boolean;
  readonly json?: boolean;
}

/**
 * Shows what is about to be done and asks for a yes, unless it was given. *Errors*: InputError where there is
 * nobody to ask, CommandFailure when the answer is no.
 */
export async function confirm(plan: readonly string[], options: ConfirmOptions): Promise<void> {
  if (options.json !== true) for (const line of plan) await printLine(line);
  if (options.yes === true) return;
  if (options.json === true || !process.stdin.isTTY)
    throw new InputError({
      ...{ field: '--yes', value: 'not given', because: 'there is nobody here who could be asked' },
      remedy: 'Add --yes to say that it is to be done.',
    });
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await lines.question('Go on? [y/N] ').finally(() => lines.close());
  if (!/^y(es)?$/i.test(answer.trim())) throw new CommandFailure('Nothing was asked for.');
}
